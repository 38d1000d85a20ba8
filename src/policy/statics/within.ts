import type { Demand } from '../../core/policy/demand.js';
import {
  type ApprovalClass,
  approvalClasses,
  type Ceiling,
  type Conditions,
  type Limit,
  type PartRule,
  type Permit,
  type Target,
} from '../../core/policy/policy.js';
import { folded } from '../address.js';
import { isAboutMoves, statements } from '../judging/conditions.js';
import { isAboutEffects } from '../judging/limits.js';

type Amounts = ReadonlyMap<string, bigint>;

/**
 * Whether whatever meets the first rule's conditions meets the second's, apart from codes. It proves: what it cannot prove is false.
 * Books of one name are taken to be the same.
 */
export function isWithin(inner: Conditions, outer: Conditions): boolean {
  const sets = ['network', 'chain', 'wallets', 'tags', 'owner', 'initiator', 'op', 'asset', 'method', 'days'] as const;
  if (sets.some((name) => !isSubset(inner[name], outer[name]))) return false;
  const targets = ['from', 'to', 'contract'] as const;
  if (targets.some((name) => !isAimedWithin(inner[name], outer[name]))) return false;
  // Without an op, a forbid or limit does not mean notes and fees.
  if (!outer.op && (inner.op?.has('note') || inner.op?.has('fee'))) return false;
  if (!outer.op && isAboutMoves(outer) && meansStatements(inner)) return false;
  if (outer.dataPrefix !== undefined && inner.dataPrefix?.startsWith(outer.dataPrefix) !== true) return false;
  if (!isDetailed(inner.args, outer.args) || !isDetailed(inner.accounts, outer.accounts)) return false;
  return isDuring(inner.hours, outer.hours);
}

/** Whether every transaction that a permit covers is covered by the other as well, with at most the same approvals. */
export function isNarrower(inner: Permit, outer: Permit): boolean {
  if (!isWithin(inner, outer) || ![...(inner.code ?? [])].every((code) => outer.code?.has(code))) return false;
  if (inner.sweep !== outer.sweep) return false;
  const most = [
    [inner.outputs, outer.outputs],
    [inner.instructions, outer.instructions],
    [inner.feeRateMax, outer.feeRateMax],
  ];
  if (most.some(([one, other]) => other !== undefined && (one === undefined || one > other))) return false;
  if (!isBelow(inner.max, outer.max, inner.asset) || !isValueBelow(inner, outer)) return false;
  if (outer.feeMax && (!inner.feeMax || !areBelow(inner.feeMax, outer.feeMax))) return false;
  return isDemanding(inner.needs, outer.needs) && isStronger(inner.class, outer.class, outer.needs);
}

/** Whether a limit allows at most what the other allows. */
export function isTighter(inner: Limit, outer: Limit): boolean {
  if (!isWithin(outer, inner) || !isCodeNarrowed(outer, inner) || inner.per !== outer.per) return false;
  if (isAboutEffects(inner) && !isAboutEffects(outer)) return false;
  if (JSON.stringify(inner.window) !== JSON.stringify(outer.window)) return false;
  const [one, other] = [inner.ceiling, outer.ceiling];
  if (one.kind !== other.kind || one.max > other.max) return false;
  if (one.kind === 'amount' && other.kind === 'amount' && one.asset !== other.asset) return false;
  if (inner.stepUp === undefined) return true;
  return (
    outer.stepUp !== undefined &&
    isDemanding(inner.stepUp, outer.stepUp) &&
    isStronger(inner.class, outer.class, outer.stepUp)
  );
}

/** Codes of a forbid or limit are a condition: without them it means every effect. */
export function isCodeNarrowed(inner: Conditions, outer: Conditions): boolean {
  return isSubset(inner.code, outer.code);
}

/**
 * Whether another permit may cover what this one counted before and no longer does. Its ceiling is for all that it matches together:
 * while a payment counts, it may keep another one from being covered.
 * @param books - whether those that it names have fewer entries than before
 */
export function isRelieved(
  permit: Permit,
  { last, others, books }: { readonly last: Permit; readonly others: readonly Permit[]; readonly books: boolean },
): boolean {
  if (typeof last.max !== 'object' || typeof permit.max !== 'object') return false;
  if (!books && areEffectsWithin(last, permit)) return false;
  return others.some((other) => other.id !== permit.id && mayJoin(other, permit) && !areEffectsWithin(other, permit));
}

