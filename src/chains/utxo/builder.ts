import { hex } from '@scure/base';
import type { Builder } from '../../core/chain/builder.js';
import type { SpendRequest, SpendSource } from '../../core/chain/builders/bitcoind.js';
import type { BuildContext, BuiltTransaction } from '../../core/chain/builders/build.js';
import type { ParseContext, UnsignedTransaction } from '../../core/chain/codec.js';
import { CustosError } from '../../core/errors.js';
import { type Network, quote } from '../../core/ids.js';
import type { KeyRef } from '../../core/signing/wallet.js';
import { codecOf } from './codec.js';
import { askRate, type Coin, findCoins, readCoin, smallestUnits } from './coins.js';
import { USUAL_VERSION, type UtxoChainDefinition } from './definition.js';
import { encodeSigned, type UtxoOutput, type UtxoTransaction } from './format.js';
import { checkNetwork } from './node.js';
import { dustLimit, type FeeRules, virtualSize } from './rules.js';
import { addressOf, readScript, scriptOfAddress, type UtxoNetwork, writeScript } from './script.js';
import { transactionId } from './sign.js';
import { isUnspendable } from './unspendable.js';

/** Builds the transactions of applications that name receivers and amounts. */
export function builderOf(definition: UtxoChainDefinition): Builder {
  return {
    kind: 'bitcoind',
    spend: (request, context) => buildSpend(request, context, buildRules(definition, context.network)),
  };
}

/** What a chain's transactions are built by. */
interface BuildRules {
  readonly network: UtxoNetwork;
  readonly fees: FeeRules;
  readonly request: 'bitcore' | 'hex-with-amounts';
  readonly version: number;
  /** Smallest units for a virtual byte if the node has no estimate. */
  readonly usualRate: number;
  /** The least for a virtual byte, whatever the node says; unless the request names its fee. */
  readonly leastRate?: number;
  /** Confirmations after which a block's reward may be spent. */
  readonly maturity: number;
  /** The chain's own decoding, as the signer will do it. */
  parse(completed: string, context: ParseContext): UnsignedTransaction;
}

const COINBASE_MATURITY = 100;
/** Most inputs of one transaction: its bytes stay within what nodes relay. */
const MAX_INPUTS = 500;
/** The script of a p2pkh output in zeros; stands for change whose script is not known yet. */
const ANY_SCRIPT = new Uint8Array(25);

function buildRules(definition: UtxoChainDefinition, network: Network): BuildRules {
  const { networks, fees, request, build } = definition;
  return {
    network: networks[network],
    fees,
    request,
    maturity: COINBASE_MATURITY,
    version: USUAL_VERSION,
    ...build,
    parse: codecOf(definition).parse,
  };
}

/** An output that will be spent, and by which key. */
interface Spent extends Coin {
  readonly key: KeyRef;
}

/**
 * Chooses outputs, largest first, until they cover amounts and fee; what remains goes back as change, and what would be dust
 * goes to the fee. Coins that the node's pool spends, or another pending transaction, are left out.
 * @throws CustosError as `Chain.spend`
 */
async function buildSpend(request: SpendRequest, context: BuildContext, rules: BuildRules): Promise<BuiltTransaction> {
  await checkNetwork(context.node, context.network);
  const outputs = request.to.map(({ address, amount }, at) => outputTo(address, amount, { rules, at }));
  const fee = request.fee === undefined ? undefined : smallestUnits(request.fee, 'fee');
  const change = request.changeAddress === undefined ? undefined : scriptTo(request.changeAddress, rules);
  const rate = fee === undefined ? await rateOf(context, rules) : 0;
  const feeOf = (coins: readonly Coin[]) =>
    fee ?? estimate(coins, [...outputs, { script: change ?? ANY_SCRIPT }], rate);
  const chosen = inOrder(await choose(request, { context, rules, outputs, feeOf }));
  const rest = sum(chosen) - sum(outputs) - feeOf(chosen);
  const back = { amount: rest, script: change ?? chosen[0]?.script ?? ANY_SCRIPT };
  const hasChange = rest >= dustLimit(back.script, rules.fees);
  const changeIndex = hasChange ? outputs.length : undefined;
  const built = written(chosen, hasChange ? [...outputs, back] : outputs, { rules, changeIndex });
  // What the signer would refuse is refused now: dust, another form of script.
  const signers = chosen.map(({ script }) => ({ address: addressOf(readScript(script), rules.network) ?? '' }));
  const where = { network: context.network, from: signers[0]?.address ?? '', signers };
  return { ...built, fee: rules.parse(built.serialized, where).summary.fee };
}

