import { hex } from '@scure/base';
import { CustosError } from '../../core/errors.js';
import type { Summary, TokenMove } from '../../core/summary.js';
import { formatUnits } from '../../core/units.js';
import { invalid } from './fields.js';
import { encodeKey, showAccount } from './stellar-key.js';
import type { XdrReader } from './stellar-xdr.js';

/** What one operation does. */
export interface Operation {
  readonly kind: Summary['kind'];
  /** Account in whose name it acts, where it is not the transaction's own. */
  readonly source?: string;
  readonly to?: string;
  /** Lumens that leave, in stroops. */
  readonly value: bigint;
  readonly tokens: readonly TokenMove[];
  /** A part of a sentence without subject. */
  readonly text: string;
}

type Effect = Omit<Operation, 'source' | 'value' | 'tokens' | 'kind'> &
  Partial<Pick<Operation, 'value' | 'tokens' | 'kind'>>;

/** Readers by operation type (Stellar-transaction.x). Contracts of Soroban are not understood and not signed. */
const readers: Readonly<Record<number, (read: XdrReader) => Effect>> = {
  0: (read) => {
    const [to, value] = [readAccount(read), read.amount()];
    return { kind: 'transfer', to, value, text: `creates the account ${to} with ${lumens(value)}` };
  },
  1: (read) => {
    const [to, asset, amount] = [readMuxed(read), readAsset(read), read.amount()];
    return payment(asset, { to, amount, text: `sends ${shown(asset, amount)} to ${to}` });
  },
  2: (read) => {
    const [asset, most, to] = [readAsset(read), read.amount(), readMuxed(read)];
    const [wanted, amount] = [readAsset(read), read.amount()];
    readPath(read);
    return payment(asset, {
      to,
      amount: most,
      text: `pays at most ${shown(asset, most)} so that ${to} gets ${shown(wanted, amount)}`,
    });
  },
  3: (read) => offer(read, 'sell'),
  4: (read) => {
    const [selling, buying, amount, price] = [readAsset(read), readAsset(read), read.amount(), readPrice(read)];
    return { text: `offers ${shown(selling, amount)} for ${name(buying)} at ${price}, passively` };
  },
  5: readOptions,
  6: (read) => {
    const type = read.uint32();
    const line = type === 3 ? readPool(read) : name(assetOf(read, type));
    const limit = read.amount();
    return { text: limit === 0n ? `ends its trust line to ${line}` : `trusts ${line} up to ${formatUnits(limit, 7)}` };
  },
  7: (read) => {
    const [trustor, code, flags] = [readAccount(read), readCode(read, read.uint32()), read.uint32()];
    return { text: `sets the right of ${trustor} to hold ${code} to ${flags}` };
  },
  8: (read) => {
    const to = readMuxed(read);
    return { to, text: `gives ALL its lumens to ${to} and ends the account` };
  },
  9: () => ({ text: 'asks for the inflation payout' }),
  10: (read) => {
    const [key, value] = [readText(read, 64), read.optional(() => read.variable(64))];
    return {
      text:
        value === undefined ? `removes the data entry ${key}` : `sets the data entry ${key} (${value.length} bytes)`,
    };
  },
  11: (read) => ({ text: `raises its sequence number to ${read.int64()}` }),
  12: (read) => offer(read, 'buy'),
  13: (read) => {
    const [asset, amount, to] = [readAsset(read), read.amount(), readMuxed(read)];
    const [wanted, least] = [readAsset(read), read.amount()];
    readPath(read);
    return payment(asset, {
      to,
      amount,
      text: `pays ${shown(asset, amount)} so that ${to} gets at least ${shown(wanted, least)}`,
    });
  },
  14: (read) => {
    const [asset, amount] = [readAsset(read), read.amount()];
    const claimants = read.list(10, () => readClaimant(read));
    const to = claimants.join(', ');
    return payment(asset, { to, amount, text: `puts ${shown(asset, amount)} aside for ${to}, under conditions` });
  },
  15: (read) => ({ text: `claims the balance ${readBalance(read)}` }),
  16: (read) => ({ text: `pays the reserves of ${readAccount(read)} from now on` }),
  17: () => ({ text: 'ends the paying of reserves' }),
  19: (read) => {
    const [asset, from, amount] = [readAsset(read), readMuxed(read), read.amount()];
    return { text: `takes ${shown(asset, amount)} back from ${from}` };
  },
  20: (read) => ({ text: `takes the balance ${readBalance(read)} back` }),
  21: (read) => {
    const [trustor, asset, clear, set] = [readAccount(read), readAsset(read), read.uint32(), read.uint32()];
    return { text: `changes the right of ${trustor} to hold ${name(asset)} (clears ${clear}, sets ${set})` };
  },
  22: (read) => {
    const [pool, one, other] = [hex.encode(read.fixed(32)), read.amount(), read.amount()];
    const [low, high] = [readPrice(read), readPrice(read)];
    const amounts = `${formatUnits(one, 7)} and ${formatUnits(other, 7)}`;
    return { text: `puts at most ${amounts} into the pool ${pool} at ${low} to ${high}` };
  },
  23: (read) => {
    const [pool, shares, one, other] = [hex.encode(read.fixed(32)), read.amount(), read.amount(), read.amount()];
    const amounts = `${formatUnits(one, 7)} and ${formatUnits(other, 7)}`;
    return { text: `takes ${formatUnits(shares, 7)} shares out of the pool ${pool} for at least ${amounts}` };
  },
};

