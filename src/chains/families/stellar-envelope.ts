import { base64, hex } from '@scure/base';
import type { ParseContext, SignedTransaction, UnsignedTransaction } from '../../core/chain.js';
import { CustosError } from '../../core/errors.js';
import type { Network } from '../../core/ids.js';
import type { Summary } from '../../core/summary.js';
import { formatUnits } from '../../core/units.js';
import type { LentKey } from '../../core/wallet.js';
import { sign as signMessage } from '../../crypto/ed25519.js';
import { sha256 } from '../../crypto/hash.js';
import { invalid } from './fields.js';
import { showAccount } from './stellar-key.js';
import { type Operation, readMuxed, readOperation, readSigner, readText } from './stellar-operations.js';
import { XdrReader } from './stellar-xdr.js';

/** What an envelope holds, as far as it concerns others. */
export interface Envelope {
  readonly source: string;
  /** The most that the fee can be, in stroops. */
  readonly fee: bigint;
  readonly sequence: bigint;
  /** Seconds since 1970 after which it is refused; absent when it never ends. */
  readonly maxTime?: bigint;
  readonly memo?: string;
  readonly operations: readonly Operation[];
  /** The very bytes of the transaction, without the envelope around it. */
  readonly body: Uint8Array;
  readonly bytes: Uint8Array;
  readonly signatures: readonly { readonly hint: Uint8Array; readonly signature: Uint8Array }[];
}

const passphrases: Readonly<Record<Network, string>> = {
  mainnet: 'Public Global Stellar Network ; September 2015',
  testnet: 'Test SDF Network ; September 2015',
};
/** ENVELOPE_TYPE_TX. */
const TRANSACTION = 2;
const MAX_SIGNATURES = 20;
const MAX_OPERATIONS = 100;

/** Reads an envelope in base64. @throws CustosError TRANSACTION_INVALID, TRANSACTION_UNSUPPORTED */
export function readEnvelope(text: string): Envelope {
  const bytes = decodeBase64(text);
  const read = new XdrReader(bytes);
  const type = read.uint32();
  if (type !== TRANSACTION)
    throw new CustosError('TRANSACTION_UNSUPPORTED', `Stellar envelopes of type ${type} are not signed`);
  const start = read.at;
  const [source, fee, sequence] = [readMuxed(read), BigInt(read.uint32()), read.int64()];
  const maxTime = readConditions(read);
  const memo = readMemo(read);
  const operations = read.list(MAX_OPERATIONS, () => readOperation(read));
  if (operations.length === 0) throw invalid('the transaction has no operation');
  if (read.uint32() !== 0)
    throw new CustosError('TRANSACTION_UNSUPPORTED', 'Stellar contracts (Soroban) are not signed');
  const body = bytes.subarray(start, read.at);
  const signatures = read.list(MAX_SIGNATURES, () => ({ hint: read.fixed(4), signature: read.variable(64) }));
  read.end();
  return {
    ...{ source, fee, sequence, operations, body, bytes, signatures },
    ...(maxTime !== undefined && maxTime > 0n && { maxTime }),
    ...(memo !== undefined && { memo }),
  };
}

/** Decodes and checks an envelope. @throws CustosError SENDER_MISMATCH: the account, or that of an operation, is not the signer's */
export function parseEnvelope(completed: string, context: ParseContext): UnsignedTransaction {
  const envelope = readEnvelope(completed);
  const foreign = [envelope.source, ...envelope.operations.flatMap(({ source }) => source ?? [])].find(
    (account) => plain(account) !== context.from,
  );
  if (foreign !== undefined && context.allowForeignKey !== true) {
    throw new CustosError('SENDER_MISMATCH', `the transaction acts for ${foreign}, the wallet is ${context.from}`);
  }
  if (envelope.signatures.length === MAX_SIGNATURES) throw invalid('the transaction has no room for another signature');
  return {
    summary: summarize(envelope),
    nonce: envelope.sequence,
    sign: (keys) => sign(envelope, keyOf(keys, context.from), context.network),
  };
}

