import { base58 } from '@scure/base';
import { CustosError } from '../../core/errors.js';
import { invalid } from '../shared/fields.js';
import { readAddress } from './address.js';
import { Cursor, compactLength } from './cursor.js';

/** The message that is signed, as far as it is readable without the network. */
export interface SolanaMessage {
  readonly version: 'legacy' | 'v0';
  readonly bytes: Uint8Array;
  /** The first accounts, which must sign; the first of them pays the fee. */
  readonly signers: readonly string[];
  /** Accounts that the message names itself. */
  readonly accounts: readonly AccountUse[];
  /** Base58 of 32 bytes. */
  readonly blockhash: string;
  /** Where the 32 bytes of the blockhash begin. */
  readonly blockhashAt: number;
  readonly instructions: readonly IndexedInstruction[];
  readonly lookups: readonly TableLookup[];
}

/** An account with its rights in this transaction. */
export interface AccountUse {
  readonly address: string;
  readonly isSigner: boolean;
  readonly isWritable: boolean;
  /** Comes from a lookup table, so the signed bytes do not name it. */
  readonly isLoaded: boolean;
}

/** An instruction with positions in the list of all accounts. */
interface IndexedInstruction {
  readonly program: string;
  readonly accounts: readonly number[];
  readonly data: Uint8Array;
}

/** Which entries of an address lookup table come into the list of accounts. */
export interface TableLookup {
  readonly table: string;
  readonly writable: readonly number[];
  readonly readonly: readonly number[];
}

/** An instruction with its accounts. */
export interface Instruction {
  readonly program: string;
  readonly accounts: readonly AccountUse[];
  readonly data: Uint8Array;
}

/** Placeholder of the recent blockhash that the daemon will ask for. */
export const PLACEHOLDER_BLOCKHASH = '7WyEshBZcZwEbJsvSeGgCkSNMxxxFAym3x7Cuj6UjAUE';
/** 32 bytes of zero: not a blockhash either. */
const NO_BLOCKHASH = base58.encode(new Uint8Array(32));
/** One packet of the network: all that signatures and message may have together. */
const MAX_TRANSACTION_BYTES = 1232;
const SIGNATURE_BYTES = 64;
const MAX_ACCOUNTS = 256;
const VERSIONED = 0x80;

/**
 * Reads a message of the legacy form or of version 0, and checks what nodes check before they look at any account.
 * @throws CustosError TRANSACTION_INVALID, TRANSACTION_TOO_LARGE, TRANSACTION_UNSUPPORTED (a later version)
 */
export function decodeMessage(bytes: Uint8Array): SolanaMessage {
  const cursor = new Cursor(bytes, 'the message');
  const version = versionOf(bytes[0] ?? 0);
  if (version === 'v0') cursor.take(1);
  const [required, readonlySigned, readonlyUnsigned] = [cursor.small(1), cursor.small(1), cursor.small(1)];
  const keys = list(cursor, () => cursor.address());
  if (required === 0 || readonlySigned >= required || required + readonlyUnsigned > keys.length) {
    throw invalid('the message has a header that does not fit its accounts');
  }
  const accounts = keys.map((address, at) => {
    const isSigner = at < required;
    const isWritable = isSigner ? at < required - readonlySigned : at < keys.length - readonlyUnsigned;
    return { address, isSigner, isWritable, isLoaded: false };
  });
  const blockhashAt = cursor.position;
  const blockhash = cursor.address();
  const raw = list(cursor, () => readInstruction(cursor));
  const lookups = version === 'v0' ? list(cursor, () => readLookup(cursor)) : [];
  cursor.end();
  checkSize(bytes, required);
  const total = lookups.reduce((sum, one) => sum + one.writable.length + one.readonly.length, keys.length);
  if (total > MAX_ACCOUNTS) throw invalid(`the message has ${total} accounts, more than ${MAX_ACCOUNTS}`);
  const instructions = raw.map((one) => withProgram(one, keys, total));
  if (instructions.length === 0) throw invalid('the message has no instruction');
  if (new Set(keys).size !== keys.length) throw invalid('the message names an account twice');
  const signers = keys.slice(0, required);
  return { version, bytes, signers, accounts, blockhash, blockhashAt, instructions, lookups };
}

/** True where the message has no blockhash yet. */
export function lacksBlockhash({ blockhash }: SolanaMessage): boolean {
  return blockhash === PLACEHOLDER_BLOCKHASH || blockhash === NO_BLOCKHASH;
}

/** The same message with another recent blockhash. @param blockhash - base58 of 32 bytes */
export function withBlockhash({ bytes, blockhashAt }: SolanaMessage, blockhash: string): Uint8Array {
  const changed = Uint8Array.from(bytes);
  changed.set(readAddress(blockhash), blockhashAt);
  return changed;
}

