import type { Demand } from '../../core/policy/demand.js';
import type { Conditions, Forbid, Limit, Permit, Policy, Target } from '../../core/policy/policy.js';
import { isNever } from '../judging/compile.js';
import { foldedConditions, isNarrower, isWithin } from './within.js';

/** `mistake`: the policy does not do what it says. `note`: it may be meant. */
export interface PolicyFinding {
  readonly level: 'mistake' | 'note';
  /** Rule, asset, book or group. */
  readonly what: string;
  readonly text: string;
}

/** Finds what a policy contradicts, cannot reach or does not use. @param chains - tickers of all chains */
export function checkPolicy(policy: Policy, chains: readonly string[]): readonly PolicyFinding[] {
  const { permits, forbids, limits } = policy;
  const rules = [...permits, ...forbids, ...limits];
  return [
    ...unknownChains(policy, new Set(chains)),
    ...shortAddresses(policy),
    ...rules
      .filter(isNever)
      .map(({ id }) => mistake(id, 'never applies: one of its lists is empty, or no asset is declared for it')),
    ...permits.flatMap((permit) => permitFindings(permit, policy)),
    ...forbids.flatMap(forbidFindings),
    ...limits.flatMap((limit) => limitFindings(limit, policy)),
    ...unused(policy),
  ];
}

function mistake(what: string, text: string): PolicyFinding {
  return { level: 'mistake', what, text };
}

function note(what: string, text: string): PolicyFinding {
  return { level: 'note', what, text };
}

function unknownChains(
  { assets, books, permits, forbids, limits }: Policy,
  known: ReadonlySet<string>,
): PolicyFinding[] {
  const named = [
    ...[...assets.values()].map(({ name, chain }) => [name, chain] as const),
    ...[...permits, ...forbids, ...limits].flatMap(({ id, chain = [] }) => [...chain].map((one) => [id, one] as const)),
    ...[...books].flatMap(([name, list]) =>
      list.flatMap(({ chains = [] }) => [...chains].map((one) => [`book ${name}`, one] as const)),
    ),
  ];
  return named
    .filter(([, chain]) => !known.has(chain))
    .map(([what, chain]) => mistake(what, `names the unknown chain ${chain}`));
}

/** Characters of the shortest address of any chain (Flow: 0x and 16 digits), less what some programs leave out. */
const SHORTEST_ADDRESS = 16;

/** A forbid of an address that is none forbids nothing, and nothing else would show it. */
function shortAddresses({ books, permits, forbids, limits }: Policy): PolicyFinding[] {
  const named = [
    ...[...permits, ...forbids, ...limits].flatMap((rule) =>
      [rule.from, rule.to, rule.contract].flatMap((target) =>
        [...(target?.addresses ?? [])].map((one) => [rule.id, one] as const),
      ),
    ),
    ...[...books].flatMap(([name, list]) => list.map(({ address }) => [`book ${name}`, address] as const)),
  ];
  return named
    .filter(([, address]) => address.length < SHORTEST_ADDRESS)
    .map(([what, address]) => mistake(what, `names ${address}, which is an address of no chain`));
}

function targetsOf({ from, to, contract, args = [], accounts = [] }: Conditions): readonly (Target | undefined)[] {
  return [from, to, contract, ...[...args, ...accounts].map(({ is }) => is)];
}

function permitFindings(permit: Permit, policy: Policy): PolicyFinding[] {
  if (isNever(permit)) return [];
  const { id, asset, chain, network, needs } = permit;
  const places = [...asset].flatMap((name) => policy.assets.get(name) ?? []);
  const isPlaced = places.some((one) => (chain?.has(one.chain) ?? true) && (network?.has(one.network) ?? true));
  const isThere = (other: Permit) => !other.shadow && !permit.shadow && isNarrower(permit, other);
  // Of two that permit the same, the note is about the later name, and no permit adds nothing to itself.
  const wider = policy.permits.find((other) => isThere(other) && (!isNarrower(other, permit) || other.id < id));
  const blocking = policy.forbids.find(
    (one) => !one.shadow && one.code === undefined && isWithin(foldedConditions(permit), one),
  );
  return [
    ...(isPlaced ? [] : [mistake(id, 'is not reached: its assets are on other chains or networks')]),
    ...(wider === undefined ? [] : [note(id, `adds nothing to ${wider.id}`)]),
    ...(blocking === undefined ? [] : [mistake(id, `is not reached: ${blocking.id} forbids all that it permits`)]),
    ...policy.limits
      .filter((limit) => isTooSmall(limit, permit))
      .map((limit) => note(id, `permits more at once than ${limit.id} ever allows`)),
    ...demandFindings(id, needs, policy),
    ...emptyBooks(id, permit, policy),
  ];
}

