import type { Effect } from '../../core/chain/effect.js';
import type { PolicyFacts, PolicyWallet } from '../../core/policy/facts.js';
import type { BookEntry, Conditions, PartRule, Target } from '../../core/policy/policy.js';
import { folded, normal } from '../address.js';
import { isWithin, type LocalTime } from './calendar.js';
import type { CompiledPolicy } from './compile.js';

/** A message, or typed data whose moves are effects of their own. */
export const statements: ReadonlySet<Effect['op']> = new Set(['message', 'typed-data']);

/** How a rule reads what it is not sure of: a permit does not count on it, a forbid or limit takes it as meant. */
interface Stance {
  readonly unknown: boolean;
  /** The form in which addresses are compared. */
  form(address: string): string;
  inBook(book: string, address: string): boolean;
}

/** The transaction that is judged, as permits read it, or as forbids and limits do. */
export interface Scene extends Stance {
  readonly compiled: CompiledPolicy;
  readonly facts: PolicyFacts;
  /** The time on the clocks of the policy. */
  local(): LocalTime;
  /** Name of the declared asset that an effect names. */
  nameOf(effect: Effect): string | undefined;
}

// Written out, because V8 makes a new hidden class at each spread of such objects, and those fill the old space of its heap.
type Shared = Omit<Scene, keyof Stance>;

export function permitting({ compiled, facts, local, nameOf }: Shared): Scene {
  const isUsable = ({ usableFrom }: BookEntry) => usableFrom <= facts.now;
  return {
    compiled,
    facts,
    local,
    nameOf,
    unknown: false,
    form: remembered(normal),
    inBook: (book, address) => isListed(compiled.books.normal.get(book)?.get(address), facts.chain, isUsable),
  };
}

export function narrowing({ compiled, facts, local, nameOf }: Shared): Scene {
  return {
    compiled,
    facts,
    local,
    nameOf,
    unknown: true,
    form: remembered(folded),
    inBook: (book, address) => isListed(compiled.books.folded.get(book)?.get(address), facts.chain, () => true),
  };
}

/** Every rule compares the same few addresses. */
function remembered(form: (address: string) => string): (address: string) => string {
  const known = new Map<string, string>();
  return (address) => {
    let found = known.get(address);
    if (found === undefined) {
      found = form(address);
      known.set(address, found);
    }
    return found;
  };
}

/**
 * The first condition about the transaction as a whole that is not met. This and `effectMiss` run for every rule, so that they make
 * nothing unless a rule has a condition that needs it.
 * @returns the member's name
 */
export function transactionMiss(rule: Conditions, scene: Scene): string | undefined {
  const { facts, unknown } = scene;
  const { network, chain, wallets, tags, owner, initiator, days, hours } = rule;
  if (network && !network.has(facts.network)) return 'network';
  if (chain && !chain.has(facts.chain)) return 'chain';
  if (wallets && !ofWallets(wallets, scene, isNamed)) return 'wallets';
  if (tags && !ofWallets(tags, scene, isTagged)) return 'tags';
  if (owner && !ofWallets(owner, scene, isOwned)) return 'owner';
  if (initiator && !(has(initiator, facts.initiator) ?? unknown)) return 'initiator';
  if (days && !days.has(scene.local().weekday)) return 'days';
  return hours && !isWithin(scene.local().minute, hours) ? 'hours' : undefined;
}

/** @returns undefined if what is asked of the wallet is unknown */
type WalletTest = (set: ReadonlySet<string>, wallet: PolicyWallet) => boolean | undefined;

const isNamed: WalletTest = (ids, { id }) => ids.has(id);
const isTagged: WalletTest = (tags, wallet) => wallet.tags && hasOne(tags, wallet.tags);
const isOwned: WalletTest = (owners, { owner }) => has(owners, owner);

/** A permit wants every wallet that signs to be meant; for a forbid or limit one suffices. */
function ofWallets(set: ReadonlySet<string>, { facts, unknown }: Scene, isOf: WalletTest): boolean {
  const { wallets } = facts;
  if (wallets.length === 0) return unknown;
  for (const wallet of wallets) if ((isOf(set, wallet) ?? unknown) === unknown) return unknown;
  return !unknown;
}

function hasOne(set: ReadonlySet<string>, values: readonly string[]): boolean {
  for (const value of values) if (set.has(value)) return true;
  return false;
}

/** @returns undefined if the value is unknown */
function has(set: ReadonlySet<string>, value: string | undefined): boolean | undefined {
  return value === undefined ? undefined : set.has(value);
}