/** Replaces the numbers of accounts by the accounts. @param loaded - accounts of the lookup tables, in the order of the network */
export function resolveInstructions(message: SolanaMessage, loaded: readonly AccountUse[]): readonly Instruction[] {
  const accounts = [...message.accounts, ...loaded];
  if (new Set(accounts.map(({ address }) => address)).size !== accounts.length) {
    throw invalid('the message loads an account twice');
  }
  return message.instructions.map(({ program, accounts: places, data }) => ({
    program,
    data,
    accounts: places.map((place) => accounts[place] ?? outOfRange(place)),
  }));
}

/** Writes signatures and message as they go over the wire. @param signatures - 64 bytes each, in the order of the signers */
export function wireBytes(signatures: readonly Uint8Array[], message: Uint8Array): Uint8Array {
  return join([compactLength(signatures.length), ...signatures, message]);
}

/** Writes a legacy message. Accounts have the order that the format demands: payer, signers, writable, readonly. */
export function encodeMessage(feePayer: string, blockhash: string, instructions: readonly Instruction[]): Uint8Array {
  const uses = mergeUses(feePayer, instructions);
  const rank = ({ isSigner, isWritable }: AccountUse) => (isSigner ? 0 : 2) + (isWritable ? 0 : 1);
  const ordered = uses.map((use, at) => ({ use, at })).sort((a, b) => rank(a.use) - rank(b.use) || a.at - b.at);
  const accounts = ordered.map(({ use }) => use);
  const place = new Map(accounts.map(({ address }, at) => [address, at]));
  const placeOf = (address: string) => place.get(address) ?? 0;
  const count = (wanted: number) => accounts.filter((use) => rank(use) === wanted).length;
  return join([
    Uint8Array.of(count(0) + count(1), count(1), count(3)),
    compactLength(accounts.length),
    ...accounts.map(({ address }) => readAddress(address)),
    readAddress(blockhash),
    compactLength(instructions.length),
    ...instructions.flatMap(({ program, accounts: used, data }) => [
      Uint8Array.of(placeOf(program)),
      compactLength(used.length),
      Uint8Array.from(used.map(({ address }) => placeOf(address))),
      compactLength(data.length),
      data,
    ]),
  ]);
}

function mergeUses(feePayer: string, instructions: readonly Instruction[]): readonly AccountUse[] {
  const merged = new Map<string, AccountUse>();
  const add = (use: AccountUse) => {
    const known = merged.get(use.address) ?? use;
    const isSigner = known.isSigner || use.isSigner;
    merged.set(use.address, { ...use, isSigner, isWritable: known.isWritable || use.isWritable });
  };
  add({ address: feePayer, isSigner: true, isWritable: true, isLoaded: false });
  for (const { accounts } of instructions) accounts.forEach(add);
  for (const { program } of instructions)
    add({ address: program, isSigner: false, isWritable: false, isLoaded: false });
  return [...merged.values()];
}

interface RawInstruction {
  readonly program: number;
  readonly accounts: readonly number[];
  readonly data: Uint8Array;
}

function readInstruction(cursor: Cursor): RawInstruction {
  const program = cursor.small(1);
  const accounts = [...cursor.take(cursor.compact())];
  return { program, accounts, data: cursor.take(cursor.compact()) };
}

function readLookup(cursor: Cursor): TableLookup {
  const table = cursor.address();
  const writable = [...cursor.take(cursor.compact())];
  const readonly = [...cursor.take(cursor.compact())];
  if (writable.length + readonly.length === 0) throw invalid(`nothing is looked up in the table ${table}`);
  return { table, writable, readonly };
}

function withProgram({ program, accounts, data }: RawInstruction, keys: readonly string[], total: number) {
  const address = keys[program];
  // The payer cannot be a program, and no program comes from a table.
  if (program === 0 || address === undefined) throw outOfRangeError(program);
  const foreign = accounts.find((place) => place >= total);
  if (foreign !== undefined) throw outOfRangeError(foreign);
  return { program: address, accounts, data };
}

function versionOf(first: number): SolanaMessage['version'] {
  if (first < VERSIONED) return 'legacy';
  if (first === VERSIONED) return 'v0';
  throw new CustosError('TRANSACTION_UNSUPPORTED', `messages of version ${first - VERSIONED} are not supported`);
}

function checkSize(message: Uint8Array, signatures: number): void {
  const size = compactLength(signatures).length + signatures * SIGNATURE_BYTES + message.length;
  if (size <= MAX_TRANSACTION_BYTES) return;
  const text = `the signed transaction would have ${size} bytes, more than ${MAX_TRANSACTION_BYTES}`;
  throw new CustosError('TRANSACTION_TOO_LARGE', text);
}

function list<T>(cursor: Cursor, read: () => T): T[] {
  const items: T[] = [];
  for (let left = cursor.compact(); left > 0; left -= 1) items.push(read());
  return items;
}

function join(parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

function outOfRange(place: number): never {
  throw outOfRangeError(place);
}

function outOfRangeError(place: number): CustosError {
  return invalid(`an instruction names the account number ${place}, which is none`);
}
