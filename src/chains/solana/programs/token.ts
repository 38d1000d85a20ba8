import { invalid } from '../../shared/fields.js';
import { Cursor } from '../cursor.js';
import {
  type Call,
  callOf,
  type Decoder,
  type Effect,
  hazard,
  other,
  type Scene,
  type TokenAccount,
} from '../effect.js';
import type { Instruction } from '../message.js';
import { extensionCall } from './extensions.js';
import {
  approveTokens,
  burnTokens,
  giveTokenAccount,
  mintTokens,
  revokeTokens,
  type TokenAmount,
  transferTokens,
} from './token-moves.js';

/** Decodes an instruction of the programs SPL Token and Token-2022. @throws CustosError TRANSACTION_INVALID */
export function tokenEffect(instruction: Instruction, scene: Scene): Effect {
  const call = callOf(instruction, scene, 'an instruction of a token program');
  const effect = decoders[call.cursor.small(1)]?.(call);
  if (effect === undefined || effect.isOpaque === true) return effect ?? extensionCall(instruction, scene);
  call.cursor.end();
  return effect;
}

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
const roles = ['may mint', 'may freeze', 'owns', 'may close'];
const ACCOUNT_OWNER = 2;

const decoders: Readonly<Record<number, Decoder>> = {
  0: initializeMint,
  1: ({ account }) => openAccount(account(0).address, account(2).address),
  2: initializeMultisig,
  3: (call) => transferTokens(call, plain(call)),
  4: (call) => approveTokens(call, plain(call)),
  5: revokeTokens,
  [SET_AUTHORITY]: setAuthority,
  7: (call) => mintTokens(call, plain(call)),
  8: (call) => burnTokens(call, plain(call)),
  [CLOSE_ACCOUNT]: closeAccount,
  10: ({ account }) => {
    const frozen = account(0).address;
    return other(`freezes the token account ${frozen}`, hazard('issuer-settings', 'FreezeAccount', frozen));
  },
  11: ({ account }) => {
    const frozen = account(0).address;
    return other(`releases the frozen token account ${frozen}`, hazard('issuer-settings', 'ThawAccount', frozen));
  },
  12: (call) => transferTokens(call, checked(call)),
  13: (call) => approveTokens(call, checked(call)),
  14: (call) => mintTokens(call, checked(call)),
  15: (call) => burnTokens(call, checked(call)),
  16: initializeAccount,
  // A token account of wrapped coins counts them again.
  17: () => ({}),
  18: initializeAccount,
  19: initializeMultisig,
  20: initializeMint,
  // The owner of the account will never change.
  22: () => ({}),
  26: transferWithFee,
};

function plain({ cursor }: Call): TokenAmount {
  return { amount: cursor.u64() };
}

function checked({ cursor }: Call): TokenAmount & { decimals: number } {
  return { amount: cursor.u64(), decimals: cursor.small(1) };
}

/** The extension of Token-2022 for mints that keep a fee; its other instructions are not understood. */
function transferWithFee(call: Call): Effect {
  if (call.cursor.left === 0 || call.cursor.small(1) !== 1) return extensionCall(call.instruction, call.scene);
  const amount = checked(call);
  return transferTokens(call, amount, call.cursor.u64());
}

function initializeMint({ cursor, account }: Call): Effect {
  const decimals = cursor.small(1);
  const master = cursor.address();
  const freezer = optionalAddress(cursor);
  const frozen = freezer === undefined ? 'nobody may freeze it' : `${freezer} may freeze it`;
  const text = `makes the token ${account(0).address} with ${decimals} decimals; ${master} may mint it and ${frozen}`;
  const freezing = freezer === undefined ? [] : [hazard('issuer-settings', 'InitializeMint freeze authority', freezer)];
  return other(text, hazard('issuer-settings', 'InitializeMint', master), ...freezing);
}

function initializeAccount({ cursor, account }: Call): Effect {
  return openAccount(account(0).address, cursor.address());
}

function openAccount(address: string, owner: string): Effect {
  return other(
    `opens the token account ${address} of ${owner}`,
    hazard('account-settings', 'InitializeAccount', owner),
  );
}

function initializeMultisig({ cursor, account }: Call): Effect {
  const text = `makes ${account(0).address} an owner with ${cursor.small(1)} necessary signatures`;
  return other(text, hazard('account-settings', 'InitializeMultisig', account(0).address));
}

function setAuthority(call: Call): Effect {
  const role = call.cursor.small(1);
  const to = optionalAddress(call.cursor);
  const danger = hazard(to === undefined ? 'issuer-settings' : 'account-control', `SetAuthority ${role}`, to);
  if (role === ACCOUNT_OWNER && to !== undefined) return { ...giveTokenAccount(call, to), hazards: [danger] };
  const what = `${roles[role] ?? `has the right number ${role} over`} ${call.account(0).address}`;
  return other(`settles that ${to ?? 'nobody'} ${what}`, danger);
}

/** The account's coins go to the receiver; the instruction does not say how many. Its tokens must have left before. */
function closeAccount({ account, scene }: Call): Effect {
  const to = account(1).address;
  const text = `closes the token account ${account(0).address} and sends its coins to ${to}`;
  if (scene.ours.has(to)) return other(text, hazard('account-settings', 'CloseAccount', to));
  return { ...other(text, hazard('closes-account', 'CloseAccount', to)), isOpaque: true };
}

/** One byte that says whether an address follows; older libraries fill its place with zeros when none does. */
function optionalAddress(cursor: Cursor): string | undefined {
  const tag = cursor.small(1);
  if (tag === 1) return cursor.address();
  if (tag !== 0) throw invalid('an instruction of a token program has an option that is neither set nor absent');
  if (cursor.left > 0 && cursor.take(32).some((byte) => byte !== 0)) throw invalid('an absent address is filled in');
  return undefined;
}
