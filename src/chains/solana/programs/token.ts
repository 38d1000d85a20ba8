import { invalid } from '../../shared/fields.js';
import type { Call, Form, Part, Program, TokenAccount, Told } from '../call.js';
import { Cursor } from '../cursor.js';
import type { Instruction } from '../message.js';
import { suspectExtension } from './extensions.js';
import {
  approveTokens,
  approveWords,
  burnTokens,
  burnWords,
  mintOf,
  mintTokens,
  mintWords,
  revokeTokens,
  revokeWords,
  type TokenAmount,
  transferTokens,
  transferWords,
} from './token-moves.js';

/** Owner and mint that an instruction writes into a new token account, with the account's address. */
export function openedTokenAccount({ accounts, data }: Instruction): readonly [string, TokenAccount] | undefined {
  const [account, mint, owner] = accounts.map(({ address }) => address);
  if (account === undefined || mint === undefined) return undefined;
  if (data.length === 1 && data[0] === 1 && owner !== undefined) return [account, { owner, mint }];
  if (data.length !== 33 || (data[0] !== 16 && data[0] !== 18)) return undefined;
  return [account, { owner: new Cursor(data.subarray(1), 'a token account').address(), mint }];
}

/** True for instructions after which a token account may have another owner, or none. */
export function changesOwner({ data }: Instruction): boolean {
  return data[0] === SET_AUTHORITY || data[0] === CLOSE_ACCOUNT;
}

const SET_AUTHORITY = 6;
const CLOSE_ACCOUNT = 9;
const TRANSFER_FEE_EXTENSION = 26;
/** The only instruction of that extension that is decoded. */
const TRANSFER_WITH_FEE = 1;
const roles = ['may mint', 'may freeze', 'owns', 'may close'];
const ACCOUNT_OWNER = 2;
const CLOSER = 3;

const forms: Readonly<Record<number, Form>> = {
  0: newMint('InitializeMint'),
  1: { ...newAccount('InitializeAccount'), read: (call) => openAccount(call, call.account(2).address) },
  2: newMultisig('InitializeMultisig'),
  3: { ...transfer('Transfer'), read: (call) => transferTokens(call, plain(call)) },
  4: { ...approval('Approve'), read: (call) => approveTokens(call, plain(call)) },
  5: { method: 'Revoke', kind: 'token-approval', read: revokeTokens, say: revokeWords },
  [SET_AUTHORITY]: {
    method: 'SetAuthority',
    hazard: ({ arg }) => `SetAuthority ${arg('authorityType')}`,
    kind: (told) => (givesAccount(told) ? 'token-approval' : 'other'),
    read: setAuthority,
    say: authorityWords,
  },
  7: { ...minting('MintTo'), read: (call) => mintTokens(call, plain(call)) },
  8: { ...burning('Burn'), read: (call) => burnTokens(call, plain(call)) },
  [CLOSE_ACCOUNT]: {
    method: 'CloseAccount',
    kind: 'other',
    // The account's coins go to the receiver; the instruction does not say how many. Its tokens must have left before.
    isOpaque: ({ code }) => code === 'closes-account',
    read({ account, scene }) {
      const [from, to] = [account(0).address, account(1).address];
      return [{ op: 'account', code: scene.ours.has(to) ? 'account-settings' : 'closes-account', from, to }];
    },
    say: ({ effect, account }) => `closes the token account ${account(0)} and sends its coins to ${effect.to}`,
  },
  10: { ...freezing('FreezeAccount'), say: ({ effect }) => `freezes the token account ${effect.to}` },
  11: { ...freezing('ThawAccount'), say: ({ effect }) => `releases the frozen token account ${effect.to}` },
  12: { ...transfer('TransferChecked'), read: (call) => transferTokens(call, checked(call)) },
  13: { ...approval('ApproveChecked'), read: (call) => approveTokens(call, checked(call)) },
  14: { ...minting('MintToChecked'), read: (call) => mintTokens(call, checked(call)) },
  15: { ...burning('BurnChecked'), read: (call) => burnTokens(call, checked(call)) },
  16: { ...newAccount('InitializeAccount2'), read: (call) => openAccount(call, call.cursor.address()) },
  // A token account of wrapped coins counts them again.
  17: { method: 'SyncNative', read: () => [{ op: 'account' }] },
  18: { ...newAccount('InitializeAccount3'), read: (call) => openAccount(call, call.cursor.address()) },
  19: newMultisig('InitializeMultisig2'),
  20: newMint('InitializeMint2'),
  // The owner of the account will never change.
  22: { method: 'InitializeImmutableOwner', read: () => [{ op: 'account' }] },
};

const transferWithFee: Form = {
  ...transfer('TransferCheckedWithFee'),
  read: (call) => transferTokens(call, checked(call), call.cursor.u64()),
};

