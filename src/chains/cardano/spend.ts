import type { SpendRequest, SpendSource } from '../../core/chain/builders/bitcoind.js';
import type { BuildContext, BuiltTransaction } from '../../core/chain/builders/build.js';
import type { CardanoBuilder } from '../../core/chain/builders/cardano.js';
import { CustosError } from '../../core/errors.js';
import { quote } from '../../core/ids.js';
import type { KeyRef } from '../../core/signing/wallet.js';
import { smallestUnits } from '../shared/units.js';
import { readAddress, showBytes } from './address.js';
import { choose, spendAll, type Wanted } from './choice.js';
import { askRules, type Coin, findCoins, outpointOf, ownerOf } from './coins.js';
import { leastCoins } from './ledger.js';
import { type CardanoOutput, MAX_LOVELACE, writeOperations } from './operations.js';
import { COIN, DECIMALS } from './payments.js';

/** Builds transfers in the operations that Tatum's programs sign. */
export const cardanoBuilder: CardanoBuilder = { kind: 'cardano', spend };

async function spend(request: SpendRequest, context: BuildContext): Promise<BuiltTransaction> {
  const { network, node } = context;
  const shown = (address: string) => showBytes(readAddress(address, network), network);
  const rules = await askRules(node, network);
  const bytesOf = (address: string) => readAddress(address, network);
  const paid = request.to.map(({ address, amount }, at): CardanoOutput => {
    const output = { address: shown(address), amount: lovelace(amount, `value ${at + 1}`), tokens: new Map() };
    const least = leastCoins({ ...output, address: bytesOf(output.address) }, rules);
    if (output.amount >= least) return output;
    throw new CustosError(
      'AMOUNT_INVALID',
      `value ${at + 1} is below ${least} lovelace, which an output holds at least`,
    );
  });
  const { coins, keys, isNamed } = await coinsOf(request.sources, context);
  const change = request.changeAddress === undefined ? (coins[0]?.address ?? '') : shown(request.changeAddress);
  const fee = request.fee === undefined ? undefined : lovelace(request.fee, 'fee');
  if (coins.length === 0) throw lacking('coins', 'the addresses have no outputs that can be spent');
  const wanted: Wanted = { paid, change, rules, bytesOf, ...(fee !== undefined && { fee }) };
  const { inputs, outputs } = isNamed ? spendAll(coins, wanted) : choose(coins, wanted);
  const owners = [...new Set(inputs.map(({ address }) => address))];
  const total = (list: readonly { readonly amount: bigint }[]) => list.reduce((sum, { amount }) => sum + amount, 0n);
  return {
    serialized: JSON.stringify(writeOperations({ inputs, outputs })),
    keys: inOrder(owners.flatMap((owner) => keys.get(owner) ?? [])),
    fee: { asset: COIN, amount: total(inputs) - total(outputs) },
    spends: inputs.map(outpointOf),
  };
}

interface Sources {
  readonly coins: readonly Coin[];
  /** By address. */
  readonly keys: ReadonlyMap<string, KeyRef>;
  /** The request names outputs, and no addresses. */
  readonly isNamed: boolean;
}

async function coinsOf(sources: readonly SpendSource[], context: BuildContext): Promise<Sources> {
  const named = sources.flatMap((source) => ('txId' in source ? [source] : []));
  const { network, node, spent } = context;
  const keys = new Map<string, KeyRef>();
  if (named.length > 0) return { coins: await namedCoins(named, keys, context), keys, isNamed: true };
  const coins: Coin[] = [];
  for (const source of sources) {
    if (!('address' in source)) continue;
    const address = showBytes(readAddress(source.address, network), network);
    if (!keys.has(address)) coins.push(...(await findCoins(address, node, network)));
    keys.set(address, source.key);
  }
  const taken = await spent(coins.map(outpointOf));
  return { coins: coins.filter((coin) => !taken.has(outpointOf(coin))), keys, isNamed: false };
}

type Named = Extract<SpendSource, { readonly txId: string }>;

/** @throws CustosError TRANSACTION_INVALID, STATE_CONFLICT, AMOUNT_INVALID */
async function namedCoins(
  named: readonly Named[],
  keys: Map<string, KeyRef>,
  { network, node, spent }: BuildContext,
): Promise<readonly Coin[]> {
  const places = named.map(outpointOf);
  if (new Set(places).size < places.length) throw new CustosError('TRANSACTION_INVALID', 'an output is named twice');
  const [taken] = await spent(places);
  if (taken !== undefined)
    throw new CustosError('STATE_CONFLICT', `the output ${taken} is spent by another pending transaction`);
  const held = new Map<string, readonly Coin[]>();
  const coins: Coin[] = [];
  for (const source of named) {
    const owner = await ownerOf(source, node, network);
    const address = owner === undefined ? undefined : showBytes(readAddress(owner, network), network);
    const known = address === undefined ? [] : (held.get(address) ?? (await findCoins(address, node, network)));
    const coin = known.find((one) => outpointOf(one) === outpointOf(source));
    if (address === undefined || coin === undefined)
      throw lacking('output', `the output ${outpointOf(source)} is spent, or unknown`);
    held.set(address, known);
    keys.set(address, source.key);
    coins.push(coin);
  }
  return coins;
}

/** Keys without an index are named in front of those with one; each stands once. */
function inOrder(keys: readonly KeyRef[]): readonly KeyRef[] {
  const once = [...new Map(keys.map((key) => [`${key.signatureId}/${key.index}`, key])).values()];
  return [...once.filter(({ index }) => index === undefined), ...once.filter(({ index }) => index !== undefined)];
}

/** @param value - whole coins: a decimal text, or a JSON number that stands for no other amount of six decimals */
function lovelace(value: string | number, name: string): bigint {
  const text = typeof value === 'number' ? exactText(value) : value;
  const [, whole, fraction = ''] = /^\+?(\d{1,17})(?:\.(\d{0,40}))?$/.exec(text ?? '') ?? [];
  const units = whole === undefined ? undefined : smallestUnits(whole, fraction, DECIMALS);
  if (units !== undefined && units <= MAX_LOVELACE) return units;
  throw new CustosError('AMOUNT_INVALID', `${name} is ${quote(value)}, not an amount of ADA with at most 6 decimals`);
}

function exactText(value: number): string | undefined {
  const text = value.toFixed(DECIMALS);
  return Number(text) === value ? text : undefined;
}

function lacking(lacks: 'coins' | 'output', text: string): CustosError {
  return new CustosError('AMOUNT_INVALID', text, { details: { lacks } });
}
