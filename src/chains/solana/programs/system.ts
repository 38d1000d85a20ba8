import { invalid } from '../../shared/fields.js';
import type { SignedFields } from '../../shared/signed-fields.js';
import { type Call, COIN, coins, type Form, numbered, type Part, type Told } from '../call.js';
import type { SolanaMessage } from '../message.js';
import { isPlaceOfProgram, programs } from './ids.js';

const ADVANCE_NONCE = 4;

/** True where the message begins with the use of a durable nonce, so that its blockhash is that nonce. */
export function usesDurableNonce({ instructions }: SolanaMessage): boolean {
  const [first] = instructions;
  if (first?.program !== programs.system) return false;
  return (
    first.data.length === 4 && first.data[0] === ADVANCE_NONCE && first.data.subarray(1).every((byte) => byte === 0)
  );
}

const forms: Readonly<Record<number, Form>> = {
  0: { ...creation('CreateAccount'), read: createAccount },
  1: {
    method: 'Assign',
    kind: 'other',
    ruins: 0,
    read: ({ account, cursor }) => [
      { op: 'account', code: 'account-control', from: account(0).address, to: cursor.address() },
    ],
    say: ({ effect, account }) => `gives the account ${account(0)} to the program ${effect.to}`,
  },
  2: {
    ...payment('Transfer'),
    read: ({ account, cursor }) => [
      moved({ from: mustSign(account(0)), to: account(1).address, amount: cursor.u64() }),
    ],
  },
  3: { ...creation('CreateAccountWithSeed'), read: (call) => createAccount(call, seedOf(call)) },
  [ADVANCE_NONCE]: {
    method: 'AdvanceNonceAccount',
    read: ({ account }) => [{ op: 'account', code: 'long-lived', to: account(0).address }],
  },
  5: {
    ...payment('WithdrawNonceAccount'),
    read({ account, cursor, scene }) {
      const [nonce, to] = [account(0).address, account(1).address];
      // Withdrawing everything closes the nonce account; the bytes do not say how much that is.
      const code = scene.ours.has(to) ? 'account-settings' : 'closes-account';
      return [moved({ from: scene.from, to, amount: cursor.u64() }), { op: 'account', code, from: nonce, to }];
    },
  },
  6: nonceMaster('InitializeNonceAccount'),
  7: nonceMaster('AuthorizeNonceAccount'),
  8: {
    method: 'Allocate',
    kind: 'other',
    ruins: 0,
    read({ account, cursor }) {
      const to = account(0).address;
      return [{ op: 'account', code: 'account-settings', from: to, to, args: { space: cursor.u64() } }];
    },
    say: ({ account, arg }) => `reserves ${arg('space')} bytes in the account ${account(0)}`,
  },
  9: {
    method: 'AllocateWithSeed',
    kind: 'other',
    ruins: 0,
    read(call) {
      const args = { ...seedOf(call), space: call.cursor.u64() };
      const [from, to] = [call.account(0).address, call.cursor.address()];
      return [{ op: 'account', code: 'account-control', from, to, args }];
    },
    say: ({ effect, account, arg }) => `reserves ${arg('space')} bytes in ${account(0)} for the program ${effect.to}`,
  },
  10: {
    method: 'AssignWithSeed',
    kind: 'other',
    ruins: 0,
    read(call) {
      const args = seedOf(call);
      const [from, to] = [call.account(0).address, call.cursor.address()];
      return [{ op: 'account', code: 'account-control', from, to, args }];
    },
    say: ({ effect, account }) => `gives the account ${account(0)} to the program ${effect.to}`,
  },
  11: {
    ...payment('TransferWithSeed'),
    read({ account, cursor, scene }) {
      const amount = cursor.u64();
      const args = { seed: seedText(cursor), owner: cursor.address() };
      account(0);
      return [{ ...moved({ from: scene.from, to: account(2).address, amount }), args }];
    },
  },
  12: {
    method: 'UpgradeNonceAccount',
    kind: 'other',
    read: ({ account }) => [{ op: 'account', code: 'account-settings', from: account(0).address }],
    say: ({ account }) => `renews the nonce account ${account(0)}`,
  },
};

export const system = numbered('an instruction of the System program', 4, forms);

/** The master may take all coins of the nonce account. */
function nonceMaster(method: string): Form {
  return {
    method,
    kind: 'other',
    read({ account, cursor, scene }) {
      const to = cursor.address();
      const isOwn = method.startsWith('Initialize') && scene.ours.has(to);
      return [{ op: 'account', code: isOwn ? 'account-settings' : 'account-control', from: account(0).address, to }];
    },
    say: ({ effect, account }) => `makes ${effect.to} the master of the nonce account ${account(0)}`,
  };
}

function creation(method: string): Omit<Form, 'read'> {
  return {
    method,
    kind: 'other',
    ruins: 1,
    say: ({ effect, account, arg }) =>
      `creates the account ${account(1)} of ${arg('space')} bytes for the program ${arg('owner')} with ${coins(effect.amount)}`,
  };
}

/** The new account gets its rent, and belongs to a program from then on. */
function createAccount({ cursor, account }: Call, seed: SignedFields = {}): readonly Part[] {
  const amount = cursor.u64();
  const args = { ...seed, space: cursor.u64(), owner: cursor.address() };
  const [from, to] = [mustSign(account(0)), account(1).address];
  return [
    { op: 'transfer', from, to, asset: COIN, amount },
    { op: 'account', from: to, to: args.owner, args },
  ];
}

function payment(method: string): Omit<Form, 'read'> {
  return { method, kind: 'transfer', say: paymentWords };
}

/** Coins may come from an account that one of our wallets only controls; they count as the wallet's. */
function paymentWords({ effect, account, wallet }: Told): string {
  const source = account(0) === wallet ? '' : ` of ${account(0)}`;
  return `sends ${coins(effect.amount)}${source} to ${effect.to}`;
}

function moved({ from, to, amount }: { from: string; to: string; amount: bigint }): Part {
  const lost = isPlaceOfProgram(to) ? ({ code: 'unspendable-destination' } as const) : {};
  return { op: 'transfer', ...lost, from, to, asset: COIN, amount };
}

function mustSign({ address, isSigner }: { address: string; isSigner: boolean }): string {
  if (isSigner) return address;
  throw invalid(`${address} gives coins without signing`);
}

function seedOf({ cursor }: Call): { readonly base: string; readonly seed: string } {
  return { base: cursor.address(), seed: seedText(cursor) };
}

/** A text of Rust's bincode: length in eight bytes, then UTF-8. */
function seedText(cursor: Call['cursor']): string {
  const length = cursor.u64();
  if (length > 32n) throw invalid(`a seed has ${length} bytes, more than 32`);
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(cursor.take(Number(length)));
}
