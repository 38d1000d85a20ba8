import type { EffectOp } from '../../core/chain/effect.js';
import { parseDemand } from '../../core/policy/demand.js';
import type {
  Ceiling,
  Conditions,
  Forbid,
  Limit,
  PartRule,
  Permit,
  PolicyAsset,
  Window,
} from '../../core/policy/policy.js';
import { folded, normal } from '../address.js';
import { boundOps } from '../judging/effects.js';
import type { ConditionsDocument, LimitDocument, PartDocument, PermitDocument } from './document.js';
import { daysOf, hoursOf, milliseconds, smallestUnits, targetOf } from './parts.js';
import { invalid } from './text.js';

/** What rules may name. */
export interface Known {
  readonly assets: ReadonlyMap<string, PolicyAsset>;
  readonly books: ReadonlyMap<string, unknown>;
}

const usualOps: readonly EffectOp[] = ['transfer', 'token-transfer'];

/** @throws CustosError POLICY_INVALID */
export function permitOf(document: PermitDocument, known: Known, at: string): Permit {
  const { id, shadow = false, needs = [], class: lowest = 'presence', outputs, instructions } = document;
  const op = new Set<EffectOp>(document.op ?? usualOps);
  if (op.has('fee')) throw invalid(`${at}.op`, 'names the fee, which feeMax and feeRateMax limit');
  const coins = coinsFor(document, known);
  const asset = assetsOf(document, known, at) ?? new Set(coins.map(({ name }) => name));
  const permit: Permit = {
    id,
    shadow,
    ...conditionsOf(document, { ...known, form: normal }, at),
    op,
    asset,
    ...ceilingOf(document, { ...known, asset }, at),
    ...(document.value !== undefined && { value: coinAmounts(document.value, { ...known, coins }, `${at}.value`) }),
    ...(document.feeMax !== undefined && { feeMax: coinAmounts(document.feeMax, { ...known, coins }, `${at}.feeMax`) }),
    ...(document.feeRateMax !== undefined && { feeRateMax: smallestUnits(document.feeRateMax, 2, `${at}.feeRateMax`) }),
    ...(outputs && { outputs: outputs.max }),
    ...(instructions && { instructions: instructions.max }),
    ...(document.sweep === true && { sweep: true }),
    needs: demandsOf(needs),
    class: lowest,
  };
  checkWrittenOut(permit, at);
  return permit;
}

/** @throws CustosError POLICY_INVALID */
export function forbidOf(document: ConditionsDocument, known: Known, at: string): Forbid {
  const asset = assetsOf(document, known, at);
  const { id, shadow = false } = document;
  return { id, shadow, ...conditionsOf(document, { ...known, form: folded }, at), ...(asset && { asset }) };
}

/** @throws CustosError POLICY_INVALID */
export function limitOf(document: LimitDocument, known: Known, at: string): Limit {
  const { id, shadow = false, per, stepUp, class: lowest = 'presence', count } = document;
  const asset = assetsOf(document, known, at);
  const amount = document.lifetime ?? document.max;
  if ((amount === undefined) === (count === undefined)) throw invalid(at, 'needs either an amount or a count');
  const ceiling =
    amount === undefined
      ? ({ kind: 'count', max: BigInt(count ?? 0) } as const)
      : ({ kind: 'amount', ...amountOf(amount, { ...known, asset }, at) } as const);
  return {
    id,
    shadow,
    ...conditionsOf(document, { ...known, form: folded }, at),
    ...(asset && ceiling.kind === 'count' && { asset }),
    ...(per && { per }),
    window: windowOf(document, at),
    ceiling,
    ...(stepUp && { stepUp: demandsOf(stepUp) }),
    class: lowest,
  };
}

function windowOf({ rolling, calendar, lifetime, max }: LimitDocument, at: string): Window {
  const given = [rolling, calendar, lifetime].filter((one) => one !== undefined);
  if (given.length !== 1) throw invalid(at, 'needs one of rolling, calendar and lifetime');
  if (lifetime !== undefined && max !== undefined) throw invalid(at, 'has a lifetime, which is its amount, and a max');
  if (rolling !== undefined) return { kind: 'rolling', length: milliseconds(rolling) };
  return calendar === undefined ? { kind: 'lifetime' } : { kind: 'calendar', unit: calendar };
}

function amountOf(text: string, { assets, asset }: Known & { asset: ReadonlySet<string> | undefined }, at: string) {
  const [name, ...more] = asset ?? [];
  const declared = name === undefined ? undefined : assets.get(name);
  if (declared === undefined || more.length > 0) throw invalid(at, 'has an amount, so it needs exactly one asset');
  return { asset: declared.name, max: smallestUnits(text, declared.decimals, at) };
}

type Naming = Known & { form(address: string): string };