/** Reads one operation. @throws CustosError TRANSACTION_UNSUPPORTED (contracts, sponsorship of entries), TRANSACTION_INVALID */
export function readOperation(read: XdrReader): Operation {
  const source = read.optional(() => readMuxed(read));
  const type = read.uint32();
  const reader = readers[type];
  if (reader === undefined)
    throw new CustosError('TRANSACTION_UNSUPPORTED', `Stellar operations of type ${type} are not signed`);
  return { kind: 'other', value: 0n, tokens: [], ...reader(read), ...(source !== undefined && { source }) };
}

/** An account, or one with a number of its own inside (CAP-27). */
export function readMuxed(read: XdrReader): string {
  const type = read.uint32();
  if (type === 0) return showAccount(read.fixed(32));
  if (type !== 0x100) throw invalid(`${type} is no kind of account`);
  const id = read.uint64();
  const account = read.fixed(32);
  const number = new Uint8Array(8);
  new DataView(number.buffer).setBigUint64(0, id);
  return encodeKey('muxed', Uint8Array.from([...account, ...number]));
}

export function readText(read: XdrReader, most: number): string {
  const bytes = read.variable(most);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw invalid('a text of the transaction is not UTF-8', error);
  }
}

interface Asset {
  readonly code: string;
  /** Absent for lumens. */
  readonly issuer?: string;
}

function readAsset(read: XdrReader): Asset {
  return assetOf(read, read.uint32());
}

function assetOf(read: XdrReader, type: number): Asset {
  return type === 0 ? { code: 'XLM' } : { code: readCode(read, type), issuer: readAccount(read) };
}

function readCode(read: XdrReader, type: number): string {
  if (type !== 1 && type !== 2) throw invalid(`${type} is no kind of asset`);
  const code = new TextDecoder().decode(read.fixed(type === 1 ? 4 : 12)).replace(/\0+$/, '');
  if (!/^[a-zA-Z0-9]{1,12}$/.test(code))
    throw invalid('the code of an asset has other characters than letters and digits');
  return code;
}

function readAccount(read: XdrReader): string {
  const type = read.uint32();
  if (type !== 0) throw invalid(`${type} is no kind of account`);
  return showAccount(read.fixed(32));
}

function readPath(read: XdrReader): void {
  read.list(5, () => readAsset(read));
}

function readPrice(read: XdrReader): string {
  const [numerator, denominator] = [read.int32(), read.int32()];
  if (numerator <= 0 || denominator <= 0) throw invalid('a price of the transaction is not above zero');
  return `${numerator}/${denominator}`;
}