/** The programs SPL Token and Token-2022. */
export const tokens: Program = {
  title: 'an instruction of a token program',
  forms: [...Object.values(forms), transferWithFee],
  formOf({ cursor }) {
    const number = cursor.small(1);
    if (number !== TRANSFER_FEE_EXTENSION) return forms[number];
    return cursor.left > 0 && cursor.small(1) === TRANSFER_WITH_FEE ? transferWithFee : undefined;
  },
  suspect: suspectExtension,
};

function transfer(method: string): Omit<Form, 'read'> {
  return { method, kind: 'token-transfer', say: transferWords };
}

function approval(method: string): Omit<Form, 'read'> {
  return { method, hazard: 'Approve', kind: 'token-approval', say: approveWords };
}

function minting(method: string): Omit<Form, 'read'> {
  return { method, hazard: 'MintTo', kind: 'other', say: mintWords };
}

function burning(method: string): Omit<Form, 'read'> {
  return { method, kind: 'other', say: burnWords };
}

function plain({ cursor }: Call): TokenAmount {
  return { amount: cursor.u64() };
}

function checked({ cursor }: Call): TokenAmount & { decimals: number } {
  return { amount: cursor.u64(), decimals: cursor.small(1) };
}

function newMint(method: string): Form {
  return {
    method,
    hazard: ({ arg }) => ['InitializeMint', arg('part')].filter((word) => word !== '').join(' '),
    kind: 'other',
    read({ cursor, account }) {
      const args = { decimals: cursor.small(1) };
      const to = cursor.address();
      const freezer = optionalAddress(cursor);
      const part = { op: 'issuer', code: 'issuer-settings', from: account(0).address } as const;
      const first: Part = { ...part, to, args };
      return freezer === undefined ? [first] : [first, { ...part, to: freezer, args: { part: 'freeze authority' } }];
    },
    say({ effects: [first, freezing], arg }) {
      const frozen = freezing === undefined ? 'nobody may freeze it' : `${freezing.to} may freeze it`;
      return `makes the token ${first?.from} with ${arg('decimals')} decimals; ${first?.to} may mint it and ${frozen}`;
    },
  };
}

function newAccount(method: string): Omit<Form, 'read'> {
  return {
    ...{ method, hazard: 'InitializeAccount', kind: 'other' },
    say: ({ effect, account }) => `opens the token account ${account(0)} of ${effect.to}`,
  };
}

function openAccount({ account, instruction }: Call, to: string): readonly Part[] {
  const args = { mint: instruction.accounts[1]?.address };
  return [{ op: 'account', code: 'account-settings', from: account(0).address, to, args }];
}

function newMultisig(method: string): Form {
  return {
    ...{ method, hazard: 'InitializeMultisig', kind: 'other' },
    read({ cursor, account }) {
      const to = account(0).address;
      return [{ op: 'account', code: 'account-settings', from: to, to, args: { signatures: cursor.small(1) } }];
    },
    say: ({ effect, arg }) => `makes ${effect.to} an owner with ${arg('signatures')} necessary signatures`,
  };
}

function freezing(method: string): Omit<Form, 'say'> {
  return {
    ...{ method, kind: 'other' },
    read({ account, instruction }) {
      const args = { mint: instruction.accounts[1]?.address };
      return [{ op: 'issuer', code: 'issuer-settings', to: account(0).address, args }];
    },
  };
}

function setAuthority(call: Call): readonly Part[] {
  const role = call.cursor.small(1);
  const to = optionalAddress(call.cursor);
  const code = to === undefined ? 'issuer-settings' : 'account-control';
  const args = { authorityType: role };
  if (role === ACCOUNT_OWNER && to !== undefined) {
    return [{ op: 'account', code, from: call.account(1).address, to, asset: mintOf(call), args }];
  }
  const op = role === ACCOUNT_OWNER || role === CLOSER ? 'account' : 'issuer';
  return [{ op, code, from: call.account(0).address, ...(to !== undefined && { to }), args }];
}

/** Another owner gets a token account with all that is in it. */
function givesAccount({ effect, arg }: Told): boolean {
  return Number(arg('authorityType')) === ACCOUNT_OWNER && effect.to !== undefined;
}

function authorityWords(told: Told): string {
  const { effect, account, arg } = told;
  if (givesAccount(told)) return `gives the token account ${account(0)} with all its tokens to ${effect.to}`;
  const role = arg('authorityType');
  const what = `${roles[Number(role)] ?? `has the right number ${role} over`} ${account(0)}`;
  return `settles that ${effect.to ?? 'nobody'} ${what}`;
}

/** One byte that says whether an address follows; older libraries fill its place with zeros when none does. */
function optionalAddress(cursor: Cursor): string | undefined {
  const tag = cursor.small(1);
  if (tag === 1) return cursor.address();
  if (tag !== 0) throw invalid('an instruction of a token program has an option that is neither set nor absent');
  if (cursor.left > 0 && cursor.take(32).some((byte) => byte !== 0)) throw invalid('an absent address is filled in');
  return undefined;
}
