import type { Effect } from '../../core/chain/effect.js';
import type { PolicyFacts, PolicyWallet } from '../../core/policy/facts.js';
import type { BookEntry, Conditions, PartRule, Target } from '../../core/policy/policy.js';
import { isWithin, type LocalTime } from './calendar.js';
import type { CompiledPolicy } from './compile.js';

/** The transaction that is judged. */
export interface Scene {
  readonly compiled: CompiledPolicy;
  readonly facts: PolicyFacts;
  /** The time on the clocks of the policy. */
  local(): LocalTime;
  /** The forms in which addresses are compared. */
  normal(address: string): string;
  folded(address: string): string;
  /** Name of the declared asset that an effect names. */
  nameOf(effect: Effect): string | undefined;
}

/** How a rule reads what it is not sure of: a permit does not count on it, a forbid or limit takes it as meant. */
interface Stance {
  readonly unknown: boolean;
  readonly form: 'normal' | 'folded';
  inBook(scene: Scene, book: string, address: string): boolean;
}

const permits: Stance = {
  unknown: false,
  form: 'normal',
  inBook: ({ compiled, facts }, book, address) =>
    isListed(compiled.books.normal.get(book)?.get(address), facts.chain, ({ usableFrom }) => usableFrom <= facts.now),
};

const narrows: Stance = {
  unknown: true,
  form: 'folded',
  inBook: ({ compiled, facts }, book, address) =>
    isListed(compiled.books.folded.get(book)?.get(address), facts.chain, () => true),
};

export const stances = { permits, narrows };

/** The first condition about the transaction as a whole that is not met. @returns the member's name */
export function transactionMiss(rule: Conditions, scene: Scene, stance: Stance): string | undefined {
  const { facts } = scene;
  const { network, chain, wallets, tags, owner, initiator, days, hours } = rule;
  if (network && !network.has(facts.network)) return 'network';
  if (chain && !chain.has(facts.chain)) return 'chain';
  if (wallets && !ofWallets(facts, stance, ({ id }) => wallets.has(id))) return 'wallets';
  if (tags && !ofWallets(facts, stance, (one) => one.tags?.some((tag) => tags.has(tag)))) return 'tags';
  if (owner && !ofWallets(facts, stance, (one) => has(owner, one.owner))) return 'owner';
  if (initiator && !(has(initiator, facts.initiator) ?? stance.unknown)) return 'initiator';
  if (days && !days.has(scene.local().weekday)) return 'days';
  return hours && !isWithin(scene.local().minute, hours) ? 'hours' : undefined;
}

/** A permit wants every wallet that signs to be meant; for a forbid or limit one suffices. */
function ofWallets(
  { wallets }: PolicyFacts,
  { unknown }: Stance,
  isMeant: (wallet: PolicyWallet) => boolean | undefined,
) {
  if (wallets.length === 0) return unknown;
  const isOne = (wallet: PolicyWallet) => isMeant(wallet) ?? unknown;
  return unknown ? wallets.some(isOne) : wallets.every(isOne);
}

/** @returns undefined if the value is unknown */
function has(set: ReadonlySet<string>, value: string | undefined): boolean | undefined {
  return value === undefined ? undefined : set.has(value);
}

/** The first condition about one effect, but for asset and code, that is not met. @returns the member's name */
export function effectMiss(rule: Conditions, effect: Effect, scene: Scene, stance: Stance): string | undefined {
  const { from, to, contract, method, dataPrefix, args, accounts } = rule;
  const targets = { scene, stance };
  if (rule.op && !rule.op.has(effect.op)) return 'op';
  if (from && !isMeant(from, effect.from, targets)) return 'from';
  if (to && !isMeant(to, effect.to, targets)) return 'to';
  if (contract && !isMeant(contract, effect.contract, targets)) return 'contract';
  if (method && !(has(method, effect.method) ?? stance.unknown)) return 'method';
  if (dataPrefix !== undefined && !(effect.data?.startsWith(dataPrefix) ?? stance.unknown)) return 'dataPrefix';
  if (args?.some((part) => !isArgument(part, argumentsOf(effect, part), targets))) return 'args';
  return accounts?.some((part) => !isPart(part, accountOf(effect, part), targets)) ? 'accounts' : undefined;
}

/** A forbid or limit about codes means only effects that have one; without a code an effect is known to be harmless. */
export function isNarrowed(rule: Conditions, effect: Effect, scene: Scene): boolean {
  if (rule.code && (effect.code === undefined || !rule.code.has(effect.code))) return false;
  // What only says or pays something is meant by name, or by what is dangerous in it.
  if ((effect.op === 'note' || effect.op === 'fee') && effect.code === undefined && !rule.op) return false;
  if (isStatement(effect) && !rule.op && isAboutMoves(rule)) return false;
  if (rule.asset && effect.asset !== undefined && has(rule.asset, scene.nameOf(effect)) !== true) return false;
  return effectMiss(rule, effect, scene, narrows) === undefined;
}

/** A message, or typed data whose moves are effects of their own. */
function isStatement({ op, code }: Effect): boolean {
  return (op === 'message' || op === 'typed-data') && code === undefined;
}

function isAboutMoves({ to, asset, accounts }: Conditions): boolean {
  return (to ?? asset ?? accounts) !== undefined;
}

interface Targets {
  readonly scene: Scene;
  readonly stance: Stance;
}

function isMeant(target: Target, address: string | undefined, { scene, stance }: Targets): boolean {
  if (target.any) return true;
  if (address === undefined) return stance.unknown;
  const { facts } = scene;
  const { form, inBook } = stance;
  const own = scene[form](address);
  if (target.addresses.has(own)) return true;
  if (target.self && facts.signers.some((signer) => scene[form](signer) === own)) return true;
  if (target.own && facts.isOwn(address)) return true;
  return target.books.some((book) => inBook(scene, book, own));
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
function isArgument(part: PartRule, values: readonly (string | undefined)[], targets: Targets): boolean {
  const isThis = (value: string | undefined) => isPart(part, value, targets);
  return targets.stance.unknown ? values.some(isThis) : values.every(isThis);
}

function accountOf({ accounts }: Effect, { at }: PartRule): string | undefined {
  return typeof at === 'number' ? accounts?.[at] : undefined;
}

function isPart({ is, max }: PartRule, value: string | undefined, targets: Targets): boolean {
  const { unknown } = targets.stance;
  if (value === undefined) return unknown;
  // A list may hold the address that is meant.
  if (is && !isMeant(is, value.startsWith('[') ? undefined : value, targets)) return false;
  if (max === undefined) return true;
  return /^\d{1,78}$/.test(value) ? BigInt(value) <= max : unknown;
}
