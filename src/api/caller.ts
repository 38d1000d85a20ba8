import type { Scope } from '../core/access/scopes.js';
import type { Token } from '../core/access/token.js';
import { CustosError } from '../core/errors.js';
import { type ChainId, defaultTenant, type OwnerId, type SignatureId, type TenantId } from '../core/ids.js';
import type { KnownOwner } from '../core/signing/lookup.js';
import type { Wallet } from '../core/signing/wallet.js';
import type { JournalEntry } from '../core/store/journal.js';

/** A user of the tenant who proved to be there. */
export interface ProvenUser extends KnownOwner {
  /** What proved it: a token of the identity provider, a session that was opened for one, or a session of a login that Custos keeps. */
  readonly by: 'issuer' | 'exchange' | 'session';
}

/** Who asks: the token that was verified. The tenant comes from it, and from nothing else in a request. */
export interface Caller extends Token {
  /** Those that the token is bound to. What belongs to others, or to no owner, is to it as if it did not exist. Absent: not bound. */
  readonly owners?: readonly KnownOwner[];
  /** The user whose own proof came beside the token. The request sees and uses what is theirs, and nothing else. */
  readonly user?: ProvenUser;
  /** Where the connection comes from. */
  readonly address?: string;
  /** A person in the console, in the place of a token. */
  readonly person?: KnownPerson;
}

/** A person of the constitution who logged in. */
interface KnownPerson {
  /** As the constitution has it. */
  readonly name: string;
  /** Records what the person asks for, before it is done. @throws CustosError STORE_* */
  asked(operation: { readonly operation: string; readonly path: string }): Promise<void>;
  /** @throws CustosError SESSION_ENDED, STORE_* */
  requireValid(): Promise<void>;
}

/** Carries a user's own proof beside the application's token. */
export const USER_HEADER = 'custos-user-token';

/**
 * The caller of a token together with the user, if a proof came along. One that does not hold is refused, also where none is needed.
 * What is asked for one owner alone counts for that owner.
 * @throws CustosError USER_TOKEN_INVALID, USER_TOKEN_UNSUPPORTED, ISSUER_*, RATE_LIMITED
 */
export async function withUser(
  token: Caller,
  proof: string | undefined,
  users: {
    verify(tenant: TenantId, text: string): Promise<ProvenUser>;
    keepToRate(tenant: TenantId, owner: KnownOwner): Promise<void>;
  },
): Promise<Caller> {
  const caller = proof === undefined ? token : { ...token, user: await users.verify(token.tenant, proof) };
  const [only, ...others] = boundTo(caller) ?? [];
  if (only !== undefined && others.length === 0) await users.keepToRate(caller.tenant, only);
  return caller;
}

/** @throws CustosError SCOPE_MISSING */
export function requireScope(caller: Caller, scope: Scope): void {
  requireAnyScope(caller, [scope]);
}

/** @throws CustosError SCOPE_MISSING */
export function requireAnyScope({ scopes }: Caller, wanted: readonly Scope[]): void {
  if (wanted.some((scope) => scopes.includes(scope))) return;
  throw new CustosError('SCOPE_MISSING', `the token does not have the scope ${wanted.join(' or ')}`);
}

/** Whether a token may see and use a wallet. Other wallets of its tenant are to it as if they did not exist. */
export function includesWallet(
  caller: Caller,
  { signatureId, chain, control }: Pick<Wallet, 'signatureId' | 'chain' | 'control'>,
): boolean {
  const isNamed = caller.wallets?.includes(signatureId) !== false;
  return isNamed && includesChain(caller, chain) && includesOwner(caller, control?.owner);
}

/** A wallet that requires its owner's own proof signs nothing without it. @throws CustosError USER_TOKEN_REQUIRED */
export function requireUser({ user }: Caller, { signatureId, control }: Pick<Wallet, 'signatureId' | 'control'>): void {
  if (control?.requireUserToken !== true || (user !== undefined && control.owner === user.owner)) return;
  throw new CustosError('USER_TOKEN_REQUIRED', `wallet ${signatureId} signs with a proof of its owner only`);
}

/** @param owner - undefined: it is no owner's */
export function includesOwner(caller: Caller, owner: string | undefined): boolean {
  return boundTo(caller)?.some((one) => one.owner === owner) !== false;
}

/** The only owners for whom a request sees anything: the user who came with it, or those of its token. Undefined: it is bound to none. */
export function boundTo({ owners, user }: Caller): readonly KnownOwner[] | undefined {
  if (user === undefined) return owners;
  return owners?.some(({ tag }) => tag === user.tag) === false ? [] : [user];
}

/** Whether a token may see a request: each wallet that signs it is one of its own, and it was its owner's when it was taken over. */
export function includesEntry(
  caller: Caller,
  { chain, pending, intake }: Pick<JournalEntry, 'chain' | 'pending' | 'intake'>,
): boolean {
  if (!includesChain(caller, chain)) return false;
  if (caller.owners?.some(({ tag }) => tag === intake?.ownerTag) === false) return false;
  if (caller.user !== undefined && intake?.userTag !== caller.user.tag) return false;
  return pending.keys.every(({ signatureId }) => caller.wallets?.includes(signatureId) !== false);
}

/** The owner that a request is for: a token of one owner need not name it. @throws CustosError OWNER_UNKNOWN */
export function ownerFor(caller: Caller, owner: OwnerId | undefined): OwnerId | undefined {
  const [only, ...others] = boundTo(caller) ?? [];
  const meant = owner ?? (others.length === 0 ? only?.owner : undefined);
  if (includesOwner(caller, meant)) return meant;
  throw new CustosError('OWNER_UNKNOWN', 'the tenant has no owner of this id');
}

export function includesChain({ chains }: Caller, chain: ChainId): boolean {
  return chains?.includes(chain) !== false;
}

/** Whether a token may see what these wallets do. */
export function includesKeys(
  caller: Caller,
  { chain, wallets }: { readonly chain: ChainId; readonly wallets: readonly SignatureId[] },
): boolean {
  return (
    includesChain(caller, chain) && wallets.every((signatureId) => caller.wallets?.includes(signatureId) !== false)
  );
}

/** Whether a token may see all of its tenant. */
export function isWhole(caller: Caller): boolean {
  const { chains, wallets } = caller;
  return chains === undefined && wallets === undefined && boundTo(caller) === undefined;
}

/**
 * For what is not of one tenant: only a token of the default one sees it, and one that is for all of it.
 * @throws CustosError SCOPE_MISSING
 */
export function requireWholeStore(caller: Caller, what: string): void {
  if (caller.tenant === defaultTenant && isWhole(caller)) return;
  throw new CustosError('SCOPE_MISSING', `the token is for less than ${what} is about`);
}

/** @throws CustosError SCOPE_MISSING */
export function requireChain(caller: Caller, chain: ChainId): void {
  if (includesChain(caller, chain)) return;
  throw new CustosError('SCOPE_MISSING', `the token does not include the chain ${chain}`);
}

/** What is said of a wallet that is not there for this caller. */
export function unknownWallet(id: SignatureId): CustosError {
  return new CustosError('WALLET_UNKNOWN', `signature ID ${id} is not in this store`);
}