/** The first condition about one effect, but for asset and code, that is not met. @returns the member's name */
export function effectMiss(rule: Conditions, effect: Effect, scene: Scene): string | undefined {
  const { from, to, contract, method, dataPrefix, args, accounts } = rule;
  const { unknown } = scene;
  if (rule.op && !rule.op.has(effect.op)) return 'op';
  if (from && !isMeant(from, effect.from, scene)) return 'from';
  if (to && !isMeant(to, effect.to, scene)) return 'to';
  if (contract && !isMeant(contract, effect.contract, scene)) return 'contract';
  if (method && !(has(method, effect.method) ?? unknown)) return 'method';
  if (dataPrefix !== undefined && !(effect.data?.startsWith(dataPrefix) ?? unknown)) return 'dataPrefix';
  if (args && !hasArguments(effect, args, scene)) return 'args';
  return accounts && !hasAccounts(effect, accounts, scene) ? 'accounts' : undefined;
}

function hasArguments(effect: Effect, parts: readonly PartRule[], scene: Scene): boolean {
  return parts.every((part) => isArgument(part, argumentsOf(effect, part), scene));
}

function hasAccounts(effect: Effect, parts: readonly PartRule[], scene: Scene): boolean {
  return parts.every((part) => isPart(part, accountOf(effect, part), scene));
}

/** A forbid or limit about codes means only effects that have one; without a code an effect is known to be harmless. */
export function isNarrowed(rule: Conditions, effect: Effect, scene: Scene): boolean {
  if (rule.code && (effect.code === undefined || !rule.code.has(effect.code))) return false;
  // What only says or pays something is meant by name, or by what is dangerous in it.
  if ((effect.op === 'note' || effect.op === 'fee') && effect.code === undefined && !rule.op) return false;
  if (statements.has(effect.op) && effect.code === undefined && !rule.op && isAboutMoves(rule)) return false;
  if (rule.asset && effect.asset !== undefined && has(rule.asset, scene.nameOf(effect)) !== true) return false;
  return effectMiss(rule, effect, scene) === undefined;
}

/** Such a forbid or limit means statements only by their op. */
export function isAboutMoves({ to, asset, accounts }: Conditions): boolean {
  return (to ?? asset ?? accounts) !== undefined;
}

function isMeant(target: Target, address: string | undefined, scene: Scene): boolean {
  if (target.any) return true;
  if (address === undefined) return scene.unknown;
  const form = scene.form(address);
  if (target.addresses.has(form)) return true;
  if (target.self && isSigner(form, scene)) return true;
  if (target.own && scene.facts.isOwn(address)) return true;
  return isInBooks(target.books, form, scene);
}

function isSigner(address: string, { facts, form }: Scene): boolean {
  return facts.signers.some((signer) => form(signer) === address);
}

function isInBooks(books: readonly string[], address: string, { inBook }: Scene): boolean {
  for (const book of books) if (inBook(book, address)) return true;
  return false;
}

function isListed(entries: readonly BookEntry[] | undefined, chain: string, isUsable: (entry: BookEntry) => boolean) {
  return entries?.some((entry) => (entry.chains?.has(chain) ?? true) && isUsable(entry)) === true;
}

/** The argument at a place, or all that have a name: a method may have several of one name. */
function argumentsOf({ args = [] }: Effect, { at }: PartRule): readonly (string | undefined)[] {
  const found = typeof at === 'number' ? args.slice(at, at + 1) : args.filter(({ name }) => name === at);
  return found.length === 0 ? [undefined] : found.map(({ value }) => value);
}

/** A permit wants every argument of the name to be meant; for a forbid or limit one suffices. */
function isArgument(part: PartRule, values: readonly (string | undefined)[], scene: Scene): boolean {
  const isThis = (value: string | undefined) => isPart(part, value, scene);
  return scene.unknown ? values.some(isThis) : values.every(isThis);
}

function accountOf({ accounts }: Effect, { at }: PartRule): string | undefined {
  return typeof at === 'number' ? accounts?.[at] : undefined;
}

function isPart({ is, max }: PartRule, value: string | undefined, scene: Scene): boolean {
  const { unknown } = scene;
  if (value === undefined) return unknown;
  // A list may hold the address that is meant.
  if (is && !isMeant(is, value.startsWith('[') ? undefined : value, scene)) return false;
  if (max === undefined) return true;
  return /^\d{1,78}$/.test(value) ? BigInt(value) <= max : unknown;
}
