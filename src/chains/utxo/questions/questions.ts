import { hex } from '@scure/base';
import type { NodeClient } from '../../../core/chain/node.js';
import type { Asked, Question, QuestionPlace, Questions } from '../../../core/chain/questions.js';
import { formatUnits } from '../../../core/chain/units.js';
import { CustosError } from '../../../core/errors.js';
import { isObject } from '../../../core/json.js';
import { unlessRefused } from '../../shared/refusal.js';
import { askRate, type Coin, findCoins, smallestUnits, unreadable } from '../coins.js';
import { DECIMALS, type UtxoChainDefinition } from '../definition.js';
import { addressOf, readScript, scriptOfAddress, writeScript } from '../script.js';
import { scriptIn, transactionAnswer } from './transaction.js';

/** Blocks that a transaction may wait, by the word for its fee. */
const targets = { fast: 2, medium: 6, slow: 24 } as const;
/** Bytes of one input, one output, and the rest, of the form that costs most. */
const [INPUT, OUTPUT, REST] = [148, 34, 10];

/** Questions about a chain of unspent outputs. Where nodes have no index of addresses, only what is unspent is known of them. */
export function outputQuestions(definition: UtxoChainDefinition): Questions {
  const coinsOf = (address: string, { node, network }: QuestionPlace) => {
    const script = writeScript(scriptOfAddress(address, definition.networks[network]));
    return findCoins([{ script, address }], node);
  };
  const fee: Question = (_asked, { node }) => ratesOf(node, definition);
  return {
    operations: {
      'GET info': infoOf,
      'GET block/hash/:': async ({ parts: [number = ''] }, { node }) => {
        const hash = await unlessRefused(() => node.rpc('getblockhash', [wholeIn(number)]));
        return hash === undefined ? undefined : { hash };
      },
      'GET block/:': async ({ parts: [name = ''] }, { node }) => {
        const hash = /^\d{1,9}$/.test(name)
          ? await unlessRefused(() => node.rpc('getblockhash', [Number(name)]))
          : name;
        return hash === undefined ? undefined : unlessRefused(() => node.rpc('getblock', [hashIn(hash), 2]));
      },
      'GET transaction/:': async ({ parts: [txId = ''] }, { node, network }) => {
        const found = await unlessRefused(() => node.rpc('getrawtransaction', [hashIn(txId), true]));
        return found === undefined ? undefined : transactionAnswer(found, definition, network);
      },
      'GET mempool': (_asked, { node }) => node.rpc('getrawmempool', []),
      'GET utxo/:/:': (asked, place) => outputOf(asked, place, definition),
      'GET address/balance/:': async ({ parts: [address = ''] }, place) => {
        const coins = await coinsOf(address, place);
        return { incoming: formatUnits(sum(coins), DECIMALS), outgoing: '0' };
      },
    },
    fee,
    estimate: (asked, place) => estimateOf(asked, place, { definition, coinsOf }),
    outputs: async (asked, place) => {
      const address = asked.query('address') ?? '';
      const wanted = smallestUnits(asked.query('totalValue') ?? '0', 'totalValue');
      return enough(await coinsOf(address, place), wanted).map((coin) => ({
        ...{ txHash: coin.txId, index: coin.index, address, chain: asked.query('chain') },
        value: Number(formatUnits(coin.amount, DECIMALS)),
        script: hex.encode(coin.script),
      }));
    },
  };
}

const infoOf: Question = async (_asked, { node }) => {
  const info = await node.rpc('getblockchaininfo', []);
  if (!isObject(info)) throw unreadable('getblockchaininfo', 'no state');
  const { chain, blocks, headers, bestblockhash, difficulty } = info;
  return { chain, blocks, headers, bestblockhash, difficulty };
};

async function outputOf(
  { parts: [txId = '', index = ''] }: Asked,
  { node, network }: QuestionPlace,
  { networks }: UtxoChainDefinition,
): Promise<unknown> {
  const found = await node.rpc('gettxout', [hashIn(txId), wholeIn(index), true]);
  if (found === null) return undefined;
  if (!isObject(found) || !isObject(found['scriptPubKey'])) throw unreadable('gettxout', 'no output');
  const script = scriptIn(found['scriptPubKey'], 'gettxout');
  const address = addressOf(readScript(script), networks[network]);
  return {
    ...{ hash: txId, index: Number(index), script: hex.encode(script), coinbase: found['coinbase'] === true },
    value: Number(smallestUnits(found['value'], 'value')),
    ...(address !== undefined && { address }),
    ...(typeof found['confirmations'] === 'number' && { confirmations: found['confirmations'] }),
  };
}

