import { hex } from '@scure/base';
import { decode, encode, encodeForSigning } from 'ripple-binary-codec';
import type { ParseContext, ReadSigned, SignedTransaction, UnsignedTransaction } from '../../core/chain/codec.js';
import { CustosError } from '../../core/errors.js';
import type { Network } from '../../core/ids.js';
import { isObject } from '../../core/json.js';
import type { SigningKey } from '../../core/signing/signing-key.js';
import { sha512 } from '../../crypto/hash.js';
import { type Fields, hexOf, invalid, readObject, smallOf, textOf, wholeOf } from '../shared/fields.js';
import { keyOf } from '../shared/key-of.js';
import { readAddress, showAddress } from './address.js';
import { currencyName } from './amount.js';
import { effectsOf } from './effects.js';
import { signBytes } from './key.js';
import { summarize } from './summary.js';

/** All XRP there is, in drops. */
const MAX_DROPS = 10n ** 17n;
/** TXN and a zero byte: the prefix of the hash that is a transaction's id. */
const ID_PREFIX = Uint8Array.of(0x54, 0x58, 0x4e, 0x00);

/** Length of STX and a zero byte, which what is signed begins with. */
const SIGNING_PREFIX_DIGITS = 8;

/** Reads an unsigned request and splits X-addresses into address and tag. @throws CustosError TRANSACTION_INVALID, ADDRESS_INVALID, NETWORK_MISMATCH */
export function readTransaction(text: string, network: Network): Fields {
  const fields = readObject(text);
  for (const name of ['TxnSignature', 'Signers']) {
    if (fields[name] !== undefined) throw invalid(`the transaction has ${name} already`);
  }
  textOf(fields['TransactionType'], 'TransactionType');
  // Neither mainnet nor testnet takes a transaction that names a NetworkID: it is for a ledger of its own.
  if (fields['NetworkID'] !== undefined) throw new CustosError('NETWORK_MISMATCH', 'the transaction names a NetworkID');
  return {
    ...fields,
    ...split(fields, { name: 'Account', tagName: 'SourceTag', network }),
    ...split(fields, { name: 'Destination', tagName: 'DestinationTag', network }),
  };
}

function split(
  fields: Fields,
  { name, tagName, network }: { readonly name: string; readonly tagName: string; readonly network: Network },
): Fields {
  const value = fields[name];
  if (value === undefined) return {};
  const { address, tag } = readAddress(textOf(value, name), network);
  if (tag === undefined) return { [name]: address };
  if (fields[tagName] !== undefined && fields[tagName] !== tag)
    throw invalid(`${tagName} is not the tag inside ${name}`);
  return { [name]: address, [tagName]: tag };
}

/**
 * Decodes and checks a completed transaction.
 * @throws CustosError TRANSACTION_INVALID, TRANSACTION_UNSUPPORTED, SENDER_MISMATCH, AMOUNT_INVALID, NETWORK_MISMATCH
 */
export function parseTransaction(completed: string, context: ParseContext): UnsignedTransaction {
  const fields = readTransaction(completed, context.network);
  const account = textOf(fields['Account'], 'Account');
  if (account !== context.from && context.allowForeignKey !== true) {
    throw new CustosError('SENDER_MISMATCH', `the transaction is of ${account}, the wallet is ${context.from}`);
  }
  const sequence = smallOf(fields['Sequence'], 'Sequence');
  const fee = wholeOf(textOf(fields['Fee'], 'Fee'), 'Fee', MAX_DROPS);
  if (fields['SigningPubKey'] !== undefined && fields['SigningPubKey'] !== '') {
    throw invalid('the transaction names a SigningPubKey already');
  }
  // Amounts come first, so that their errors say more than the encoder's.
  const effects = effectsOf(fields, { account, signer: context.from, fee });
  const summary = summarize(effects);
  const message = messageFor(fields, context.signers.find(({ address }) => address === context.from)?.publicKey);
  checkKept(fields, message.encoded);
  return {
    summary,
    effects,
    // With a ticket the sequence number is zero.
    ...(sequence > 0 && { nonce: BigInt(sequence) }),
    sign: async (keys) => sign(fields, keyOf(keys, context.from, showAddress), message),
  };
}

