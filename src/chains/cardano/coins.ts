import type { NodeClient } from '../../core/chain/node.js';
import { CustosError } from '../../core/errors.js';
import type { Network } from '../../core/ids.js';
import { isObject } from '../../core/json.js';
import { type Fields, wholeOf } from '../shared/fields.js';
import { type LedgerRules, usualRules } from './ledger.js';
import { askNode, identifier, RELATIVE_TTL } from './node.js';
import { MAX_LOVELACE, readBundle, type Tokens } from './operations.js';

/** An unspent output of an address, as a node tells of it. */
export interface Coin {
  readonly address: string;
  readonly txId: string;
  readonly index: number;
  readonly amount: bigint;
  readonly tokens: Tokens;
}

/** Bytes of a small payment: a node says its rules beside the fee of a size. */
const ANY_SIZE = 300;

/**
 * Asks for the unspent outputs of an address that are in blocks. Nothing proves what a node says of them, and nothing has to: the
 * signed body names its fee, and the ledger takes it only if the spent outputs hold exactly what goes out and that fee.
 * @throws CustosError NODE_*
 */
export async function findCoins(address: string, node: NodeClient, network: Network): Promise<readonly Coin[]> {
  const { coins } = await askNode(node, '/account/coins', {
    network_identifier: identifier(network),
    account_identifier: { address },
    include_mempool: false,
  });
  if (!Array.isArray(coins)) throw unreadable('no list of outputs');
  const found = coins.flatMap((one: unknown) => coinOf(one, address) ?? []);
  return [...new Map(found.map((coin) => [outpointOf(coin), coin])).values()];
}

/**
 * Asks for the address that an output went to.
 * @returns as the node writes it; undefined where it knows no such output
 * @throws CustosError NODE_*
 */
export async function ownerOf(
  place: { readonly txId: string; readonly index: number },
  node: NodeClient,
  network: Network,
): Promise<string | undefined> {
  const { transactions } = await askNode(node, '/search/transactions', {
    network_identifier: identifier(network),
    transaction_identifier: { hash: place.txId },
    limit: 1,
  });
  if (!Array.isArray(transactions)) throw unreadable('no list of transactions');
  const [found]: readonly unknown[] = transactions;
  const transaction = isObject(found) && isObject(found['transaction']) ? found['transaction'] : {};
  const operations: readonly unknown[] = Array.isArray(transaction['operations']) ? transaction['operations'] : [];
  const output = operations.find(
    (one) => isObject(one) && one['type'] === 'output' && placeIn(one) === outpointOf(place),
  );
  const account = isObject(output) && isObject(output['account']) ? output['account'] : {};
  return typeof account['address'] === 'string' ? account['address'] : undefined;
}

function placeIn({ coin_change: change }: Fields): unknown {
  const identifier = isObject(change) ? change['coin_identifier'] : undefined;
  return isObject(identifier) ? identifier['identifier'] : undefined;
}

/** Asks what the network asks of a transaction. A node that leaves something out means the usual rule. @throws CustosError NODE_* */
export async function askRules(node: NodeClient, network: Network): Promise<LedgerRules> {
  const { metadata } = await askNode(node, '/construction/metadata', {
    network_identifier: identifier(network),
    options: { relative_ttl: RELATIVE_TTL, transaction_size: ANY_SIZE },
  });
  const told = isObject(metadata) && isObject(metadata['protocol_parameters']) ? metadata['protocol_parameters'] : {};
  const read = (name: string, usual: bigint, most: bigint) => {
    const value = told[name] ?? undefined;
    return value === undefined ? usual : readable(`${name} that is not a rule`, () => wholeOf(value, name, most));
  };
  return {
    feeForByte: read('minFeeCoefficient', usualRules.feeForByte, 1_000_000n),
    feeForTransaction: read('minFeeConstant', usualRules.feeForTransaction, MAX_LOVELACE),
    coinsForByte: read('coinsPerUtxoSize', usualRules.coinsForByte, MAX_LOVELACE),
    mostBytes: Number(read('maxTxSize', BigInt(usualRules.mostBytes), 1_000_000n)),
  };
}

export function outpointOf({ txId, index }: Pick<Coin, 'txId' | 'index'>): string {
  return `${txId}:${index}`;
}

/** @returns undefined where the tokens have names in a form that could be mistaken: such an output is left alone */
function coinOf(value: unknown, address: string): Coin | undefined {
  const { coin_identifier, amount, metadata } = isObject(value) ? value : {};
  const name = isObject(coin_identifier) ? coin_identifier['identifier'] : undefined;
  const [, txId, index] = typeof name === 'string' ? (/^([0-9a-f]{64}):(\d{1,5})$/.exec(name) ?? []) : [];
  const coins = isObject(amount) ? amount['value'] : undefined;
  if (txId === undefined) throw unreadable('an output without its place');
  const lovelace = readable('an output without a valid amount', () => wholeOf(coins, 'value', MAX_LOVELACE));
  const tokens = tokensOf(isObject(metadata) ? { tokenBundle: metadata[String(name)] } : {});
  return tokens && { address, txId, index: Number(index), amount: lovelace, tokens };
}

function tokensOf(bundle: Fields): Tokens | undefined {
  try {
    return readBundle({ metadata: bundle });
  } catch {
    return undefined;
  }
}

function readable<T>(what: string, read: () => T): T {
  try {
    return read();
  } catch {
    throw unreadable(what);
  }
}

function unreadable(what: string): CustosError {
  return new CustosError('NODE_ANSWER_INVALID', `the ADA node answered with ${what}`);
}
