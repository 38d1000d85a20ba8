import { CustosError } from '../../core/errors.js';
import { type Network, quote } from '../../core/ids.js';
import {
  type Fields,
  invalid,
  listOf,
  objectOf,
  onlyMembers,
  readObject,
  smallOf,
  textOf,
  wholeOf,
} from '../shared/fields.js';
import { showAddress } from './address.js';
import { type BinanceTransfer, type Coin, type Party, sums } from './format.js';

/** What the network adds to a request. */
export type BinanceFilling = Pick<BinanceTransfer, 'chainId' | 'accountNumber' | 'sequence'>;

/** Names that the two networks gave themselves. */
export const binanceChainIds: Readonly<Record<Network, string>> = {
  mainnet: 'Binance-Chain-Tigris',
  testnet: 'Binance-Chain-Ganges',
};

const AMINO_PREFIX = '2A2C87FA';
const MOST_AMOUNT = 2n ** 63n - 1n;
const MOST_MEMO = 128;
/** Reads a request as it came: `{msg, signMsg, memo}`. @throws CustosError TRANSACTION_INVALID, TRANSACTION_UNSUPPORTED */
export function readRequest(serialized: string, network: Network): Omit<BinanceTransfer, keyof BinanceFilling> {
  const fields = readObject(serialized);
  onlyMembers(fields, ['msg', 'signMsg', 'memo'], 'serializedTransaction');
  return transferOf(fields, network);
}

/** Reads a completed request. @throws CustosError TRANSACTION_INVALID, TRANSACTION_UNSUPPORTED, CHAIN_ID_MISMATCH */
export function readCompleted(completed: string, network: Network): BinanceTransfer {
  const { filled, ...request } = readObject(completed);
  onlyMembers(request, ['msg', 'signMsg', 'memo'], 'serializedTransaction');
  return { ...transferOf(request, network), ...readFilling(filled, network) };
}

/** The request as it came, with the filling beside it. */
export function writeCompleted(serialized: string, { chainId, accountNumber, sequence }: BinanceFilling): string {
  const filled = { chainId, accountNumber: accountNumber.toString(), sequence: sequence.toString() };
  return JSON.stringify({ ...readObject(serialized), filled });
}

function readFilling(value: unknown, network: Network): BinanceFilling {
  const fields = objectOf(value, 'filled');
  onlyMembers(fields, ['chainId', 'accountNumber', 'sequence'], 'filled');
  const chainId = textOf(fields['chainId'], 'chainId');
  if (chainId !== binanceChainIds[network]) {
    throw new CustosError('CHAIN_ID_MISMATCH', `${quote(chainId)} is not the ${network} of BNB Beacon Chain`);
  }
  return {
    chainId,
    accountNumber: wholeOf(fields['accountNumber'], 'accountNumber', MOST_AMOUNT),
    sequence: wholeOf(fields['sequence'], 'sequence', MOST_AMOUNT),
  };
}

function transferOf(fields: Fields, network: Network): Omit<BinanceTransfer, keyof BinanceFilling> {
  const message = objectOf(fields['msg'], 'msg');
  const shown = objectOf(fields['signMsg'], 'signMsg');
  onlyMembers(message, ['inputs', 'outputs', 'aminoPrefix'], 'msg');
  onlyMembers(shown, ['inputs', 'outputs'], 'signMsg');
  const prefix = message['aminoPrefix'];
  if (typeof prefix !== 'string' || prefix.toUpperCase() !== AMINO_PREFIX) {
    throw new CustosError('TRANSACTION_UNSUPPORTED', `messages of type ${quote(prefix)} are not offered`);
  }
  const inputs = parties('inputs', { message, shown, network });
  const outputs = parties('outputs', { message, shown, network });
  checkSums(inputs, outputs);
  return { inputs, outputs, memo: readMemo(fields['memo']) };
}

interface Message {
  readonly message: Fields;
  readonly shown: Fields;
  readonly network: Network;
}

/** One side, which comes twice: with the address as bytes (it is sent) and as text (it is signed). */
function parties(side: 'inputs' | 'outputs', { message, shown, network }: Message): Party[] {
  const [sent, signed] = [listOf(message[side], `msg.${side}`), listOf(shown[side], `signMsg.${side}`)];
  if (sent.length === 0 || sent.length !== signed.length) throw invalid(`msg and signMsg differ in their ${side}`);
  return sent.map((entry, at) => {
    const name = `${side}[${at}]`;
    const [one, other] = [objectOf(entry, `msg.${name}`), objectOf(signed[at], `signMsg.${name}`)];
    onlyMembers(one, ['address', 'coins'], `msg.${name}`);
    onlyMembers(other, ['address', 'coins'], `signMsg.${name}`);
    const address = bufferOf(one['address'], `msg.${name}.address`);
    const text = showAddress(address, network);
    const coins = coinsOf(one['coins'], `msg.${name}.coins`);
    if (other['address'] !== text) throw invalid(`msg and signMsg differ in the address of ${name}`);
    if (!sameCoins(coins, coinsOf(other['coins'], `signMsg.${name}.coins`))) {
      throw invalid(`msg and signMsg differ in the coins of ${name}`);
    }
    return { address, text, coins };
  });
}

/** Node's JSON form of a `Buffer`. */
function bufferOf(value: unknown, name: string): Uint8Array {
  const fields = objectOf(value, name);
  onlyMembers(fields, ['type', 'data'], name);
  const data = listOf(fields['data'], name);
  if (fields['type'] !== 'Buffer' || data.length !== 20) throw invalid(`${name} is not a buffer of 20 bytes`);
  return Uint8Array.from(data, (byte) => smallOf(byte, name, 255));
}

function coinsOf(value: unknown, name: string): Coin[] {
  const list = listOf(value, name);
  if (list.length === 0) throw invalid(`${name} is empty`);
  return list.map((entry, at) => {
    const fields = objectOf(entry, `${name}[${at}]`);
    onlyMembers(fields, ['denom', 'amount'], `${name}[${at}]`);
    const denom = textOf(fields['denom'], `${name}.denom`);
    if (!/^[A-Za-z0-9][A-Za-z0-9.-]{1,19}$/.test(denom)) throw invalid(`${name} has the denomination ${quote(denom)}`);
    return { denom, amount: amountOf(fields['amount'], `${name}.amount`) };
  });
}

function amountOf(value: unknown, name: string): bigint {
  // The signed text has numbers, so a text here would be signed as something else.
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value <= 0) {
    throw new CustosError('AMOUNT_INVALID', `${name} is ${quote(value)}, not a whole number above 0 that is exact`);
  }
  return BigInt(value);
}

function sameCoins(one: readonly Coin[], other: readonly Coin[]): boolean {
  return (
    one.length === other.length &&
    one.every(({ denom, amount }, at) => denom === other[at]?.denom && amount === other[at]?.amount)
  );
}

function checkSums(inputs: readonly Party[], outputs: readonly Party[]): void {
  const [spent, given] = [sums(inputs), sums(outputs)];
  const isSame = spent.size === given.size && [...spent].every(([denom, amount]) => given.get(denom) === amount);
  if (!isSame) throw new CustosError('AMOUNT_INVALID', 'the outputs do not sum up to the inputs');
}

function readMemo(value: unknown): string {
  const memo = textOf(value ?? '', 'memo');
  const bytes = Buffer.from(memo);
  if (bytes.length > MOST_MEMO || bytes.toString() !== memo)
    throw invalid(`memo is not a text of at most ${MOST_MEMO} bytes`);
  return memo;
}