/** What is signed, in hexadecimal digits. It names the public key that verifies the signature. */
interface Message {
  /** Of 33 bytes, in hexadecimal digits; empty where only the signer knows it. */
  readonly publicKey: string;
  readonly encoded: string;
}

/** @throws CustosError TRANSACTION_INVALID */
function messageFor(fields: Fields, key: Uint8Array = new Uint8Array(0)): Message {
  const publicKey = hex.encode(key).toUpperCase();
  try {
    return { publicKey, encoded: encodeForSigning({ ...fields, SigningPubKey: publicKey }) };
  } catch (error) {
    throw invalid('the transaction cannot be encoded', error);
  }
}

/** The library drops fields that it does not know, so what is read back must equal what was given. */
function checkKept({ SigningPubKey: _none, ...fields }: Fields, message: string): void {
  let kept: unknown;
  try {
    kept = decode(message.slice(SIGNING_PREFIX_DIGITS));
  } catch (error) {
    throw invalid('the transaction cannot be encoded', error);
  }
  const difference = firstDifference(fields, kept, 'the transaction');
  if (difference !== undefined) throw invalid(`${difference} is not understood`);
}

function firstDifference(given: unknown, kept: unknown, path: string): string | undefined {
  if (Array.isArray(given)) {
    if (!Array.isArray(kept) || kept.length !== given.length) return path;
    const others: readonly unknown[] = kept;
    return given
      .map((item, at) => firstDifference(item, others[at], `${path}[${at}]`))
      .find((found) => found !== undefined);
  }
  if (isObject(given)) {
    if (!isObject(kept)) return path;
    return Object.entries(given)
      .map(([name, value]) => (value === undefined ? undefined : firstDifference(value, kept[name], `${path}.${name}`)))
      .find((found) => found !== undefined);
  }
  return canonical(given) === canonical(kept) ? undefined : path;
}

/** Texts in one case, currencies in letters, decimal numbers without useless zeros; a number and its text are the same. */
function canonical(value: unknown): string {
  const text = typeof value === 'string' ? currencyName(value) : String(value);
  const match = /^(-?)0*(\d+)(?:\.(\d*?)0*)?(?:e([+-]?\d+))?$/i.exec(text);
  if (match === null || text.length > 40) return `${typeof value} ${text.toUpperCase()}`;
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = match;
  const digits = `${whole}${fraction}`.replace(/^0+/, '');
  const significant = digits.replace(/0+$/, '');
  const scale = Number(exponent) - fraction.length + (digits.length - significant.length);
  return significant === '' ? '0' : `${sign}${significant}e${scale}`;
}

/** Reads what is sent: hexadecimal digits. @throws CustosError TRANSACTION_INVALID */
export function readSigned(txData: string): ReadSigned {
  const bytes = hexOf(txData, 'txData');
  const raw = txData.toUpperCase();
  let fields: Fields;
  try {
    fields = decode(raw);
  } catch (error) {
    throw invalid('the signed transaction cannot be decoded', error);
  }
  if (fields['TxnSignature'] === undefined && fields['Signers'] === undefined)
    throw invalid('the transaction is not signed');
  return { raw, txId: idOf(bytes), completed: JSON.stringify(fields) };
}

function idOf(signed: Uint8Array): string {
  return hex.encode(sha512(Uint8Array.of(...ID_PREFIX, ...signed)).subarray(0, 32)).toUpperCase();
}

async function sign(fields: Fields, key: SigningKey, known: Message): Promise<SignedTransaction> {
  const isKnown = hex.encode(key.publicKey).toUpperCase() === known.publicKey;
  const { publicKey, encoded } = isKnown ? known : messageFor(fields, key.publicKey);
  const signature = await signBytes(hex.decode(encoded.toLowerCase()), key);
  const raw = encode({ ...fields, SigningPubKey: publicKey, TxnSignature: hex.encode(signature).toUpperCase() });
  return { raw, txId: idOf(hex.decode(raw.toLowerCase())) };
}
