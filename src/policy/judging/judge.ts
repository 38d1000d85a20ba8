import type { Effect } from '../../core/chain/effect.js';
import type { PolicyFacts } from '../../core/policy/facts.js';
import type { EffectFinding, Judgement, MissingApprovals, ShadowFinding } from '../../core/policy/judgement.js';
import type { Permit } from '../../core/policy/policy.js';
import { normal } from '../address.js';
import type { LocalTime } from './calendar.js';
import { assetKey, type CompiledPolicy, receiversOf, rulesFor } from './compile.js';
import { isNarrowed, narrowing, permitting, type Scene, transactionMiss } from './conditions.js';
import { missOf, type PermitReading, readPermit } from './cover.js';
import { type Approvers, approversOf } from './demands.js';
import { amountOf } from './effects.js';
import { type LimitFinding, readLimit, takingOf } from './limits.js';
import { type AssetOf, reasonsOf } from './reasons.js';

/** Of so many uncovered effects the tree says why each permit fails; of the others it only says that they are not covered. */
const EXPLAINED = 16;
/** The last millisecond of a Date, less the days that windows look ahead. */
const LAST_MOMENT = 8.64e15 - 8.64e8;

/**
 * Judges one transaction. Pure: the same facts give the same judgement, and no order of rules matters. It is allowed if nothing
 * forbids it, every limit fits or is raised by approvals, and every effect has a permit that covers it and has the approvals
 * that it needs. If only approvals are missing it is held, otherwise denied.
 * @throws whatever `used` throws: no answer is never a yes
 */
export function judgePolicy(compiled: CompiledPolicy, facts: PolicyFacts): Judgement {
  const shared = { compiled, facts, nameOf: namesOf(compiled, facts), local: timeOf(compiled, facts) };
  const scene = narrowing(shared);
  const approvers = approversOf(compiled.policy, facts);
  const permits = permitsFor(permitting(shared), approvers);
  const forbids = rulesFor(compiled.forbids, facts);
  const limits = rulesFor(compiled.limits, facts);
  const { readings, live, effects } = permits;
  const matching = forbids.filter((forbid) => isForbidden(forbid, scene));
  const taking = takingOf(scene, approvers);
  const counted = limits.flatMap((limit) => readLimit(limit, taking) ?? []);
  const found = counted.filter(({ limit }) => !limit.shadow);
  const parts = {
    effects,
    forbidden: matching.filter(({ shadow }) => !shadow).map(({ id }) => id),
    charges: found.flatMap(({ charges }) => charges),
    unbounded: found.flatMap(({ unbounded }) => unbounded),
    missing: [...awaited(live, effects, approvers), ...found.flatMap(({ missing }) => missing)],
    rejectedBy: facts.approvals.filter(({ decision }) => decision === 'reject').map(({ person }) => person),
  };
  const malformed = malformations(facts);
  const verdict = verdictOf(parts, malformed);
  const { forbidden, charges, unbounded, missing, rejectedBy } = parts;
  return {
    effects,
    forbidden,
    charges,
    unbounded,
    missing,
    rejectedBy,
    verdict,
    reasons:
      verdict === 'allow'
        ? []
        : [...malformed, ...reasonsOf(parts, compiled.policy, assetsOf(compiled, facts)), ...sweepReason(parts, facts)],
    shadow: [
      ...readings.filter(({ permit }) => permit.shadow).flatMap((reading) => shadowPermit(reading, effects)),
      ...matching.filter(({ shadow }) => shadow).map(({ id }) => ({ rule: id, would: 'forbid' as const })),
      ...counted.filter(({ limit }) => limit.shadow).flatMap(shadowLimit),
    ],
    considered: permits.considered + forbids.length + limits.length,
    policy: { version: compiled.policy.version, hash: compiled.policy.hash },
  };
}

interface PermitFindings {
  readonly readings: readonly PermitReading[];
  /** Those that are not shadows. */
  readonly live: readonly PermitReading[];
  readonly effects: readonly EffectFinding[];
  readonly considered: number;
}

