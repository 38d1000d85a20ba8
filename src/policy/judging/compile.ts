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
  /** Permits that name each of their receivers: by address, and by `book:` and the name of a book. */
  readonly byReceiver: Map<string, R[]>;
  /** Every rule of `byReceiver`, once. */
  readonly receiving: R[];
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
  /** Names of budgets by the id of their limit, without the wallet or destination that may follow. */
  readonly budgets: ReadonlyMap<string, string>;
  /** By name, then by address in the form in which permits, or forbids and limits, compare it. */
  readonly books: { readonly normal: Books; readonly folded: Books };
  /** Names of the books that list an address, in the form in which permits compare it. */
  readonly listings: ReadonlyMap<string, readonly string[]>;
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
    budgets: new Map(policy.limits.map((limit) => [limit.id, budgetName(limit, policy)])),
    books: { normal: index(policy.books, normal), folded: index(policy.books, folded) },
    listings: listingsOf(policy.books),
    clock: localClock(policy.timeZone),
  };
}

/** Names what is counted, not how much of it is allowed, so that publishing a policy again gives nothing back. */
function budgetName({ id, ceiling }: Limit, { assets }: Policy): string {
  if (ceiling.kind === 'count') return `${id} count`;
  const { network, chain, token = '' } = assets.get(ceiling.asset) ?? {};
  return `${id} ${network} ${chain} ${token}`.replace(/ +/g, ' ').replace(/ $/, '');
}

export function assetKey(network: string, chain: string, token: string): string {
  return `${network} ${chain} ${token}`;
}

interface Seeker {
  readonly chain: string;
  readonly wallets: readonly { readonly id: string; readonly tags?: readonly string[] }[];
  /** What `receiversOf` gives. Absent: all rules are wanted. */
  readonly receivers?: readonly string[];
}

/**
 * By what permits name whoever receives something.
 * @param addresses - in the form in which permits compare them
 */
export function receiversOf(addresses: readonly string[], { listings }: CompiledPolicy): readonly string[] {
  return addresses.flatMap((address) => [address, ...(listings.get(address) ?? []).map(bookKey)]);
}

function bookKey(book: string): string {
  return `book:${book}`;
}

/** The rules that may be about a transaction, each once. */
export function rulesFor<R>(shelves: Shelves<R>, { chain, wallets, receivers }: Seeker): readonly R[] {
  // Where nothing is known of the wallets or their tags, every rule may be about them.
  const isUnknown = wallets.length === 0 || wallets.some(({ tags }) => tags === undefined);
  const lists: (readonly R[])[] = [];
  const keyed: (readonly R[])[] = [];
  const add = (list: readonly R[] | undefined) => void (list !== undefined && keyed.push(list));
  for (const shelf of [shelves.get(chain), shelves.get('')]) {
    if (shelf === undefined) continue;
    lists.push(shelf.open);
    if (receivers === undefined) lists.push(shelf.receiving);
    else for (const to of receivers) add(shelf.byReceiver.get(to));
    if (isUnknown) for (const map of [shelf.byTag, shelf.byWallet]) map.forEach(add);
    for (const { id, tags = [] } of wallets) {
      add(shelf.byWallet.get(id));
      for (const tag of tags) add(shelf.byTag.get(tag));
    }
  }
  // Only where rules have several keys may one be found twice.
  lists.push(...(keyed.length > 1 ? [[...new Set(keyed.flat())]] : keyed));
  const [first = [], ...others] = lists.filter(({ length }) => length > 0);
  return others.length === 0 ? first : first.concat(...others);
}

/** The only receivers to which a permit lets something go; undefined where they cannot be listed. */
function namedReceivers({ to }: Permit): readonly string[] | undefined {
  if (to === undefined || to.any || to.self || to.own) return undefined;
  return [...to.addresses, ...to.books.map(bookKey)];
}

function shelve<R extends Conditions>(
  rules: readonly R[],
  namesOf: (rule: R) => readonly string[] | undefined = () => undefined,
): Shelves<R> {
  const shelves = new Map<string, Shelf<R>>();
  for (const rule of rules) {
    if (isNever(rule)) continue;
    for (const chain of rule.chain ?? ['']) {
      const shelf = entryOf(shelves, chain, emptyShelf<R>);
      const receivers = namesOf(rule);
      if (rule.wallets) for (const id of rule.wallets) entryOf(shelf.byWallet, id, () => []).push(rule);
      else if (rule.tags) for (const tag of rule.tags) entryOf(shelf.byTag, tag, () => []).push(rule);
      else if (receivers) shelveReceivers(shelf, rule, receivers);
      else shelf.open.push(rule);
    }
  }
  return shelves;
}

function shelveReceivers<R>({ byReceiver, receiving }: Shelf<R>, rule: R, receivers: readonly string[]): void {
  receiving.push(rule);
  for (const to of receivers) entryOf(byReceiver, to, () => []).push(rule);
}

function emptyShelf<R>(): Shelf<R> {
  return { open: [], byWallet: new Map(), byTag: new Map(), byReceiver: new Map(), receiving: [] };
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

function listingsOf(books: Policy['books']): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (const [name, entries] of books) {
    for (const address of new Set(entries.map((entry) => normal(entry.address)))) {
      entryOf(found, address, () => []).push(name);
    }
  }
  return found;
}

function entryOf<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const found = map.get(key) ?? make();
  map.set(key, found);
  return found;
}