function readBalance(read: XdrReader): string {
  if (read.uint32() !== 0) throw invalid('no kind of claimable balance');
  return hex.encode(read.fixed(32));
}

function readClaimant(read: XdrReader): string {
  if (read.uint32() !== 0) throw invalid('no kind of claimant');
  const account = readAccount(read);
  readPredicate(read, 0);
  return account;
}

/** Conditions of a claim nest at most four deep (CAP-23). */
function readPredicate(read: XdrReader, depth: number): void {
  if (depth > 4) throw invalid('the conditions of a claim nest too deep');
  const type = read.uint32();
  if (type === 0) return;
  if (type === 1 || type === 2) read.list(2, () => readPredicate(read, depth + 1));
  else if (type === 3) read.optional(() => readPredicate(read, depth + 1));
  else if (type === 4 || type === 5) read.int64();
  else throw invalid(`${type} is no kind of condition`);
}

/** Two assets and a fee of 30 hundredths of a percent: the only kind of pool. */
function readPool(read: XdrReader): string {
  if (read.uint32() !== 0) throw invalid('no kind of liquidity pool');
  const [one, other, fee] = [readAsset(read), readAsset(read), read.int32()];
  return `the pool of ${name(one)} and ${name(other)} with fee ${fee}`;
}

function offer(read: XdrReader, side: 'sell' | 'buy'): Effect {
  const [selling, buying, amount, price, id] = [
    readAsset(read),
    readAsset(read),
    read.amount(),
    readPrice(read),
    read.int64(),
  ];
  const what = id === 0n ? 'makes an offer' : `changes the offer ${id}`;
  if (side === 'sell') return { text: `${what} to sell ${shown(selling, amount)} for ${name(buying)} at ${price}` };
  return { text: `${what} to buy ${shown(buying, amount)} for ${name(selling)} at ${price}` };
}

function readOptions(read: XdrReader): Effect {
  const changes: string[] = [];
  const note = (label: string) => (value: unknown) => changes.push(`${label} ${String(value)}`);
  const inflation = read.optional(() => readAccount(read));
  if (inflation !== undefined) note('inflation destination')(inflation);
  for (const label of [
    'clears flags',
    'sets flags',
    'master weight',
    'low threshold',
    'medium threshold',
    'high threshold',
  ]) {
    const value = read.optional(() => read.uint32());
    if (value !== undefined) note(label)(value);
  }
  const domain = read.optional(() => readText(read, 32));
  if (domain !== undefined) note('home domain')(JSON.stringify(domain));
  const signer = read.optional(() => `${readSigner(read)} with weight ${read.uint32()}`);
  if (signer !== undefined) note('SIGNER')(signer);
  return { text: `changes the account's options: ${changes.join(', ') || 'nothing'}` };
}

/** A key that may sign for an account: an account key, a transaction hash, a hash's preimage, or a signed payload. */
export function readSigner(read: XdrReader): string {
  const type = read.uint32();
  if (type === 0) return showAccount(read.fixed(32));
  if (type === 1 || type === 2) return `${type === 1 ? 'transaction' : 'hash'} ${hex.encode(read.fixed(32))}`;
  if (type === 3) return `${showAccount(read.fixed(32))} for a payload of ${read.variable(64).length} bytes`;
  throw invalid(`${type} is no kind of signer`);
}

function payment(asset: Asset, { to, amount, text }: { to: string; amount: bigint; text: string }): Effect {
  if (asset.issuer === undefined) return { kind: 'transfer', to, value: amount, text };
  const move = { standard: 'Stellar asset', contract: name(asset), to, amount, action: 'transfer' as const };
  return { kind: 'token-transfer', to, tokens: [move], text };
}

function name({ code, issuer }: Asset): string {
  return issuer === undefined ? code : `${code}:${issuer}`;
}

function shown(asset: Asset, amount: bigint): string {
  return `${formatUnits(amount, 7)} ${name(asset)}`;
}

function lumens(amount: bigint): string {
  return shown({ code: 'XLM' }, amount);
}
