import type { MessageKind } from '../chain/message-content.js';
import { CustosError } from '../errors.js';
import {
  type ChainId,
  type Network,
  parseChainId,
  parseIndex,
  parseSignatureId,
  quote,
  type SignatureId,
  type TenantId,
} from '../ids.js';
import { isObject } from '../json.js';
import type { KeyRef } from './wallet.js';

/** The largest serialized transaction that is accepted, in bytes of UTF-8. */
const MAX_SERIALIZED_BYTES = 1024 * 1024;

/** A ledger withdrawal that the cloud ties to this transaction; another operation broadcasts it. */
export interface Withdrawal {
  readonly id: string;
  /** As received; the chain parses it if it needs it. */
  readonly responses?: readonly unknown[];
}

/** The highest fee that a request allows. */
export interface FeeLimit {
  /** As in `Summary.fee.asset`. */
  readonly asset: string;
  /** Smallest unit, in decimal digits. */
  readonly most: string;
}

/** A transaction that the cloud wants signed, checked for form. */
export interface PendingTransaction {
  /** 1 to 64 letters, digits, `-` or `_`: safe as one segment of a URL path. */
  readonly id: string;
  readonly chain: ChainId;
  readonly network: Network;
  readonly keys: readonly KeyRef[];
  readonly serialized: string;
  readonly withdrawal?: Withdrawal;
  /** Compared with the decoded fee right before it is signed. */
  readonly feeLimit?: FeeLimit;
  /** What is signed if it is no transaction; `serialized` is then the content (`messageText`). No source outside sets it. */
  readonly kind?: MessageKind;
  /** Whose wallets may sign. Absent: those of the default tenant. No source outside sets it. */
  readonly tenant?: TenantId;
  /** Blind index of the owner who proved to be there (hexadecimal digits). No source outside sets it. */
  readonly user?: string;
  /** The object exactly as received, for the four-eye check. */
  readonly received: Readonly<Record<string, unknown>>;
}

/** The part that names the keys to sign with. */
export type KeyRequest = Pick<
  PendingTransaction,
  'chain' | 'network' | 'keys' | 'withdrawal' | 'feeLimit' | 'kind' | 'tenant' | 'user'
>;

/** Without what only the front needs of a pending transaction. */
export function leanPending({
  chain,
  network,
  keys,
  withdrawal,
  feeLimit,
  kind,
  tenant,
  user,
}: KeyRequest): KeyRequest {
  const optional = {
    ...(withdrawal !== undefined && { withdrawal }),
    ...(feeLimit && { feeLimit }),
    ...(kind && { kind }),
    ...(tenant && { tenant }),
    ...(user && { user }),
  };
  return { chain, network, keys, ...optional };
}

/**
 * Checks the form of one element of the cloud's answer.
 * @param chain - the requested chain; an element of another chain is refused
 * @throws CustosError PENDING_INVALID, CHAIN_MISMATCH, SIGNATURE_ID_INVALID, INDEX_INVALID, TRANSACTION_TOO_LARGE;
 *   `details.id` is set if the id itself was readable
 */
export function parsePending(value: unknown, chain: ChainId, network: Network): PendingTransaction {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new CustosError('PENDING_INVALID', `the cloud sent ${quote(value)} instead of a pending transaction`);
  }
  const received = value as Readonly<Record<string, unknown>>;
  const id = parsePendingId(received['id']);
  try {
    return parseFields(received, id, chain, network);
  } catch (error) {
    if (!(error instanceof CustosError)) throw error;
    throw new CustosError(error.code, `${error.message} (pending transaction ${id})`, {
      details: { id },
      cause: error,
    });
  }
}

/** @throws CustosError PENDING_INVALID */
export function parsePendingId(value: unknown): string {
  if (typeof value !== 'string' || !/^[A-Za-z0-9_-]{1,64}$/.test(value)) {
    throw new CustosError('PENDING_INVALID', `${quote(value)} is not the id of a pending transaction`);
  }
  return value;
}

function parseFields(
  received: Readonly<Record<string, unknown>>,
  id: string,
  chain: ChainId,
  network: Network,
): PendingTransaction {
  if (parseChainId(received['chain']) !== chain) {
    throw new CustosError('CHAIN_MISMATCH', `asked for ${chain}, got a transaction of ${quote(received['chain'])}`);
  }
  const serialized = received['serializedTransaction'];
  if (typeof serialized !== 'string') {
    throw new CustosError('PENDING_INVALID', `serializedTransaction is ${quote(serialized)}, not a text`);
  }
  if (serialized.length > MAX_SERIALIZED_BYTES || Buffer.byteLength(serialized) > MAX_SERIALIZED_BYTES) {
    throw new CustosError('TRANSACTION_TOO_LARGE', `serializedTransaction has more than ${MAX_SERIALIZED_BYTES} bytes`);
  }
  const withdrawal = parseWithdrawal(received);
  const feeLimit = received['feeLimit'] ?? undefined;
  return {
    id,
    chain,
    network,
    keys: [...parseHashes(received), ...parseSignatures(received['signatures'])],
    serialized,
    ...(withdrawal && { withdrawal }),
    ...(feeLimit !== undefined && { feeLimit: parseFeeLimit(feeLimit) }),
    received,
  };
}

function parseHashes(received: Readonly<Record<string, unknown>>): KeyRef[] {
  const hashes = received['hashes'] ?? [];
  if (!Array.isArray(hashes)) throw new CustosError('PENDING_INVALID', `hashes is ${quote(hashes)}, not a list`);
  const index = received['index'] ?? undefined;
  const parsed = index === undefined ? undefined : parseIndex(index);
  return hashes.map((hash) => keyRef(parseSignatureId(hash), parsed));
}

function parseSignatures(value: unknown): KeyRef[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw new CustosError('PENDING_INVALID', `signatures is ${quote(value)}, not a list`);
  return value.map((entry: unknown) => {
    if (typeof entry !== 'object' || entry === null) {
      throw new CustosError('PENDING_INVALID', `signatures holds ${quote(entry)}`);
    }
    const { id, index } = entry as { id?: unknown; index?: unknown };
    return keyRef(parseSignatureId(id), index === undefined || index === null ? undefined : parseIndex(index));
  });
}

function keyRef(signatureId: SignatureId, index: number | undefined): KeyRef {
  return index === undefined ? { signatureId } : { signatureId, index };
}

function parseWithdrawal(received: Readonly<Record<string, unknown>>): Withdrawal | undefined {
  const id = received['withdrawalId'] ?? undefined;
  if (id === undefined) return undefined;
  const responses = received['withdrawalResponses'] ?? undefined;
  if (responses !== undefined && !Array.isArray(responses)) {
    throw new CustosError('PENDING_INVALID', `withdrawalResponses is ${quote(responses)}, not a list`);
  }
  return { id: parsePendingId(id), ...(responses && { responses }) };
}

/** @throws CustosError PENDING_INVALID */
export function parseFeeLimit(value: unknown): FeeLimit {
  const { asset, most } = isObject(value) ? value : {};
  if (typeof asset === 'string' && asset.length <= 255 && typeof most === 'string' && /^\d{1,78}$/.test(most)) {
    return { asset, most };
  }
  throw new CustosError('PENDING_INVALID', `feeLimit is ${quote(value)}, not an asset and an amount`);
}