function isTooSmall({ ceiling, stepUp, shadow, ...limit }: Limit, permit: Permit): boolean {
  if (ceiling.kind !== 'amount' || stepUp !== undefined || shadow || typeof permit.max !== 'object') return false;
  return (
    (permit.max.get(ceiling.asset) ?? 0n) > ceiling.max &&
    limit.code === undefined &&
    isWithin(foldedConditions(permit), limit)
  );
}

function emptyBooks(id: string, { from, to, contract }: Permit, { books }: Policy): PolicyFinding[] {
  const named = [from, to, contract].flatMap((target) => target?.books ?? []);
  return named
    .filter((name) => books.get(name)?.length === 0)
    .map((name) => note(id, `names the book ${name}, which is empty`));
}

function forbidFindings({ id, op, contract, method, args, dataPrefix, accounts }: Forbid): PolicyFinding[] {
  const isAboutCalls = [contract, method, args, dataPrefix, accounts].some((one) => one !== undefined);
  if (op !== undefined || !isAboutCalls) return [];
  return [note(id, 'also forbids every part that has no contract, method or data; name the op if that is not meant')];
}

function limitFindings({ id, stepUp, ceiling, chain }: Limit, policy: Policy): PolicyFinding[] {
  const asset = ceiling.kind === 'amount' ? policy.assets.get(ceiling.asset) : undefined;
  const isElsewhere = asset !== undefined && chain?.has(asset.chain) === false;
  return [
    ...(isElsewhere ? [mistake(id, `never applies: ${asset.name} is on ${asset.chain}`)] : []),
    ...demandFindings(id, stepUp ?? [], policy),
  ];
}

function demandFindings(id: string, demands: readonly Demand[], { groups }: Policy): PolicyFinding[] {
  const persons = new Set(demands.flatMap(({ group }) => [...(groups.get(group) ?? [])]));
  const isDeclared = demands.every(({ group }) => groups.has(group));
  const wanted = demands.reduce((sum, { count }) => sum + count, 0);
  const few = demands.filter(({ count, group }) => (groups.get(group)?.size ?? count) < count);
  return [
    ...few.map(({ count, group }) =>
      mistake(id, `needs ${count} of ${group}, which has ${groups.get(group)?.size ?? 0}`),
    ),
    ...(few.length === 0 && isDeclared && persons.size < wanted
      ? [mistake(id, `needs ${wanted} different persons, and its groups have ${persons.size} together`)]
      : []),
    ...demands
      .filter(({ group }) => !groups.has(group))
      .map(({ group }) => note(id, `leaves the group ${group} to the constitution`)),
  ];
}

function unused({ assets, books, groups, permits, forbids, limits }: Policy): PolicyFinding[] {
  const rules = [...permits, ...forbids, ...limits];
  const usedAssets = new Set([
    ...permits.flatMap(({ asset, feeMax, value }) => [...asset, ...(feeMax?.keys() ?? []), ...(value?.keys() ?? [])]),
    ...forbids.flatMap(({ asset = [] }) => [...asset]),
    ...limits.flatMap(({ asset = [], ceiling }) => (ceiling.kind === 'amount' ? [ceiling.asset] : [...asset])),
  ]);
  const usedBooks = new Set(rules.flatMap(targetsOf).flatMap((target) => target?.books ?? []));
  const usedGroups = new Set(
    [...permits.flatMap(({ needs }) => needs), ...limits.flatMap(({ stepUp = [] }) => stepUp)].map(
      ({ group }) => group,
    ),
  );
  return [
    ...[...assets.values()]
      .filter(({ name, token }) => token !== undefined && !usedAssets.has(name))
      .map(({ name }) => note(name, 'is declared, and no rule names it')),
    ...[...books.keys()]
      .filter((name) => !usedBooks.has(name))
      .map((name) => note(`book ${name}`, 'is not named by any rule')),
    ...[...groups.keys()]
      .filter((name) => !usedGroups.has(name))
      .map((name) => note(`group ${name}`, 'is not named by any rule')),
  ];
}
