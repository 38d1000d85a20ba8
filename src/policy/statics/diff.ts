import { isObject } from '../../core/json.js';
import type { BookEntry, Policy, Target } from '../../core/policy/policy.js';
import { folded, normal } from '../address.js';
import { isCodeNarrowed, isNarrower, isRelieved, isTighter, isWithin } from './within.js';

/** What a new version changes. Whatever is not proved to narrow counts as widening. */
interface PolicyChange {
  /** The rule, book, group or member. */
  readonly what: string;
  readonly effect: 'widens' | 'narrows' | 'same';
  readonly why: string;
}

export interface PolicyDiff {
  readonly effect: PolicyChange['effect'];
  readonly changes: readonly PolicyChange[];
}

/** Compares two versions of a policy. A renamed rule is one that goes and one that comes. */
export function diffPolicies(before: Policy, after: Policy): PolicyDiff {
  const changes = [
    ...assetChanges(before, after),
    ...bookChanges(before, after),
    ...groupChanges(before, after),
    ...ruleChanges(before.permits, after.permits, {
      kind: 'permit',
      added: 'widens',
      isKept: (next, last) =>
        isNarrower(next, last) && !isRelieved(next, { last, others: after.permits, books: false }),
    }),
    ...ruleChanges(before.forbids, after.forbids, {
      kind: 'forbid',
      added: 'narrows',
      isKept: (next, last) => isWithin(last, next) && isCodeNarrowed(last, next),
    }),
    ...ruleChanges(before.limits, after.limits, { kind: 'limit', added: 'narrows', isKept: isTighter }),
    ...zoneChanges(before, after),
  ];
  const effects = changes.map(({ effect }) => effect);
  const effect = effects.includes('widens') ? 'widens' : effects.includes('narrows') ? 'narrows' : 'same';
  return { effect, changes };
}

interface Kind<R> {
  readonly kind: string;
  /** What a rule that comes does; one that goes does the opposite. */
  readonly added: 'widens' | 'narrows';
  /** Whether the new form of a rule is proved to allow at most what the old one allowed. */
  isKept(next: R, last: R): boolean;
}

type Identified = { readonly id: string; readonly shadow: boolean };

function ruleChanges<R extends Identified>(before: readonly R[], after: readonly R[], kind: Kind<R>): PolicyChange[] {
  const live = (rules: readonly R[]) => new Map(rules.filter(({ shadow }) => !shadow).map((rule) => [rule.id, rule]));
  const [old, young] = [live(before), live(after)];
  const removed = kind.added === 'widens' ? 'narrows' : 'widens';
  const gone = [...old.keys()].filter((id) => !young.has(id));
  return [
    ...gone.map((id) => ({ what: id, effect: removed, why: `the ${kind.kind} is removed` }) as const),
    ...[...young.values()].flatMap((rule): PolicyChange[] => {
      const last = old.get(rule.id);
      if (last === undefined) return [{ what: rule.id, effect: kind.added, why: `the ${kind.kind} is new` }];
      if (textOf(last) === textOf(rule)) return [];
      if (!kind.isKept(rule, last)) {
        const why = `the ${kind.kind} is not proved to allow only what it allowed before (${widened(rule, last, kind)})`;
        return [{ what: rule.id, effect: 'widens', why }];
      }
      if (kind.isKept(last, rule))
        return [{ what: rule.id, effect: 'same', why: `the ${kind.kind} is written differently` }];
      const why = `the ${kind.kind} allows less than before (${namesOf(differing(rule, last))})`;
      return [{ what: rule.id, effect: 'narrows', why }];
    }),
  ];
}

/** The members that widen by themselves; if only several together do, all that are different. */
function widened<R extends Identified>(rule: R, last: R, { isKept }: Kind<R>): string {
  const members = differing(rule, last);
  const alone = members.filter((name) => !isKept({ ...last, [name]: rule[name] }, last));
  return namesOf(alone.length > 0 ? alone : members);
}

function differing<R extends Identified>(rule: R, last: R): readonly (keyof R)[] {
  const names = new Set([...Object.keys(last), ...Object.keys(rule)]) as ReadonlySet<keyof R>;
  return [...names].filter((name) => textOf(last[name]) !== textOf(rule[name]));
}

/** As people write them. */
function namesOf(members: readonly PropertyKey[]): string {
  const written: Readonly<Record<string, string>> = {
    ceiling: 'max, count or lifetime',
    window: 'rolling, calendar or lifetime',
  };
  return members.map((name) => written[String(name)] ?? String(name)).join(', ');
}

