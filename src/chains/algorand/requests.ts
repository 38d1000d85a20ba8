import { createHash } from 'node:crypto';
import { base64 } from '@scure/base';
import type { AlgorandAction, AlgorandBuilder, AlgorandRequest } from '../../core/chain/builders/algorand.js';
import type { BuildContext, BuiltTransaction } from '../../core/chain/builders/build.js';
import type { NodeClient } from '../../core/chain/node.js';
import { CustosError } from '../../core/errors.js';
import { quote } from '../../core/ids.js';
import type { Fields } from '../shared/fields.js';
import { smallestUnits } from '../shared/units.js';
import { normalizeAddress } from './address.js';
import { COIN } from './effects.js';
import { genesisName } from './format.js';
import { printedAccount, printedBytes } from './json.js';
import { LIFE, MOST_EARLIER } from './node.js';
import { askParameters, type Parameters } from './parameters.js';
import { assetNumber, checkHolder, DECIMALS, decimalsOf, networkFee, paymentMove } from './payments.js';

/** Bytes of the members of a new asset: four accounts, two names, an address and their labels. */
const ASSET_BYTES = 320;

/** Builds requests to the gateway in the form in which the JavaScript library of Algorand prints transactions. */
export const algorandBuilder: AlgorandBuilder = {
  kind: 'algorand',
  async build(request, context) {
    const from = normalizeAddress(request.from);
    const members = await membersOf(request, from, context.node);
    const parameters = await askParameters(context.node);
    const { note = new Uint8Array(0), ...action } = members;
    const size = note.length + (action.type === 'acfg' ? ASSET_BYTES : 0);
    const fee = feeOf(request, networkFee(parameters, size));
    const unsigned = { ...printed({ ...action, from, note }), flatFee: true, fee: numberOf(fee) };
    const { fields, spends } = await withRounds(unsigned, parameters, context);
    const built: BuiltTransaction = { serialized: JSON.stringify(fields), keys: [request.key] };
    return { ...built, fee: { asset: COIN, amount: fee }, ...(spends && { spends }) };
  },
};

/** What differs between the types of transactions. Accounts are addresses here. */
type Members = {
  readonly type: 'pay' | 'axfer' | 'acfg';
  readonly note?: Uint8Array;
} & Readonly<Record<string, Uint8Array | string | number | bigint | boolean>>;

async function membersOf(action: AlgorandAction, from: string, node: NodeClient): Promise<Members> {
  if (action.kind === 'coins') {
    const { to, amount, note } = action;
    return paymentMove({ from: { address: from }, to, amount, ...(note !== undefined && { memo: note }) }, node);
  }
  if (action.kind === 'creation') return creationOf(action);
  const { asset: token } = action;
  if (action.kind === 'asset') {
    const { to, amount, decimals } = action;
    const ends = { from: { address: from }, to, amount, token };
    return paymentMove({ ...ends, ...(decimals !== undefined && { decimals }) }, node);
  }
  const assetIndex = assetNumber(token);
  if (action.kind === 'destruction') return { type: 'acfg', assetIndex };
  // A refusal of the node says that there is no such asset.
  await decimalsOf(token, node);
  if (action.kind !== 'units') return { type: 'axfer', to: from, amount: 0n, assetIndex };
  const to = normalizeAddress(action.to);
  await checkHolder(to, token, node);
  return { type: 'axfer', to, amount: action.units, assetIndex };
}

function creationOf(asset: AlgorandAction & { readonly kind: 'creation' }): Members {
  const { total, decimals, name, unitName, url, manager, reserve, freeze, clawback } = asset;
  const roles = { assetManager: manager, assetReserve: reserve, assetFreeze: freeze, assetClawback: clawback };
  const named = Object.entries(roles).filter(([, account]) => account !== undefined);
  return {
    type: 'acfg',
    ...{ assetTotal: total, assetDecimals: decimals, assetDefaultFrozen: false, assetName: name },
    ...(unitName !== undefined && { assetUnitName: unitName }),
    ...(url !== undefined && { assetURL: url }),
    ...Object.fromEntries(named.map(([role, account]) => [role, normalizeAddress(account ?? '')])),
  };
}

/** Members whose texts are accounts. */
const accounts = ['from', 'to', 'assetManager', 'assetReserve', 'assetFreeze', 'assetClawback'];

function printed({ note, ...members }: Members & { readonly from: string }): Fields {
  const rest = Object.entries(members).map(([name, value]) => {
    if (typeof value === 'bigint') return [name, numberOf(value)];
    return [name, typeof value === 'string' && accounts.includes(name) ? printedAccount(value) : value];
  });
  const frame = { name: 'Transaction', tag: { type: 'Buffer', data: [0x54, 0x58] } };
  return { ...frame, ...Object.fromEntries(rest), note: printedBytes(note ?? new Uint8Array(0)) };
}

/** A number that JSON readers keep exactly, or else a text. */
function numberOf(value: bigint): number | string {
  return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value.toString();
}

interface Timed {
  readonly fields: Fields;
  readonly spends?: readonly string[];
}

/**
 * Adds rounds and genesis. Other daemons cannot sign what has no receiver, so such a transaction gets its rounds when it is
 * signed. All others keep their place in a way that the queue knows: an output that no two of them can spend.
 * @throws CustosError NODE_ANSWER_INVALID, STATE_CONFLICT
 */
async function withRounds(
  unsigned: Fields,
  { latestRound, genesisHash }: Parameters,
  { network, spent }: BuildContext,
): Promise<Timed> {
  if (unsigned['type'] === 'acfg') return { fields: unsigned };
  const hash = base64.decode(genesisHash);
  const genesisID = genesisName(network, hash);
  const fields = { ...unsigned, genesisHash: { type: 'Buffer', data: [...hash] }, genesisID };
  const content = createHash('sha256').update(JSON.stringify(fields)).digest('hex');
  const most = latestRound < MOST_EARLIER ? latestRound : MOST_EARLIER;
  const rounds = Array.from({ length: Number(most) + 1 }, (_, earlier) => latestRound - BigInt(earlier));
  const places = new Map(rounds.map((round) => [`${content}:${round}`, round]));
  const taken = await spent([...places.keys()]);
  const [place, first] = [...places].find(([name]) => !taken.has(name)) ?? [];
  if (place === undefined || first === undefined) {
    throw new CustosError('STATE_CONFLICT', `${places.size} equal transactions wait: give this one another note`);
  }
  const timed = { firstRound: numberOf(first), lastRound: numberOf(first + LIFE) };
  return { fields: { ...fields, ...timed, appArgs: [], lease: {} }, spends: [place] };
}

/** @throws CustosError FEE_INVALID */
function feeOf({ fee }: AlgorandRequest, least: bigint): bigint {
  if (fee === undefined) return least;
  const [, whole, fraction = ''] = /^(\d{1,12})(?:\.(\d{1,40}))?$/.exec(fee) ?? [];
  const units = whole === undefined ? undefined : smallestUnits(whole, fraction, DECIMALS);
  if (units !== undefined && units >= least) return units;
  const text = `${quote(fee)} is not an amount of ALGO with at most ${DECIMALS} decimals, or less than ${least} microALGO`;
  throw new CustosError('FEE_INVALID', text);
}