/** Reads the permits that may cover something. If that is not enough, all the others say, to whoever asks, why they do not. */
function permitsFor(scene: Scene, approvers: Approvers): PermitFindings {
  const { facts, compiled } = scene;
  const { chain, wallets } = facts;
  const addresses = facts.effects.flatMap(({ to }) => (to === undefined ? [] : [scene.form(to)]));
  const receivers = receiversOf(addresses, compiled);
  const permits = rulesFor(compiled.permits, { chain, wallets, receivers });
  const readings: PermitReading[] = [];
  for (const permit of permits) {
    const reading = readPermit(permit, scene);
    if (reading !== undefined) readings.push(reading);
  }
  const live = readings.filter(({ permit }) => !permit.shadow);
  const effects = effectFindings(live, scene, approvers);
  const isCovered = effects.every(({ covered }) => covered !== 'no');
  const considered = isCovered ? permits.length : rulesFor(compiled.permits, facts).length;
  return { readings, live, effects, considered };
}

/** Says why permits that seem to cover something do not. */
function sweepReason({ effects }: Parts, { wallets }: PolicyFacts): string[] {
  const compromised = wallets.find((wallet) => wallet.compromised === true);
  if (compromised === undefined || effects.every(({ covered }) => covered !== 'no')) return [];
  return [`wallet ${compromised.id} is marked as compromised: only permits with sweep count`];
}

type Parts = Pick<Judgement, 'effects' | 'forbidden' | 'charges' | 'unbounded' | 'missing' | 'rejectedBy'>;

/** The verdict follows from the tree. */
function verdictOf({ effects, forbidden, charges, unbounded, rejectedBy }: Parts, malformed: readonly string[]) {
  const counted = [...charges, ...unbounded];
  if (malformed.length > 0 || forbidden.length > 0 || rejectedBy.length > 0) return 'deny';
  if (effects.some(({ covered }) => covered === 'no') || counted.some(({ fits }) => fits === 'no')) return 'deny';
  const isHeld = effects.some(({ covered }) => covered === 'awaits') || counted.some(({ fits }) => fits === 'awaits');
  return isHeld ? 'hold' : 'allow';
}

/** Facts that no honest transaction gives. */
function malformations({ effects, now }: PolicyFacts): string[] {
  const found: string[] = [];
  if (effects.filter(({ op }) => op === 'fee').length !== 1) found.push('the transaction does not state one fee');
  if (effects.some((effect) => (amountOf(effect) ?? 0n) < 0n)) found.push('the transaction has an amount below zero');
  if (!isMoment(now)) found.push('the time is not known');
  return found;
}

function namesOf(
  { assetNames }: CompiledPolicy,
  { network, chain, coin }: Pick<PolicyFacts, 'network' | 'chain' | 'coin'>,
): Scene['nameOf'] {
  const names = new Map<string, string | undefined>();
  return ({ asset }) => {
    if (asset === undefined) return undefined;
    const known = names.get(asset);
    if (known !== undefined || names.has(asset)) return known;
    const name = assetNames.get(assetKey(network, chain, asset === coin ? '' : normal(asset)));
    names.set(asset, name);
    return name;
  };
}

/** Finds the declared assets that effects of a transaction name. */
export function assetsOf(compiled: CompiledPolicy, facts: Pick<PolicyFacts, 'network' | 'chain' | 'coin'>): AssetOf {
  const nameOf = namesOf(compiled, facts);
  return (effect) => compiled.policy.assets.get(nameOf(effect) ?? '');
}

/** Most rules ask for no time of day, and a calendar is slow. */
function timeOf({ clock }: CompiledPolicy, { now }: PolicyFacts): Scene['local'] {
  let time: LocalTime | undefined;
  return () => {
    time ??= clock(isMoment(now) ? now : 0);
    return time;
  };
}

/** A moment that calendars have. */
function isMoment(now: number): boolean {
  return Number.isSafeInteger(now) && now >= 0 && now <= LAST_MOMENT;
}

function isForbidden(forbid: Parameters<typeof isNarrowed>[0], scene: Scene): boolean {
  if (transactionMiss(forbid, scene) !== undefined) return false;
  for (const effect of scene.facts.effects) if (isNarrowed(forbid, effect, scene)) return true;
  return false;
}