interface Wanted {
  readonly context: BuildContext;
  readonly rules: BuildRules;
  readonly outputs: readonly UtxoOutput[];
  feeOf(coins: readonly Coin[]): bigint;
}

async function choose({ sources }: SpendRequest, wanted: Wanted): Promise<readonly Spent[]> {
  const named = sources.filter((source) => 'txId' in source);
  const chosen = [...(await namedCoins(named, wanted))];
  const isEnough = () => chosen.length > 0 && sum(chosen) >= sum(wanted.outputs) + wanted.feeOf(chosen);
  for await (const coin of foundCoins(sources, wanted)) {
    if (isEnough() || chosen.length >= MAX_INPUTS) break;
    chosen.push(coin);
  }
  if (isEnough()) return chosen;
  const need = sum(wanted.outputs) + wanted.feeOf(chosen);
  const text = `the coins that can be spent are ${sum(chosen)} (${chosen.length} outputs), amounts and fee are ${need}`;
  throw new CustosError('AMOUNT_INVALID', text, { details: { lacks: 'coins' } });
}

/** Outputs that the request names: every one of them must be there. */
async function namedCoins(sources: readonly SpendSource[], { context, rules }: Wanted): Promise<readonly Spent[]> {
  const places = sources.flatMap((source) => ('txId' in source ? [source] : []));
  const names = places.map(outpoint);
  if (new Set(names).size < names.length) throw new CustosError('TRANSACTION_INVALID', 'an output is named twice');
  const [taken] = await context.spent(names);
  if (taken !== undefined)
    throw new CustosError('STATE_CONFLICT', `the output ${taken} is spent by another pending transaction`);
  const coins: Spent[] = [];
  for (const place of places) {
    const coin = await readCoin(place, context.node, rules.maturity);
    if (coin === undefined) {
      throw new CustosError(
        'AMOUNT_INVALID',
        `the output ${outpoint(place)} is spent, unknown, or cannot be spent yet`,
        { details: { lacks: 'output' } },
      );
    }
    checkForm(coin, rules);
    coins.push({ ...coin, key: place.key });
  }
  return coins;
}

/** Outputs of the addresses that the request names, the largest first. Each is looked up when it is its turn. */
async function* foundCoins(sources: readonly SpendSource[], { context, rules }: Wanted): AsyncGenerator<Spent> {
  const owners = sources.flatMap((source) =>
    'address' in source ? [{ ...source, script: scriptTo(source.address, rules) }] : [],
  );
  if (owners.length === 0) return;
  const keys = new Map(owners.map(({ script, key }) => [hex.encode(script), key]));
  const found = await findCoins(owners, context.node);
  const taken = await context.spent(found.map(outpoint));
  const free = found.filter((coin) => !taken.has(outpoint(coin)));
  for (const place of free.sort((one, other) => (one.amount > other.amount ? -1 : 1))) {
    const coin = await readCoin(place, context.node, rules.maturity);
    const key = coin && keys.get(hex.encode(coin.script));
    if (coin !== undefined && key !== undefined) yield { ...coin, key };
  }
}

/** The form with amounts alone says nothing of scripts, so that the signer takes all inputs for p2pkh. */
function checkForm(coin: Coin, { request }: BuildRules): void {
  const { type } = readScript(coin.script);
  if (type === 'other' || (request === 'hex-with-amounts' && type !== 'pkh')) {
    throw new CustosError('TRANSACTION_UNSUPPORTED', `the script of ${outpoint(coin)} is of a form that is not signed`);
  }
}

async function rateOf({ node }: BuildContext, { fees, usualRate, leastRate = 1 }: BuildRules): Promise<number> {
  return Math.max((await askRate(node)) ?? usualRate, fees.leastRate, leastRate);
}

function estimate(coins: readonly Coin[], outputs: readonly Pick<UtxoOutput, 'script'>[], rate: number): bigint {
  const inputs = coins.map((coin) => ({ ...coin, sequence: 0 }));
  const sized = { version: 2, lockTime: 0, inputs, outputs: outputs.map(({ script }) => ({ amount: 0n, script })) };
  return BigInt(
    Math.ceil(
      virtualSize(
        sized,
        coins.map(({ script }) => script),
      ) * rate,
    ),
  );
}