/** Whether both may match something in one transaction. */
function mayJoin(one: Permit, other: Permit): boolean {
  if (one.shadow || one.sweep !== other.sweep) return false;
  const sets = ['network', 'chain', 'asset'] as const;
  return sets.every((name) => {
    const [some, more] = [one[name], other[name]] as readonly (ReadonlySet<unknown> | undefined)[];
    return some === undefined || more === undefined || [...some].some((item) => more.has(item));
  });
}

/** Whether every effect that the first permit matches is matched by the second, in a transaction that both are about. */
function areEffectsWithin(inner: Permit, outer: Permit): boolean {
  const about = ({ op, from, to, contract, method, args, dataPrefix, accounts }: Permit): Conditions => ({
    op,
    ...(from && { from }),
    ...(to && { to }),
    ...(contract && { contract }),
    ...(method && { method }),
    ...(args && { args }),
    ...(dataPrefix !== undefined && { dataPrefix }),
    ...(accounts && { accounts }),
  });
  return isWithin(about(inner), about(outer)) && [...(inner.code ?? [])].every((code) => outer.code?.has(code));
}

function meansStatements(rule: Conditions): boolean {
  return rule.op === undefined ? !isAboutMoves(rule) : [...statements].some((op) => rule.op?.has(op));
}

/** A permit's addresses in the form in which forbids and limits compare them. */
export function foldedConditions(rule: Conditions): Conditions {
  const { from, to, contract } = rule;
  const fold = (target: Target): Target => ({ ...target, addresses: new Set([...target.addresses].map(folded)) });
  return {
    ...rule,
    ...(from && { from: fold(from) }),
    ...(to && { to: fold(to) }),
    ...(contract && { contract: fold(contract) }),
  };
}

function isSubset(inner: ReadonlySet<unknown> | undefined, outer: ReadonlySet<unknown> | undefined): boolean {
  return outer === undefined || (inner !== undefined && [...inner].every((one) => outer.has(one)));
}

function isAimedWithin(inner: Target | undefined, outer: Target | undefined): boolean {
  if (outer === undefined || outer.any) return true;
  if (inner === undefined || inner.any || (inner.self && !outer.self) || (inner.own && !outer.own)) return false;
  const { addresses, books } = outer;
  return [...inner.addresses].every((one) => addresses.has(one)) && inner.books.every((one) => books.includes(one));
}

function isDetailed(inner: readonly PartRule[] = [], outer: readonly PartRule[] = []): boolean {
  return outer.every(({ at, is, max }) =>
    inner.some(
      (part) =>
        part.at === at &&
        (is === undefined || (part.is !== undefined && isAimedWithin(part.is, is))) &&
        (max === undefined || (part.max !== undefined && part.max <= max)),
    ),
  );
}

function isDuring(inner: Conditions['hours'], outer: Conditions['hours']): boolean {
  if (outer === undefined) return true;
  if (inner === undefined) return false;
  if (inner.start === outer.start && inner.end === outer.end) return true;
  return outer.start <= inner.start && inner.start < inner.end && inner.end <= outer.end;
}

function isBelow(inner: Ceiling | undefined, outer: Ceiling | undefined, assets: ReadonlySet<string>): boolean {
  if (outer === 'unlimited') return true;
  if (outer === 'any') return inner !== 'unlimited';
  if (inner === undefined || outer === undefined) return inner === outer;
  if (typeof inner === 'string') return false;
  return [...assets].every((name) => (inner.get(name) ?? 0n) <= (outer.get(name) ?? 0n));
}

/** Where nothing else may leave, `value` is also what lets coins go along. */
function isValueBelow(inner: Permit, outer: Permit): boolean {
  if (inner.value === undefined) return outer.value === undefined;
  if (outer.value === undefined) return inner.max !== undefined && outer.max !== undefined;
  return areBelow(inner.value, outer.value);
}

function areBelow(inner: Amounts, outer: Amounts): boolean {
  return [...inner].every(([name, amount]) => {
    const most = outer.get(name);
    return most !== undefined && amount <= most;
  });
}

function isDemanding(inner: readonly Demand[], outer: readonly Demand[]): boolean {
  const seats = (demands: readonly Demand[], group: string) =>
    demands.filter((one) => one.group === group).reduce((sum, { count }) => sum + count, 0);
  return outer.every(({ group }) => seats(inner, group) >= seats(outer, group));
}

function isStronger(inner: ApprovalClass, outer: ApprovalClass, needs: readonly Demand[]): boolean {
  return needs.length === 0 || approvalClasses.indexOf(inner) <= approvalClasses.indexOf(outer);
}