function effectFindings(live: readonly PermitReading[], scene: Scene, approvers: Approvers): readonly EffectFinding[] {
  const met = new Set(live.filter(({ permit }) => approvers(permit.needs, permit.class).length === 0));
  let unexplained = EXPLAINED;
  const found = scene.facts.effects.map((effect, place): EffectFinding => {
    if (effect.op === 'fee') return { effect, covered: 'no', by: [], misses: [] };
    const covering = live.filter(({ covers }) => covers[place] === true);
    const ready = covering.filter((reading) => met.has(reading));
    if (ready.length > 0) return { effect, covered: 'permit', by: idsOf(ready), misses: [] };
    if (covering.length > 0) return { effect, covered: 'awaits', by: idsOf(covering), misses: [] };
    unexplained -= 1;
    return unexplained < 0 ? { effect, covered: 'no', by: [], misses: [] } : uncovered(effect, scene);
  });
  return found.map((finding) => withCompany(finding, found, scene));
}

/** There may be thousands of permits, and only whoever explains a judgement asks why each of them does not cover an effect. */
function uncovered(effect: Effect, scene: Scene): EffectFinding {
  let misses: EffectFinding['misses'] | undefined;
  return {
    effect,
    covered: 'no',
    by: [],
    get misses() {
      misses ??= permitsAbout(scene)
        .filter(({ shadow }) => !shadow)
        .map((permit) => ({ rule: permit.id, because: missOf(permit, effect, scene) }));
      return misses;
    },
  };
}

/** The permits of the transaction's chain, those for other wallets and tags last: whoever reads why nothing covers wants them, too. */
function permitsAbout({ compiled, facts }: Scene): readonly Permit[] {
  const near = rulesFor(compiled.permits, facts);
  const known = new Set(near);
  const far = compiled.policy.permits.filter(
    (permit) =>
      !known.has(permit) && (permit.chain?.has(facts.chain) ?? true) && (permit.network?.has(facts.network) ?? true),
  );
  return [...near, ...far];
}

/** Change goes back to the keys that sign, and a fee belongs to what it is paid for: both go with what permits cover. */
function withCompany(finding: EffectFinding, all: readonly EffectFinding[], { nameOf }: Scene): EffectFinding {
  const { effect, covered } = finding;
  const isFee = effect.op === 'fee';
  if (covered !== 'no' || (!isFee && !isChange(effect))) return finding;
  if (isFee && (nameOf(effect) === undefined || amountOf(effect) === undefined)) {
    return { ...finding, misses: [{ rule: '', because: 'asset' }] };
  }
  const isAccompanied = all.some(({ effect: other, covered: state }) => state !== 'no' && other.op !== 'fee');
  return isAccompanied ? { effect, covered: isFee ? 'fee' : 'change', by: [], misses: [] } : finding;
}

function isChange({ own, code, op }: Effect): boolean {
  return own === true && code === undefined && (op === 'transfer' || op === 'token-transfer');
}

/** Every permit that would cover what is not covered yet: any of them suffices. */
function awaited(
  live: readonly PermitReading[],
  effects: readonly EffectFinding[],
  approvers: Approvers,
): MissingApprovals[] {
  const ids = new Set(effects.filter(({ covered }) => covered === 'awaits').flatMap(({ by }) => by));
  return live
    .filter(({ permit }) => ids.has(permit.id))
    .map(({ permit }) => ({ rule: permit.id, demands: approvers(permit.needs, permit.class) }));
}

function idsOf(readings: readonly PermitReading[]): readonly string[] {
  return readings.map(({ permit }) => permit.id);
}

function shadowPermit({ permit, covers }: PermitReading, effects: readonly EffectFinding[]): ShadowFinding[] {
  const isNew = effects.some(
    ({ effect, covered }, place) => covered === 'no' && effect.op !== 'fee' && covers[place] === true,
  );
  return isNew ? [{ rule: permit.id, would: 'cover' }] : [];
}

function shadowLimit({ limit, charges, unbounded }: LimitFinding): ShadowFinding[] {
  return [...charges, ...unbounded].some(({ fits }) => fits !== 'yes') ? [{ rule: limit.id, would: 'exceed' }] : [];
}