function outputTo(
  address: string,
  amount: string | number,
  { rules, at }: { rules: BuildRules; at: number },
): UtxoOutput {
  const script = scriptTo(address, rules);
  if (isUnspendable(script, rules.network)) {
    throw new CustosError('ADDRESS_INVALID', `no one can spend what is sent to ${quote(address)}`);
  }
  return { amount: smallestUnits(amount, `value ${at + 1}`), script };
}

function scriptTo(address: string, { network }: BuildRules): Uint8Array {
  return writeScript(scriptOfAddress(address, network));
}

/** Keys without an index are named in front of those with one, and the keys' order is that of the inputs. */
function inOrder(coins: readonly Spent[]): readonly Spent[] {
  return [...coins.filter(({ key }) => key.index === undefined), ...coins.filter(({ key }) => key.index !== undefined)];
}

function written(
  coins: readonly Spent[],
  outputs: readonly UtxoOutput[],
  { rules, changeIndex }: { readonly rules: BuildRules; readonly changeIndex: number | undefined },
): BuiltTransaction {
  const inputs = coins.map(({ txId, index, amount, script }) => ({
    txId,
    index,
    amount,
    script,
    sequence: 0xffffffff,
  }));
  const transaction = { version: rules.version, lockTime: 0, inputs, outputs };
  const isPositional = rules.request === 'hex-with-amounts';
  return {
    serialized: isPositional ? withAmounts(transaction) : bitcore(transaction, changeIndex),
    keys: isPositional ? coins.map(({ key }) => key) : distinct(coins.map(({ key }) => key)),
    spends: coins.map(outpoint),
  };
}

function withAmounts(transaction: UtxoTransaction): string {
  const { raw } = encodeSigned(transaction, []);
  return `${hex.encode(raw)}:${JSON.stringify(transaction.inputs.map(({ amount }) => Number(amount)))}`;
}

function bitcore(transaction: UtxoTransaction, changeIndex: number | undefined): string {
  const output = ({ amount, script = ANY_SCRIPT }: { readonly amount: bigint; readonly script?: Uint8Array }) => ({
    satoshis: Number(amount),
    script: hex.encode(script),
  });
  return JSON.stringify({
    hash: transactionId(encodeSigned(transaction, []).stripped),
    version: transaction.version,
    inputs: transaction.inputs.map((input) => ({
      prevTxId: input.txId,
      outputIndex: input.index,
      sequenceNumber: input.sequence,
      script: '',
      scriptString: '',
      output: output(input),
    })),
    outputs: transaction.outputs.map(output),
    nLockTime: transaction.lockTime,
    // Programs that read one of these members also read the other and compare them.
    ...(changeIndex !== undefined && { changeIndex, changeScript: scriptWords(transaction.outputs[changeIndex]) }),
    fee: Number(sum(transaction.inputs) - sum(transaction.outputs)),
  });
}

/** A script in the words in which bitcore writes it. */
function scriptWords({ script }: Pick<UtxoOutput, 'script'> = { script: ANY_SCRIPT }): string {
  const found = readScript(script);
  switch (found.type) {
    case 'pkh':
      return `OP_DUP OP_HASH160 20 0x${hex.encode(found.hash)} OP_EQUALVERIFY OP_CHECKSIG`;
    case 'sh':
      return `OP_HASH160 20 0x${hex.encode(found.hash)} OP_EQUAL`;
    case 'wpkh':
    case 'wsh':
      return `OP_0 ${found.hash.length} 0x${hex.encode(found.hash)}`;
    case 'tr':
      return `OP_1 32 0x${hex.encode(found.pubkey)}`;
    default:
      throw new CustosError('INTERNAL', 'the change of a request in this form goes to an address');
  }
}

function distinct(keys: readonly KeyRef[]): readonly KeyRef[] {
  return [...new Map(keys.map((key) => [`${key.signatureId}/${key.index}`, key])).values()];
}

function outpoint({ txId, index }: { readonly txId: string; readonly index: number }): string {
  return `${txId}:${index}`;
}

function sum(list: readonly { readonly amount: bigint }[]): bigint {
  return list.reduce((total, { amount }) => total + amount, 0n);
}
