import type { BookEntry, Conditions, Forbid, Limit, Permit, Policy, Target } from '../../core/policy/policy.js';
import { folded, normal } from '../address.js';
import { type LocalClock, localClock } from './calendar.js';

type Entries = ReadonlyMap<string, readonly BookEntry[]>;
type Books = ReadonlyMap<string, Entries>;

/** The rules of one chain, by what they say about wallets. */
interface Shelf<R> {
  readonly open: R[];
  readonly byWallet: Map<string, R[]>;
  readonly byTag: Map<string, R[]>;
  /** Permits that name each of their receivers. */
  readonly byReceiver: Map<string, R[]>;
}

/** Rules by chain; those without a chain are under the empty name. */
export type Shelves<R> = ReadonlyMap<string, Shelf<R>>;

/** A policy that is ready to judge many transactions. */
export interface CompiledPolicy {
  readonly policy: Policy;
  readonly permits: Shelves<Permit>;
  readonly forbids: Shelves<Forbid>;
  readonly limits: Shelves<Limit>;
  /** Names of declared assets by `network chain token`; a coin has no token. */
  readonly assetNames: ReadonlyMap<string, string>;
  /** By name, then by address in the form in which permits, or forbids and limits, compare it. */
  readonly books: { readonly normal: Books; readonly folded: Books };
  readonly clock: LocalClock;
}

/** Sorts a policy's rules so that a transaction meets only those that may be about it. */
export function compilePolicy(policy: Policy): CompiledPolicy {
  const assetNames = new Map<string, string>();
  for (const { name, network, chain, token } of policy.assets.values()) {
    assetNames.set(assetKey(network, chain, token === undefined ? '' : normal(token)), name);
  }
  return {
    policy,
    permits: shelve(policy.permits, namedReceivers),
    forbids: shelve(policy.forbids),
    limits: shelve(policy.limits),
    assetNames,
    books: { normal: index(policy.books, normal), folded: index(policy.books, folded) },
    clock: localClock(policy.timeZone),
  };
}

export function assetKey(network: string, chain: string, token: string): string {
  return `${network} ${chain} ${token}`;
}

interface Seeker {
  readonly chain: string;
  readonly wallets: readonly { readonly id: string; readonly tags?: readonly string[] }[];
  /** Every address that receives something, in the form in which permits compare it. Absent: all rules are wanted. */
  readonly receivers?: readonly string[];
}

/** The rules that may be about a transaction, each once. */
export function rulesFor<R>(shelves: Shelves<R>, { chain, wallets, receivers }: Seeker): readonly R[] {
  // Where nothing is known of the wallets or their tags, every rule may be about them.
  const isUnknown = wallets.length === 0 || wallets.some(({ tags }) => tags === undefined);
  const lists: (readonly R[])[] = [];
  for (const shelf of [shelves.get(chain), shelves.get('')]) {
    if (shelf === undefined) continue;
    lists.push(shelf.open);
    if (receivers === undefined) lists.push(...shelf.byReceiver.values());
    else for (const to of receivers) lists.push(shelf.byReceiver.get(to) ?? []);
    if (isUnknown) lists.push(...shelf.byTag.values(), ...shelf.byWallet.values());
    for (const { id, tags = [] } of wallets) {
      lists.push(shelf.byWallet.get(id) ?? []);
      for (const tag of tags) lists.push(shelf.byTag.get(tag) ?? []);
    }
  }
  const [first = [], ...others] = lists.filter(({ length }) => length > 0);
  return others.length === 0 ? first : [...new Set([first, ...others].flat())];
}

/** The only addresses to which a permit lets something go; undefined where they cannot be listed. */
function namedReceivers({ to }: Permit): ReadonlySet<string> | undefined {
  return to === undefined || to.any || to.self || to.own || to.books.length > 0 ? undefined : to.addresses;
}

function shelve<R extends Conditions>(
  rules: readonly R[],
  receiversOf: (rule: R) => ReadonlySet<string> | undefined = () => undefined,
): Shelves<R> {
  const shelves = new Map<string, Shelf<R>>();
  for (const rule of rules) {
    if (isNever(rule)) continue;
    for (const chain of rule.chain ?? ['']) {
      const shelf = entryOf(shelves, chain, emptyShelf<R>);
      const receivers = receiversOf(rule);
      if (rule.wallets) for (const id of rule.wallets) entryOf(shelf.byWallet, id, () => []).push(rule);
      else if (rule.tags) for (const tag of rule.tags) entryOf(shelf.byTag, tag, () => []).push(rule);
      else if (receivers) for (const to of receivers) entryOf(shelf.byReceiver, to, () => []).push(rule);
      else shelf.open.push(rule);
    }
  }
  return shelves;
}

function emptyShelf<R>(): Shelf<R> {
  return { open: [], byWallet: new Map(), byTag: new Map(), byReceiver: new Map() };
}

/** A set that is empty is never met. */
export function isNever(rule: Conditions): boolean {
  const { network, chain, wallets, tags, owner, initiator, op, code, asset, method, days } = rule;
  const sets = [network, chain, wallets, tags, owner, initiator, op, code, asset, method, days];
  const parts = [...(rule.args ?? []), ...(rule.accounts ?? [])].map(({ is }) => is);
  return sets.some((set) => set?.size === 0) || [rule.from, rule.to, rule.contract, ...parts].some(isNowhere);
}

function isNowhere(target: Target | undefined): boolean {
  if (target === undefined) return false;
  const { any, self, own, addresses, books } = target;
  return !any && !self && !own && addresses.size === 0 && books.length === 0;
}

function index(books: Policy['books'], form: (address: string) => string): Books {
  const found = new Map<string, Map<string, BookEntry[]>>();
  for (const [name, entries] of books) {
    const byAddress = entryOf(found, name, () => new Map<string, BookEntry[]>());
    for (const entry of entries) entryOf(byAddress, form(entry.address), () => []).push(entry);
  }
  return found;
}

function entryOf<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const found = map.get(key) ?? make();
  map.set(key, found);
  return found;
}