function assetChanges({ assets: before }: Policy, { assets: after }: Policy): PolicyChange[] {
  const added = [...after.keys()].filter((name) => !before.has(name));
  const kept = [...before.values()].flatMap((asset): PolicyChange[] => {
    const next = after.get(asset.name);
    if (next === undefined) return [{ what: asset.name, effect: 'narrows', why: 'the asset is no longer declared' }];
    if (textOf(next) === textOf(asset)) return [];
    return [{ what: asset.name, effect: 'widens', why: 'the name means another asset, or another unit' }];
  });
  // No fee of an undeclared asset is covered, so what paid its fee in this one was denied.
  const why = 'the asset is declared, so fees may be paid in it';
  return [...kept, ...added.map((what): PolicyChange => ({ what, effect: 'widens', why }))];
}

function bookChanges(before: Policy, after: Policy): PolicyChange[] {
  return [...new Set([...before.books.keys(), ...after.books.keys()])].flatMap((name): PolicyChange[] => {
    const [last, next] = [before.books.get(name) ?? [], after.books.get(name) ?? []];
    if (textOf(last) === textOf(next)) return [];
    const isPermitted = after.permits.some((rule) => targetsOf(rule).some(({ books }) => books.includes(name)));
    const isForbidden = [...after.forbids, ...after.limits].some((rule) =>
      targetsOf(rule).some(({ books }) => books.includes(name)),
    );
    const isWider = isPermitted && !areListed(next, last, normal);
    if (isWider)
      return [{ what: `book ${name}`, effect: 'widens', why: 'a permit may send to more addresses, or sooner' }];
    if (isForbidden && !areListed(last, next, folded)) {
      return [{ what: `book ${name}`, effect: 'widens', why: 'a forbid or limit means fewer addresses' }];
    }
    if (!areListed(last, next, normal) && after.permits.some((permit) => isRelievedOf(name, permit, after))) {
      return [{ what: `book ${name}`, effect: 'widens', why: 'a permit counts fewer payments against its max' }];
    }
    const isUsed = isPermitted || isForbidden;
    return [
      {
        what: `book ${name}`,
        effect: isUsed ? 'narrows' : 'same',
        why: isUsed ? 'rules allow fewer addresses' : 'no rule names it',
      },
    ];
  });
}

function isRelievedOf(book: string, permit: Policy['permits'][number], { permits: others }: Policy): boolean {
  if (permit.shadow || !targetsOf(permit).some(({ books }) => books.includes(book))) return false;
  return isRelieved(permit, { last: permit, others, books: true });
}

/** Whether every entry of the first list is in the second, for at least its chains and from no later moment. */
function areListed(
  inner: readonly BookEntry[],
  outer: readonly BookEntry[],
  form: (address: string) => string,
): boolean {
  return inner.every((entry) =>
    outer.some(
      ({ address, chains, usableFrom }) =>
        form(address) === form(entry.address) &&
        usableFrom <= entry.usableFrom &&
        (chains === undefined || (entry.chains !== undefined && [...entry.chains].every((chain) => chains.has(chain)))),
    ),
  );
}

function targetsOf({
  from,
  to,
  contract,
  args = [],
  accounts = [],
}: Policy['permits'][number] | Policy['forbids'][number]): Target[] {
  const parts = [...args, ...accounts].map(({ is }) => is);
  return [from, to, contract, ...parts].filter((target) => target !== undefined);
}

function groupChanges({ groups: before }: Policy, { groups: after }: Policy): PolicyChange[] {
  return [...new Set([...before.keys(), ...after.keys()])].flatMap((name): PolicyChange[] => {
    const [last, next] = [before.get(name), after.get(name)];
    if (last === undefined || next === undefined) {
      const why = last === undefined ? 'the policy declares the group' : 'the policy no longer declares the group';
      return [{ what: `group ${name}`, effect: 'widens', why }];
    }
    const isMore = [...next].some((person) => !last.has(person));
    if (isMore) return [{ what: `group ${name}`, effect: 'widens', why: 'more persons may approve' }];
    return next.size < last.size
      ? [{ what: `group ${name}`, effect: 'narrows', why: 'fewer persons may approve' }]
      : [];
  });
}

function zoneChanges(before: Policy, after: Policy): PolicyChange[] {
  if (before.timeZone === after.timeZone) return [];
  const isTimed =
    [...after.permits, ...after.forbids, ...after.limits].some(({ days, hours }) => days ?? hours) ||
    after.limits.some(({ window }) => window.kind === 'calendar');
  const why = isTimed ? 'hours, days or months are other times' : 'no rule asks for the time';
  return [{ what: 'timeZone', effect: isTimed ? 'widens' : 'same', why }];
}

/** The same text for the same content, whatever the order of its sets. */
function textOf(value: unknown): string {
  return JSON.stringify(value, (_name, one: unknown) => {
    if (typeof one === 'bigint') return String(one);
    if (one instanceof Set) return [...one].map(String).sort();
    if (one instanceof Map) return [...one].map(([name, item]) => [name, String(item)]).sort();
    // Members have the order in which they were written.
    return isObject(one)
      ? Object.fromEntries(
          Object.keys(one)
            .sort()
            .map((name) => [name, one[name]]),
        )
      : one;
  });
}
