import type { Effect } from '../../core/chain/effect.js';
import type { PolicyFacts } from '../../core/policy/facts.js';
import type { EffectFinding, Judgement, MissingApprovals, ShadowFinding } from '../../core/policy/judgement.js';
import type { Permit } from '../../core/policy/policy.js';
import { folded, normal } from '../address.js';
import type { LocalTime } from './calendar.js';
import { assetKey, type CompiledPolicy, rulesFor } from './compile.js';
import { isNarrowed, type Scene, stances, transactionMiss } from './conditions.js';
import { type PermitReading, readPermit } from './cover.js';
import { type Approvers, approversOf } from './demands.js';
import { amountOf } from './effects.js';
import { type LimitFinding, readLimit } from './limits.js';
import { reasonsOf } from './reasons.js';

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
  const scene = sceneOf(compiled, facts);
  const approvers = approversOf(compiled.policy, facts);
  const permits = permitsFor(compiled, scene, approvers);
  const forbids = rulesFor(compiled.forbids, facts);
  const limits = rulesFor(compiled.limits, facts);
  const { readings, live, effects } = permits;
  const matching = forbids.filter((forbid) => isForbidden(forbid, scene));
  const counted = limits.map((limit) => ({ limit, finding: readLimit(limit, scene, approvers) }));
  const found = counted.filter(({ limit }) => !limit.shadow).map(({ finding }) => finding);
  const parts = {
    effects,
    forbidden: matching.filter(({ shadow }) => !shadow).map(({ id }) => id),
    charges: found.flatMap(({ charges }) => charges),
    unbounded: found.flatMap(({ unbounded }) => unbounded),
    missing: [...awaited(live, effects, approvers), ...found.flatMap(({ missing }) => missing)],
    rejectedBy: facts.approvals.filter(({ decision }) => decision === 'reject').map(({ person }) => person),
  };
  const malformed = malformations(facts);
  return {
    ...parts,
    verdict: verdictOf(parts, malformed),
    reasons: [...malformed, ...reasonsOf(parts, compiled.policy), ...sweepReason(parts, facts)],
    shadow: [
      ...readings.filter(({ permit }) => permit.shadow).flatMap((reading) => shadowPermit(reading, effects)),
      ...matching.filter(({ shadow }) => shadow).map(({ id }) => ({ rule: id, would: 'forbid' as const })),
      ...counted.filter(({ limit }) => limit.shadow).flatMap(({ limit, finding }) => shadowLimit(limit.id, finding)),
    ],
    considered: readings.length + forbids.length + limits.length,
    policy: { version: compiled.policy.version, hash: compiled.policy.hash },
  };
}

interface PermitFindings {
  readonly readings: readonly PermitReading[];
  /** Those that are not shadows. */
  readonly live: readonly PermitReading[];
  readonly effects: readonly EffectFinding[];
}

/** Reads the permits that may cover something. If that is not enough, all the others are read as well, to say why they do not. */
function permitsFor({ permits }: CompiledPolicy, scene: Scene, approvers: Approvers): PermitFindings {
  const { facts } = scene;
  const receivers = facts.effects.flatMap(({ to }) => (to === undefined ? [] : [scene.normal(to)]));
  const found = findingsOf(rulesFor(permits, { ...facts, receivers }), scene, approvers);
  if (found.effects.every(({ covered }) => covered !== 'no')) return found;
  return findingsOf(rulesFor(permits, facts), scene, approvers);
}

function findingsOf(permits: readonly Permit[], scene: Scene, approvers: Approvers): PermitFindings {
  const readings = permits.map((permit) => readPermit(permit, scene));
  const live = readings.filter(({ permit }) => !permit.shadow);
  return { readings, live, effects: effectFindings(live, scene, approvers) };
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

function sceneOf(compiled: CompiledPolicy, facts: PolicyFacts): Scene {
  const { assetNames, clock } = compiled;
  const { network, chain, coin } = facts;
  const names = new Map<string, string | undefined>();
  const nameOf = ({ asset }: Effect): string | undefined => {
    if (asset === undefined) return undefined;
    if (!names.has(asset)) {
      names.set(asset, assetNames.get(assetKey(network, chain, asset === coin ? '' : normal(asset))));
    }
    return names.get(asset);
  };
  // Most rules ask for no time of day, and a calendar is slow.
  let time: LocalTime | undefined;
  const local = () => {
    time ??= clock(isMoment(facts.now) ? facts.now : 0);
    return time;
  };
  return { compiled, facts, nameOf, local, normal: remembered(normal), folded: remembered(folded) };
}

/** Every rule compares the same few addresses. */
function remembered(form: (address: string) => string): (address: string) => string {
  const known = new Map<string, string>();
  return (address) => {
    const found = known.get(address) ?? form(address);
    known.set(address, found);
    return found;
  };
}

/** A moment that calendars have. */
function isMoment(now: number): boolean {
  return Number.isSafeInteger(now) && now >= 0 && now <= LAST_MOMENT;
}

function isForbidden(forbid: Parameters<typeof isNarrowed>[0], scene: Scene): boolean {
  if (transactionMiss(forbid, scene, stances.narrows) !== undefined) return false;
  return scene.facts.effects.some((effect) => isNarrowed(forbid, effect, scene));
}

function effectFindings(live: readonly PermitReading[], scene: Scene, approvers: Approvers): readonly EffectFinding[] {
  const met = new Set(live.filter(({ permit }) => approvers(permit.needs, permit.class).length === 0));
  let unexplained = EXPLAINED;
  const found = scene.facts.effects.map((effect, place): EffectFinding => {
    if (effect.op === 'fee') return { effect, covered: 'no', by: [], misses: [] };
    const covering = live.filter((reading) => reading.miss(place) === undefined);
    const ready = covering.filter((reading) => met.has(reading));
    if (ready.length > 0) return { effect, covered: 'permit', by: idsOf(ready), misses: [] };
    if (covering.length > 0) return { effect, covered: 'awaits', by: idsOf(covering), misses: [] };
    unexplained -= 1;
    const misses = unexplained < 0 ? [] : live.map((one) => ({ rule: one.permit.id, because: one.miss(place) ?? '' }));
    return { effect, covered: 'no', by: [], misses };
  });
  return found.map((finding) => withCompany(finding, found, scene));
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

function shadowPermit({ permit, miss }: PermitReading, effects: readonly EffectFinding[]): ShadowFinding[] {
  const isNew = effects.some(
    ({ effect, covered }, place) => covered === 'no' && effect.op !== 'fee' && miss(place) === undefined,
  );
  return isNew ? [{ rule: permit.id, would: 'cover' }] : [];
}

function shadowLimit(rule: string, { charges, unbounded }: LimitFinding): ShadowFinding[] {
  return [...charges, ...unbounded].some(({ fits }) => fits !== 'yes') ? [{ rule, would: 'exceed' }] : [];
}
