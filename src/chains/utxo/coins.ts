import { hex } from '@scure/base';
import type { NodeClient } from '../../core/chain/node.js';
import { CustosError } from '../../core/errors.js';
import { quote } from '../../core/ids.js';
import { isObject } from '../../core/json.js';
import { DECIMALS } from './definition.js';

/** What bitcoind and its kin say of an unspent output. */
export interface Coin {
  /** 64 digits, as shown (reversed). */
  readonly txId: string;
  readonly index: number;
  /** Smallest unit. */
  readonly amount: bigint;
  readonly script: Uint8Array;
}

/** Blocks that a transaction may wait, for the advice on fees. */
const TARGET_BLOCKS = 6;
/** Whole coins for a thousand bytes. No one pays more, and a larger number may be beyond all numbers in smallest units. */
const MOST_RATE = 10_000_000;

/**
 * Unspent outputs of scripts that are in blocks. A node without a scan of its outputs is asked for those that its wallet
 * watches.
 * @throws CustosError NODE_*
 */
export async function findCoins(
  wanted: readonly { readonly script: Uint8Array; readonly address: string }[],
  node: NodeClient,
): Promise<readonly Coin[]> {
  const objects = wanted.map(({ script }) => ({ desc: `raw(${hex.encode(script)})` }));
  const scan = await unlessRefused(() => node.rpc('scantxoutset', ['start', objects]));
  if (scan === undefined) {
    const listed = await node.rpc('listunspent', [1, 9_999_999, wanted.map(({ address }) => address)]);
    return listOfCoins(listed, 'listunspent');
  }
  return listOfCoins(isObject(scan) ? scan['unspents'] : undefined, 'scantxoutset');
}

/**
 * One output, when nothing that the node knows spends it, also not what waits in its pool.
 * @returns undefined for an output that is spent, that never was, of a block reward that cannot be spent yet, or with tokens of
 *   Bitcoin Cash beside its coins, which a plain transfer would burn
 */
export async function readCoin(
  { txId, index }: { readonly txId: string; readonly index: number },
  node: NodeClient,
  maturity: number,
): Promise<Coin | undefined> {
  const answer = await node.rpc('gettxout', [txId, index, true]);
  if (answer === null) return undefined;
  if (!isObject(answer)) throw unreadable('gettxout', 'no output');
  const { coinbase, confirmations, value, scriptPubKey, tokenData } = answer;
  if (tokenData !== undefined && tokenData !== null) return undefined;
  if (coinbase === true && !(typeof confirmations === 'number' && confirmations > maturity)) return undefined;
  const script = isObject(scriptPubKey) ? scriptPubKey['hex'] : undefined;
  return coinOf({ txid: txId, vout: index, amount: value, scriptPubKey: script }, 'gettxout');
}

/**
 * What a virtual byte costs now, in smallest units.
 * @param blocks - that a transaction may wait
 * @returns undefined if the node has seen too few blocks to estimate
 * @throws CustosError NODE_*: also where nobody could pay that much
 */
export async function askRate(node: NodeClient, blocks = TARGET_BLOCKS): Promise<number | undefined> {
  const smart = await unlessRefused(() => node.rpc('estimatesmartfee', [blocks]));
  // Nodes of Bitcoin Cash know the older name only.
  const found = smart === undefined ? await unlessRefused(() => node.rpc('estimatefee', [])) : smart;
  const perThousand = isObject(found) ? found['feerate'] : found;
  if (typeof perThousand !== 'number' || !Number.isFinite(perThousand) || perThousand <= 0) return undefined;
  if (perThousand > MOST_RATE) throw unreadable('estimatesmartfee', `the rate ${perThousand}`);
  return (perThousand * 10 ** DECIMALS) / 1000;
}

/**
 * Reads whole coins as smallest units, exactly.
 * @param value - decimal text, or a number that stands for no other amount of eight decimals
 * @throws CustosError AMOUNT_INVALID: no amount, more than eight decimals, or a number too large to be exact
 */
export function smallestUnits(value: unknown, name: string): bigint {
  const text = typeof value === 'number' ? exactText(value) : value;
  const [, whole = '', rest = ''] = typeof text === 'string' ? (/^\+?(\d{0,17})(?:\.(\d*))?$/.exec(text) ?? []) : [];
  const fraction = rest.replace(/0+$/, '');
  if ((whole === '' && rest === '') || fraction.length > DECIMALS) {
    throw new CustosError(
      'AMOUNT_INVALID',
      `${name} is ${quote(value)}, not an amount with at most ${DECIMALS} decimals`,
    );
  }
  return BigInt(whole + fraction.padEnd(DECIMALS, '0'));
}

function exactText(value: number): string | undefined {
  if (!(value >= 0 && value * 10 ** DECIMALS <= Number.MAX_SAFE_INTEGER)) return undefined;
  const text = value.toFixed(DECIMALS);
  return Number(text) === value ? text : undefined;
}

function listOfCoins(value: unknown, method: string): readonly Coin[] {
  if (Array.isArray(value)) return value.map((one) => coinOf(one, method));
  throw unreadable(method, 'no list of outputs');
}

function coinOf(value: unknown, method: string): Coin {
  const { txid, vout, amount, scriptPubKey } = isObject(value) ? value : {};
  const isPlace = typeof vout === 'number' && Number.isInteger(vout) && vout >= 0 && vout <= 0xffffffff;
  const isOutpoint = typeof txid === 'string' && /^[0-9a-f]{64}$/.test(txid) && isPlace;
  const isScript = typeof scriptPubKey === 'string' && /^([0-9a-f]{2})*$/.test(scriptPubKey);
  if (!isOutpoint || !isScript) throw unreadable(method, 'an output without its place or script');
  try {
    return {
      txId: txid,
      index: Number(vout),
      amount: smallestUnits(amount, 'amount'),
      script: hex.decode(scriptPubKey),
    };
  } catch {
    throw unreadable(method, 'an output without a valid amount');
  }
}

/** Nodes refuse methods that they do not know, and questions whose answer they do not have. */
async function unlessRefused(ask: () => Promise<unknown>): Promise<unknown> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof CustosError && error.code === 'NODE_REFUSED') return undefined;
    throw error;
  }
}

/** An answer of a node that says nothing. */
export function unreadable(method: string, what: string): CustosError {
  return new CustosError('NODE_ANSWER_INVALID', `the node answered ${method} with ${what}`);
}