function conditionsOf(document: ConditionsDocument, naming: Naming, at: string): Conditions {
  const { network, chain, wallets, tags, owner, initiator, op, code, dataPrefix, days, hours } = document;
  if (document.contract !== undefined && document.program !== undefined) {
    throw invalid(at, 'has contract and program, which are the same');
  }
  const contract = document.contract ?? document.program;
  const { from, to, method, args, accounts } = document;
  return {
    ...(network && { network: new Set(network) }),
    ...(chain && { chain: new Set(chain) }),
    ...(wallets && { wallets: new Set(wallets) }),
    ...(tags && { tags: new Set(tags) }),
    ...(owner && { owner: new Set(owner) }),
    ...(initiator && { initiator: new Set(initiator) }),
    ...(op && { op: new Set(op) }),
    ...(code && { code: new Set(code) }),
    ...(from !== undefined && { from: targetOf(from, naming, `${at}.from`) }),
    ...(to !== undefined && { to: targetOf(to, naming, `${at}.to`) }),
    ...(contract !== undefined && { contract: targetOf(contract, naming, `${at}.contract`) }),
    ...(method !== undefined && { method: new Set([method].flat()) }),
    ...(args && { args: args.map((part, place) => partOf(part, naming, `${at}.args[${place}]`)) }),
    ...(dataPrefix !== undefined && { dataPrefix }),
    ...(accounts && { accounts: accounts.map((part, place) => partOf(part, naming, `${at}.accounts[${place}]`)) }),
    ...(days !== undefined && { days: daysOf(days) }),
    ...(hours !== undefined && { hours: hoursOf(hours, `${at}.hours`) }),
  };
}

function partOf({ at: place, is, max }: PartDocument, naming: Naming, at: string): PartRule {
  if (is === undefined && max === undefined) throw invalid(at, 'says neither what it is nor its max');
  return {
    at: place,
    ...(is !== undefined && { is: targetOf(is, naming, `${at}.is`) }),
    ...(max !== undefined && { max: BigInt(max) }),
  };
}

/** What the rule names as assets; undefined if it names none. */
function assetsOf({ asset }: ConditionsDocument, { assets }: Known, at: string): ReadonlySet<string> | undefined {
  if (asset === undefined) return undefined;
  if (asset === 'any') return new Set(assets.keys());
  const names = [asset].flat();
  const unknown = names.find((name) => !assets.has(name));
  if (unknown !== undefined) throw invalid(`${at}.asset`, `names ${unknown}, which is not declared`);
  return new Set(names);
}

/** The declared coins of the chains and networks that a rule is for, or that its assets are on. */
function coinsFor({ chain, network, asset }: ConditionsDocument, { assets }: Known): readonly PolicyAsset[] {
  const named = asset === undefined || asset === 'any' ? [...assets.keys()] : [asset].flat();
  const places = new Set(named.flatMap((name) => placeOf(assets.get(name))));
  return [...assets.values()].filter(
    (one) =>
      one.token === undefined &&
      places.has(placeOf(one)[0] ?? '') &&
      (chain === undefined || chain.includes(one.chain)) &&
      (network === undefined || network.includes(one.network)),
  );
}

function placeOf(asset: PolicyAsset | undefined): readonly string[] {
  return asset === undefined ? [] : [`${asset.network} ${asset.chain}`];
}

function ceilingOf(
  document: PermitDocument,
  known: Known & { asset: ReadonlySet<string> },
  at: string,
): { max?: Ceiling } {
  const { max, code } = document;
  if (max === undefined) return {};
  if (max === 'unlimited' && code === undefined) throw invalid(`${at}.max`, 'is unlimited, which needs a code');
  if (max === 'any' || max === 'unlimited') return { max };
  const declared = [...known.asset].flatMap((name) => known.assets.get(name) ?? []);
  const found = amountsFor(max, { ...known, of: declared }, `${at}.max`);
  const without = [...known.asset].find((name) => !found.has(name));
  if (without !== undefined && document.asset !== 'any') throw invalid(`${at}.max`, `says nothing about ${without}`);
  return { max: found };
}

function coinAmounts(
  given: PermitDocument['value'],
  { assets, coins }: Known & { coins: readonly PolicyAsset[] },
  at: string,
) {
  // A fee may be paid in a token, so a map may name any asset.
  return amountsFor(given ?? '0', { assets, of: typeof given === 'string' ? coins : [...assets.values()] }, at);
}

type Amounts = { readonly assets: ReadonlyMap<string, PolicyAsset>; readonly of: readonly PolicyAsset[] };

/** @param parts - `of`: the assets that may be meant */
function amountsFor(
  given: string | Readonly<Record<string, string>>,
  { of }: Amounts,
  at: string,
): ReadonlyMap<string, bigint> {
  if (typeof given === 'string') {
    const [only, ...more] = of;
    if (only === undefined || (more.length > 0 && given !== '0')) {
      throw invalid(at, `is ${given} of ${of.length === 0 ? 'no' : 'more than one'} declared asset; name the asset`);
    }
    return new Map(of.map(({ name, decimals }) => [name, smallestUnits(given, decimals, at)]));
  }
  return new Map(
    Object.entries(given).map(([name, text]) => {
      const asset = of.find((one) => one.name === name);
      if (asset === undefined) throw invalid(at, `names ${name}, which the rule does not mean`);
      return [name, smallestUnits(text, asset.decimals, at)];
    }),
  );
}

function demandsOf(texts: readonly string[]) {
  return texts.flatMap((text) => parseDemand(text) ?? []);
}

/** "Any" is written out: a permit says where things may go, and how much. */
function checkWrittenOut({ op, to, contract, max }: Permit, at: string): void {
  const isSent = usualOps.some((one) => op.has(one)) || op.has('approve');
  if (to === undefined && (isSent || contract === undefined))
    throw invalid(at, 'has no to; write "to": "any" if that is meant');
  if (max === undefined && boundOps.some((one) => op.has(one))) {
    throw invalid(at, 'has no max; write "max": "any" if that is meant');
  }
}
