import { hex } from '@scure/base';
import { CustosError } from '../../core/errors.js';
import {
  type Fields,
  hexOf,
  invalid,
  listOf,
  objectOf,
  onlyMembers,
  readObject,
  textOf,
  wholeOf,
} from '../shared/fields.js';
import { readAddress, showAddress } from './address.js';
import { decodePrivateKey } from './key.js';
import type { AccountUse, SolanaMessage, TableLookup } from './message.js';

/** What the cloud sends: `{"txData": <hexadecimal message>, "mintPK"?: <private key of an account that is made>}`. */
export interface SolanaRequest {
  /** Bytes of the message. */
  readonly message: Uint8Array;
  /** As received. */
  readonly mintPK?: string;
}

/** How long the signed bytes can take effect. */
export interface Lifetime {
  /** Slot of the answer that held the blockhash: no block before it can hold the transaction. */
  readonly slot: bigint;
  /** The last block height at which the blockhash is still taken. */
  readonly lastValidBlockHeight: bigint;
}

/** A request with what the node said. */
export interface CompletedRequest extends SolanaRequest {
  /** Absent for a durable nonce, which has no end. */
  readonly lifetime?: Lifetime;
  /** Addresses of the looked-up accounts, one list of writable and one of readonly ones for each lookup. */
  readonly tables: readonly LoadedTable[];
}

export interface LoadedTable {
  readonly table: string;
  readonly writable: readonly string[];
  readonly readonly: readonly string[];
}

const requestMembers = ['txData', 'mintPK'];
const completedMembers = [...requestMembers, 'slot', 'lastValidBlockHeight', 'tables'];

/** @throws CustosError TRANSACTION_INVALID */
export function readRequest(serialized: string): SolanaRequest {
  const fields = readObject(serialized);
  onlyMembers(fields, requestMembers, 'serializedTransaction');
  return requestOf(fields);
}

/** @throws CustosError TRANSACTION_INVALID */
export function readCompleted(completed: string): CompletedRequest {
  const fields = readObject(completed);
  onlyMembers(fields, completedMembers, 'the completed transaction');
  const { slot, lastValidBlockHeight, tables = [] } = fields;
  const isLimited = slot !== undefined || lastValidBlockHeight !== undefined;
  const lifetime = isLimited && {
    slot: wholeOf(slot, 'slot'),
    lastValidBlockHeight: wholeOf(lastValidBlockHeight, 'lastValidBlockHeight'),
  };
  return { ...requestOf(fields), ...(lifetime && { lifetime }), tables: listOf(tables, 'tables').map(tableOf) };
}

export function writeCompleted({ message, mintPK, lifetime, tables }: CompletedRequest): string {
  return JSON.stringify({
    txData: hex.encode(message),
    ...(mintPK !== undefined && { mintPK }),
    ...(lifetime && {
      slot: lifetime.slot.toString(),
      lastValidBlockHeight: lifetime.lastValidBlockHeight.toString(),
    }),
    ...(tables.length > 0 && { tables }),
  });
}

/**
 * Reads the private key that came with a request for the account that is made.
 * @returns the seed, 32 bytes; the caller wipes them
 * @throws CustosError TRANSACTION_INVALID; the key is never repeated in the message
 */
export function readMintKey(mintPK: string): Uint8Array {
  try {
    return decodePrivateKey(mintPK);
  } catch (error) {
    const why = error instanceof CustosError ? error.message : 'it cannot be read';
    throw invalid(`mintPK is not a private key: ${why}`);
  }
}

/**
 * The accounts that lookups add, in the order of the network: all writable ones, then all others.
 * @throws CustosError TRANSACTION_INVALID: the tables are not those of the message
 */
export function loadedAccounts({ lookups }: SolanaMessage, tables: readonly LoadedTable[]): readonly AccountUse[] {
  const fits = tables.length === lookups.length && lookups.every((lookup, at) => isFor(lookup, tables[at]));
  if (!fits) throw invalid('tables does not hold the accounts that the message looks up');
  const use = (isWritable: boolean) => (address: string) => ({ address, isSigner: false, isWritable, isLoaded: true });
  return [
    ...tables.flatMap(({ writable }) => writable.map(use(true))),
    ...tables.flatMap(({ readonly }) => readonly.map(use(false))),
  ];
}

function isFor(lookup: TableLookup, loaded: LoadedTable | undefined): boolean {
  return (
    loaded?.table === lookup.table &&
    loaded.writable.length === lookup.writable.length &&
    loaded.readonly.length === lookup.readonly.length
  );
}

function requestOf({ txData, mintPK }: Fields): SolanaRequest {
  const message = hexOf(txData, 'txData');
  return { message, ...(mintPK !== undefined && mintPK !== null && { mintPK: secretOf(mintPK) }) };
}

/** The shared reader of texts shows what it refuses, so it must not read this one. */
function secretOf(mintPK: unknown): string {
  if (typeof mintPK === 'string') return mintPK;
  throw invalid('mintPK is not a text');
}

function tableOf(value: unknown): LoadedTable {
  const fields = objectOf(value, 'an entry of tables');
  onlyMembers(fields, ['table', 'writable', 'readonly'], 'an entry of tables');
  const addresses = (list: unknown) => listOf(list, 'tables').map((one) => addressOf(one));
  return {
    table: addressOf(fields['table']),
    writable: addresses(fields['writable']),
    readonly: addresses(fields['readonly']),
  };
}

function addressOf(value: unknown): string {
  return showAddress(readAddress(textOf(value, 'an address of tables')));
}
