import type { Token } from '../core/access/token.js';
import type { Summary } from '../core/chain/summary.js';
import type { Clock } from '../core/clock.js';
import type { Delivery, Replayed, Webhook } from '../core/events/webhooks.js';
import type { Network, OwnerId, TenantId } from '../core/ids.js';
import type { Log } from '../core/log.js';
import type { ReadWallets } from '../core/network/intake.js';
import type { Secret } from '../core/secret.js';
import type { KnownOwner } from '../core/signing/lookup.js';
import type { PendingTransaction } from '../core/signing/pending.js';
import type { WalletsService } from '../core/signing/wallets-service.js';
import type { AuditLog } from '../core/store/audit.js';
import type { Accepted, Journal, JournalEntry } from '../core/store/journal.js';
import type { Idempotency } from '../core/store/queue.js';
import type { ProvenUser } from './caller.js';
import type {
  ApprovalsService,
  AuditProofsService,
  FreezesService,
  OverviewService,
  PoliciesService,
} from './control-parts.js';
import type { Feeds } from './feeds.js';
import type { AnsweredKey, CreationOptions, NewKey, RequestOptions } from './forms/passkeys.js';
import type { SignatureForm } from './signature-forms.js';
import type { TransactionForm } from './transaction-forms.js';
import type { Changes } from './waiting/changes.js';

/** A request with everything that is known of who asked. */
export interface Submission<F = TransactionForm> {
  readonly tenant: TenantId;
  /** Id of the token. */
  readonly initiator: string;
  /** Blind index of the user who proved to be there. */
  readonly userTag?: string | undefined;
  readonly form: F;
  /** The wallets that the form names, where they were read for this request. */
  readonly wallets?: ReadWallets;
  /** By which door it came. */
  readonly source?: 'api' | 'rpc';
  /** Absent: an equal request is another one. */
  readonly idempotency?: Idempotency;
  /**
   * Checks that who asks may use the wallets that the form names, once it is known what has the key: the known request is looked up
   * first, because whoever may see it needs nothing else. Absent: that was checked before.
   * @throws CustosError WALLET_UNKNOWN, SCOPE_MISSING, USER_TOKEN_REQUIRED
   */
  admit?(known: JournalEntry | undefined): Promise<void>;
}

/** Takes over what is signed and is no transaction. */
export interface SignaturesService {
  /** @throws CustosError REQUEST_INVALID, MESSAGE_*, HAZARD_REFUSED, NOT_OFFERED, REQUEST_EXPIRED, STORE_* */
  submit(submission: Submission<SignatureForm>): Promise<Accepted>;
}

/** What a request comes to, without a row. */
export interface Trial {
  readonly summary: Summary;
  /** As it would be completed now. */
  readonly completed: string;
}

/** A trial with what it would be as a request. */
export interface Preview extends Trial {
  readonly pending: PendingTransaction;
  /** Whether it fits into what the owner of its wallets may spend. Null: nothing bounds them. */
  readonly ownerLimits: { readonly fits: boolean; readonly reason: string | null } | null;
}

/** Takes requests over, and ends or repeats them. */
export interface TransactionsService {
  /** @throws CustosError of what is wrong with the request, NODE_*, NOT_OFFERED, REQUEST_EXPIRED, STORE_* */
  submit(submission: Submission): Promise<Accepted>;
  /** @throws CustosError as `submit` */
  preview(form: TransactionForm, tenant: TenantId): Promise<Preview>;
  /** @throws CustosError STATE_CONFLICT, NODE_* */
  cancel(id: string): Promise<JournalEntry>;
  /** @throws CustosError STATE_CONFLICT, OUTPUT_SPENT, OUTPUT_RESERVED */
  retry(id: string): Promise<JournalEntry>;
}

/** A token that somebody wants; what is undefined restricts nothing. */
interface TokenWanted extends Pick<Token, 'tenant' | 'name' | 'scopes'> {
  readonly chains?: Token['chains'] | undefined;
  readonly wallets?: Token['wallets'] | undefined;
  readonly owners?: readonly OwnerId[] | undefined;
  readonly from?: Token['from'] | undefined;
  readonly rate?: number | undefined;
  readonly expiresAt?: number | undefined;
}

/** A token as its tenant sees it. */
export interface ListedToken extends Token {
  /** Those that it is bound to. */
  readonly owners?: readonly OwnerId[];
}

/** Makes, lists and ends the tokens of a tenant. */
export interface TokensService {
  /** @throws CustosError TOKEN_FACTS_INVALID, STORE_* */
  create(wanted: TokenWanted): Promise<{ readonly id: string; readonly text: Secret }>;
  /** @returns those that are authentic; `last` is where the next page begins */
  list(
    tenant: TenantId,
    page: { readonly after: string | undefined; readonly limit: number },
  ): Promise<{ readonly page: readonly ListedToken[]; readonly last: string | undefined }>;
  /** @throws CustosError TOKEN_UNKNOWN */
  get(tenant: TenantId, id: string): Promise<ListedToken>;
  /** For what goes on after a request was let in. @throws CustosError TOKEN_INVALID: it was revoked or has expired since */
  requireValid(token: Pick<Token, 'id'>): Promise<void>;
  /** @throws CustosError TOKEN_UNKNOWN */
  revoke(tenant: TenantId, id: string): Promise<void>;
}

/** A user of a tenant. */
export interface UserRef {
  readonly tenant: TenantId;
  readonly owner: OwnerId;
}