/** The hash that is signed, which is also the transaction's id. @returns 32 bytes */
export function envelopeHash(envelope: Envelope, network: Network): Uint8Array {
  const id = sha256(new TextEncoder().encode(passphrases[network]));
  return sha256(Uint8Array.from([...id, 0, 0, 0, TRANSACTION, ...envelope.body]));
}

function decodeBase64(text: string): Uint8Array {
  try {
    return base64.decode(text.trim());
  } catch (error) {
    throw invalid('the transaction envelope is not base64', error);
  }
}

/** @returns the end of the time bounds; 0 for none */
function readConditions(read: XdrReader): bigint | undefined {
  const bounds = () => {
    read.uint64();
    return read.uint64();
  };
  const type = read.uint32();
  if (type === 0) return undefined;
  if (type === 1) return bounds();
  if (type !== 2) throw invalid(`${type} is no kind of precondition`);
  const maxTime = read.optional(bounds);
  read.optional(() => [read.uint32(), read.uint32()]);
  read.optional(() => read.int64());
  read.uint64();
  read.uint32();
  read.list(2, () => readSigner(read));
  return maxTime;
}

function readMemo(read: XdrReader): string | undefined {
  const type = read.uint32();
  if (type === 0) return undefined;
  if (type === 1) return readText(read, 28);
  if (type === 2) return read.uint64().toString();
  if (type === 3 || type === 4) return hex.encode(read.fixed(32));
  throw invalid(`${type} is no kind of memo`);
}

/** The account without its number: M… names the same key as its G…. */
function plain(account: string): string {
  return account.startsWith('M') ? showAccount(base32Body(account)) : account;
}

function base32Body(account: string): Uint8Array {
  const bits = [...account].map((letter) =>
    'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0'),
  );
  const bytes = bits.join('').match(/.{8}/g) ?? [];
  return Uint8Array.from(bytes.slice(1, 33), (byte) => Number.parseInt(byte, 2));
}

function summarize(envelope: Envelope): Summary {
  const { source, fee, sequence, memo, operations } = envelope;
  const kinds = new Set(operations.map(({ kind }) => kind));
  const [kind = 'other'] = kinds;
  const single = operations.length === 1 ? operations[0] : undefined;
  const note = memo === undefined ? '' : ` with the memo ${JSON.stringify(memo)}`;
  return {
    kind: kinds.size === 1 ? kind : 'other',
    from: source,
    ...(single?.to !== undefined && { to: single.to }),
    value: { asset: 'XLM', amount: operations.reduce((sum, { value }) => sum + value, 0n) },
    tokens: operations.flatMap(({ tokens, source: from = source }) => tokens.map((move) => ({ ...move, from }))),
    hazards: [],
    fee: { asset: 'XLM', amount: fee },
    nonce: sequence,
    ...(memo !== undefined && { memo }),
    opaque: false,
    text: `${source} ${operations.map(({ text }) => text).join(', then ')}${note}; the fee is at most ${formatUnits(fee, 7)} XLM`,
  };
}

function keyOf(keys: readonly LentKey[], from: string): LentKey {
  if (keys.length === 0) throw new CustosError('KEY_MISSING', `no key was lent for ${from}`);
  const key = keys.find(({ address }) => address === from);
  if (key === undefined) throw new CustosError('SENDER_MISMATCH', `no lent key belongs to ${from}`);
  return key;
}

/** The signature goes behind those that are there; one of this key already is not made twice. */
function sign(envelope: Envelope, key: LentKey, network: Network): SignedTransaction {
  const hash = envelopeHash(envelope, network);
  const signature = signMessage(hash, key.privateKey, key.publicKey);
  const { bytes, body, signatures } = envelope;
  const isThere = signatures.some((one) => one.signature.every((byte, at) => byte === signature[at]));
  const signed = [4 + body.length, signatures.length + 1] as const;
  const raw = isThere
    ? bytes
    : Uint8Array.from([
        ...bytes.subarray(0, signed[0]),
        ...[0, 0, 0, signed[1]],
        ...bytes.subarray(signed[0] + 4),
        ...key.publicKey.subarray(28),
        ...[0, 0, 0, 64],
        ...signature,
      ]);
  return { raw: base64.encode(raw), txId: hex.encode(hash) };
}