/** What a byte costs, for a transaction that may wait for some blocks. */
async function ratesOf(node: NodeClient, { build, fees }: UtxoChainDefinition) {
  const least = Math.max(fees.leastRate, build.leastRate ?? 1);
  const rate = async (blocks: number) => Math.max(Math.ceil((await askRate(node, blocks)) ?? build.usualRate), least);
  const slow = await rate(targets.slow);
  const medium = Math.max(await rate(targets.medium), slow);
  const fast = Math.max(await rate(targets.fast), medium);
  const info = await node.rpc('getblockchaininfo', []);
  const { blocks, time, mediantime } = isObject(info) ? info : {};
  // Dogecoin's nodes name the median alone.
  const seconds = [time, mediantime].find((one) => typeof one === 'number' && Number.isSafeInteger(one));
  const moment = new Date(typeof seconds === 'number' ? seconds * 1000 : Number.NaN);
  return {
    ...{ fast, medium, slow, block: blocks },
    ...(!Number.isNaN(moment.getTime()) && { time: moment.toISOString() }),
  };
}

interface Estimating {
  readonly definition: UtxoChainDefinition;
  coinsOf(address: string, place: QuestionPlace): Promise<readonly Coin[]>;
}

/** The fee of a transfer in coins, by how soon it should be in a block. */
async function estimateOf({ body }: Asked, place: QuestionPlace, { definition, coinsOf }: Estimating) {
  const { type, fromAddress, fromUTXO, to } = body;
  const receivers = listIn(to, 'to');
  if (type !== 'TRANSFER') throw new CustosError('NOT_OFFERED', 'only TRANSFER is estimated');
  const wanted = receivers.reduce((total: bigint, one) => total + smallestUnits(valueIn(one), 'value'), 0n);
  let inputs = fromUTXO === undefined ? 0 : listIn(fromUTXO, 'fromUTXO').length;
  if (inputs === 0) {
    const found: Coin[] = [];
    for (const address of listIn(fromAddress, 'fromAddress')) {
      if (typeof address !== 'string')
        throw new CustosError('REQUEST_INVALID', 'fromAddress must be a list of addresses');
      found.push(...(await coinsOf(address, place)));
    }
    inputs = Math.max(1, enough(found, wanted).length);
  }
  const size = inputs * INPUT + (receivers.length + 1) * OUTPUT + REST;
  const { fast, medium, slow } = await ratesOf(place.node, definition);
  const fee = (rate: number) => formatUnits(BigInt(Math.ceil(rate * size)), DECIMALS);
  return { fast: fee(fast), medium: fee(medium), slow: fee(slow) };
}

function valueIn(one: unknown): unknown {
  return isObject(one) ? one['value'] : undefined;
}

function listIn(value: unknown, name: string): readonly unknown[] {
  if (Array.isArray(value) && value.length > 0 && value.length <= 500) return value;
  throw new CustosError('REQUEST_INVALID', `${name} must be a list`);
}

/** The largest coins, until they come to a sum; all where that is none, or more than all. */
function enough(coins: readonly Coin[], wanted: bigint): readonly Coin[] {
  const sorted = coins.toSorted((one, other) => (one.amount > other.amount ? -1 : 1));
  if (wanted === 0n) return sorted;
  const chosen: Coin[] = [];
  for (const coin of sorted) {
    if (sum(chosen) >= wanted) break;
    chosen.push(coin);
  }
  return chosen;
}

function sum(coins: readonly Coin[]): bigint {
  return coins.reduce((total, { amount }) => total + amount, 0n);
}

function hashIn(value: unknown): string {
  if (typeof value === 'string' && /^[0-9a-fA-F]{64}$/.test(value)) return value.toLowerCase();
  throw new CustosError('REQUEST_INVALID', 'a hash has 64 hexadecimal digits');
}

function wholeIn(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new CustosError('REQUEST_INVALID', 'a number has 1 to 9 digits');
}