/** What somebody offers to be taken for a user. */
export interface LoginRequest extends UserRef {
  readonly password: string;
  /** Where the connection comes from. */
  readonly address?: string | undefined;
}

/** What a user has who logged in. */
interface NewSession {
  /** What the user sends; shown once. */
  readonly session: string;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
}

/** Knows the users of tenants. */
export interface UsersService {
  /**
   * @param text - the user's own token, as it came beside the application's
   * @throws CustosError USER_TOKEN_INVALID, USER_TOKEN_UNSUPPORTED, ISSUER_*, STORE_*
   */
  verify(tenant: TenantId, text: string): Promise<ProvenUser>;
  /** Counts a request that is made for one owner alone. @throws CustosError RATE_LIMITED, STORE_* */
  keepToRate(tenant: TenantId, owner: KnownOwner): Promise<void>;
  /** Gives a user a password, known or not, and ends their sessions. @throws CustosError RATE_LIMITED, STORE_* */
  setPassword(user: UserRef, password: string): Promise<void>;
  /** Takes every login of a user away, and ends their sessions. */
  reset(user: UserRef): Promise<void>;
  /** @throws CustosError LOGIN_REFUSED, RATE_LIMITED, STORE_* */
  login(request: LoginRequest): Promise<NewSession>;
  /** Opens a session for a user whom the identity provider knows. @throws CustosError USER_TOKEN_UNSUPPORTED */
  exchange(tenant: TenantId, user: ProvenUser): Promise<NewSession>;
  /** Ends a session. */
  logout(tenant: TenantId, text: string): Promise<void>;
}

/** A passkey as its user sees it. */
export interface ShownPasskey {
  /** The credential's id, in base64url. */
  readonly id: string;
  readonly name: string;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
}

/** What a passkey answered, to be taken for a user. */
export interface PasskeyLoginRequest extends UserRef {
  readonly answer: AnsweredKey;
  /** Where the connection comes from. */
  readonly address?: string | undefined;
}

/** Knows the passkeys of users. Every operation throws CustosError PASSKEYS_OFF where the server has no site of passkeys. */
export interface PasskeysService {
  /** @param shownAs - what authenticators show as the account. @throws CustosError PASSKEY_LIMIT, STORE_* */
  start(user: UserRef, shownAs: string | undefined): Promise<CreationOptions>;
  /** @throws CustosError PASSKEY_INVALID, PASSKEY_LIMIT, STORE_* */
  add(user: UserRef, name: string, key: NewKey): Promise<ShownPasskey>;
  /** The oldest first. */
  list(user: UserRef): Promise<readonly ShownPasskey[]>;
  /** Ends every session of the user. @throws CustosError PASSKEY_UNKNOWN, STORE_* */
  remove(user: UserRef, id: string): Promise<void>;
  startLogin(user: UserRef): Promise<RequestOptions>;
  /** @throws CustosError LOGIN_REFUSED, RATE_LIMITED, STORE_* */
  login(request: PasskeyLoginRequest): Promise<NewSession>;
}

/** A webhook without its secret. */
export interface ShownWebhook {
  readonly webhook: Webhook;
  readonly publicKey: string;
}

type NewWebhook = ShownWebhook & { readonly secret: Secret };

/** Makes, shows, tries and ends webhooks of a tenant. @throws CustosError WEBHOOK_UNKNOWN of what is not there */
export interface WebhooksService {
  /** @throws CustosError WEBHOOK_URL_REFUSED, WEBHOOK_LIMIT */
  create(
    wanted: Pick<Webhook, 'tenant' | 'network' | 'url'> & { readonly types?: Webhook['types'] | undefined },
  ): Promise<NewWebhook>;
  list(feed: Pick<Webhook, 'tenant' | 'network'>): Promise<readonly ShownWebhook[]>;
  get(tenant: TenantId, id: string): Promise<ShownWebhook>;
  enable(tenant: TenantId, id: string, isEnabled: boolean): Promise<ShownWebhook>;
  rotate(tenant: TenantId, id: string): Promise<NewWebhook>;
  remove(tenant: TenantId, id: string): Promise<void>;
  /** @returns the status of the receiver, or why there was none */
  test(tenant: TenantId, id: string): Promise<string>;
  deliveries(tenant: TenantId, id: string, limit: number): Promise<readonly Delivery[]>;
  again(tenant: TenantId, id: string, seq: number): Promise<void>;
  /** Sends events behind a number again, at most so many. */
  replay(tenant: TenantId, id: string, from: { readonly after: number; readonly limit: number }): Promise<Replayed>;
}

/** What the operations work with. Each names the few that it uses. */
export interface ApiParts {
  readonly network: Network;
  readonly version: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly wallets: WalletsService;
  readonly journal: Pick<Journal, 'get' | 'find' | 'events'>;
  readonly transactions: TransactionsService;
  readonly signatures: SignaturesService;
  readonly approvals: ApprovalsService;
  readonly freezes: FreezesService;
  readonly policies: PoliciesService;
  readonly audit: Pick<AuditLog, 'find'>;
  readonly auditProofs: AuditProofsService;
  readonly overview: OverviewService;
  readonly tokens: TokensService;
  readonly feeds: Feeds;
  readonly changes: Changes;
  readonly webhooks: WebhooksService;
  readonly users: UsersService;
  readonly passkeys: PasskeysService;
  /** Aborted when the server ends: who waits gets an answer with what there is. */
  readonly closing: AbortSignal;
}

/** What a server is opened with. */
export type GivenParts = Omit<ApiParts, 'closing'>;
