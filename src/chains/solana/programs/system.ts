import type { Hazard } from '../../../core/chain/hazards.js';
import { CustosError } from '../../../core/errors.js';
import { invalid } from '../../shared/fields.js';
import {
  type Call,
  callOf,
  coins,
  type Decoder,
  type Effect,
  hazard,
  other,
  type Scene,
  unknownCall,
} from '../effect.js';
import type { Instruction, SolanaMessage } from '../message.js';
import { isPlaceOfProgram, programs } from './ids.js';

const ADVANCE_NONCE = 4;

/** Decodes an instruction of the System program. @throws CustosError TRANSACTION_INVALID, TRANSACTION_UNSUPPORTED */
export function systemEffect(instruction: Instruction, scene: Scene): Effect {
  const call = callOf(instruction, scene, 'an instruction of the System program');
  const decode = decoders[call.cursor.small(4)];
  if (decode === undefined) return unknownCall(instruction);
  const effect = decode(call);
  call.cursor.end();
  return effect;
}

/** True where the message begins with the use of a durable nonce, so that its blockhash is that nonce. */
export function usesDurableNonce({ instructions }: SolanaMessage): boolean {
  const [first] = instructions;
  if (first?.program !== programs.system) return false;
  return (
    first.data.length === 4 && first.data[0] === ADVANCE_NONCE && first.data.subarray(1).every((byte) => byte === 0)
  );
}

const decoders: Readonly<Record<number, Decoder>> = {
  0: createAccount,
  1: ({ account, cursor, scene }) => {
    const owner = cursor.address();
    const text = `gives the account ${account(0).address} to the program ${owner}`;
    return withHazard(change(scene, account(0).address, text), hazard('account-control', 'Assign', owner));
  },
  2: ({ account, cursor, scene }) => transfer(scene, mustSign(account(0)), account(1).address, cursor.u64()),
  3: (call) => {
    call.cursor.take(32);
    seed(call);
    return createAccount(call);
  },
  [ADVANCE_NONCE]: ({ account }) => ({ hazards: [hazard('long-lived', 'AdvanceNonceAccount', account(0).address)] }),
  5: ({ account, cursor, scene }) => {
    const to = account(1).address;
    // Withdrawing everything closes the nonce account; the bytes do not say how much that is.
    const danger = scene.ours.has(to) ? 'account-settings' : 'closes-account';
    const effect = transfer(scene, account(0).address, to, cursor.u64(), true);
    return withHazard(effect, hazard(danger, 'WithdrawNonceAccount', to));
  },
  6: (call) => nonceMaster(call, 'InitializeNonceAccount'),
  7: (call) => nonceMaster(call, 'AuthorizeNonceAccount'),
  8: ({ account, cursor, scene }) => {
    const space = cursor.u64();
    const effect = change(scene, account(0).address, `reserves ${space} bytes in the account ${account(0).address}`);
    return withHazard(effect, hazard('account-settings', 'Allocate', account(0).address));
  },
  9: (call) => {
    call.cursor.take(32);
    seed(call);
    const space = call.cursor.u64();
    const owner = call.cursor.address();
    const address = call.account(0).address;
    const effect = change(call.scene, address, `reserves ${space} bytes in ${address} for the program ${owner}`);
    return withHazard(effect, hazard('account-control', 'AllocateWithSeed', owner));
  },
  10: (call) => {
    call.cursor.take(32);
    seed(call);
    const address = call.account(0).address;
    const owner = call.cursor.address();
    const effect = change(call.scene, address, `gives the account ${address} to the program ${owner}`);
    return withHazard(effect, hazard('account-control', 'AssignWithSeed', owner));
  },
  11: (call) => {
    const lamports = call.cursor.u64();
    seed(call);
    call.cursor.take(32);
    return transfer(call.scene, call.account(0).address, call.account(2).address, lamports, true);
  },
  12: ({ account }) =>
    other(`renews the nonce account ${account(0).address}`, hazard('account-settings', 'UpgradeNonceAccount')),
};

/** The master may take all coins of the nonce account. */
function nonceMaster({ account, cursor, scene }: Call, name: string): Effect {
  const master = cursor.address();
  const danger = name.startsWith('Initialize') && scene.ours.has(master) ? 'account-settings' : 'account-control';
  const text = `makes ${master} the master of the nonce account ${account(0).address}`;
  return other(text, hazard(danger, name, master));
}

function withHazard(effect: Effect, danger: Hazard): Effect {
  return { ...effect, hazards: [...(effect.hazards ?? []), danger] };
}

function createAccount({ cursor, scene, account }: Call): Effect {
  const lamports = cursor.u64();
  const space = cursor.u64();
  const owner = cursor.address();
  const from = mustSign(account(0));
  const to = account(1).address;
  const text = `creates the account ${to} of ${space} bytes for the program ${owner} with ${coins(lamports)}`;
  return { ...change(scene, to, text), spent: { from, to, lamports } };
}

/** @param isHeldForUs - the coins are in another account, which one of our wallets controls */
function transfer(scene: Scene, from: string, to: string, lamports: bigint, isHeldForUs = false): Effect {
  const source = from === scene.from ? '' : ` of ${from}`;
  const spent = { from: isHeldForUs ? scene.from : from, to, lamports };
  const lost = isPlaceOfProgram(to) ? [hazard('unspendable-destination', 'Transfer', to)] : [];
  return { kind: 'transfer', text: `sends ${coins(lamports)}${source} to ${to}`, spent, hazards: lost };
}

/** A wallet that belongs to another program, or holds data, can neither send coins nor pay fees any more. */
function change({ ours }: Scene, address: string, text: string): Effect {
  if (!ours.has(address)) return other(text);
  throw new CustosError('TRANSACTION_UNSUPPORTED', `the transaction ${text}, which would make this wallet useless`);
}

function mustSign({ address, isSigner }: { address: string; isSigner: boolean }): string {
  if (isSigner) return address;
  throw invalid(`${address} gives coins without signing`);
}

/** A text of Rust's bincode: length in eight bytes, then UTF-8. */
function seed({ cursor }: Call): void {
  const length = cursor.u64();
  if (length > 32n) throw invalid(`a seed has ${length} bytes, more than 32`);
  cursor.take(Number(length));
}
