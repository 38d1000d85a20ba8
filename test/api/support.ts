import { connect, type Socket } from 'node:net';
import { afterEach, beforeEach } from 'vitest';
import { Authenticator } from '../../src/api/authenticator.js';
import { Feeds } from '../../src/api/feeds.js';
import type { GivenParts } from '../../src/api/parts.js';
import { Orphans } from '../../src/api/rpc/orphans.js';
import type { RpcOptions } from '../../src/api/rpc/routes.js';
import { type RunningApi, startApi } from '../../src/api/server.js';
import { Changes } from '../../src/api/waiting/changes.js';
import { type BoundToken, createToken } from '../../src/app/access/tokens.js';
import { frontApprovals, frontVault } from '../../src/app/approvals/front.js';
import { readConfig } from '../../src/app/config/config.js';
import { ownersJudge, policyJudges } from '../../src/app/daemon/policy-judges.js';
import { checkedSubscriptions } from '../../src/app/gateway/messages.js';
import { makeCarrier } from '../../src/app/library/carrier.js';
import type { CarrierOptions } from '../../src/app/library/carrier-options.js';
import type { CarrierParts } from '../../src/app/library/carrier-parts.js';
import { watchLanes } from '../../src/app/overview/lanes.js';
import { servedOverview } from '../../src/app/overview/served.js';
import { servedApprovals } from '../../src/app/serve/approvals.js';
import { servedAudit } from '../../src/app/serve/audit.js';
import { servedFreezes, servedPolicies } from '../../src/app/serve/control.js';
import { storeSubscriptions } from '../../src/app/serve/gateway/subscriptions.js';
import { tatumOperations } from '../../src/app/serve/gateway/tatum.js';
import { ownerLimits } from '../../src/app/serve/owner-limits.js';
import { rpcParts } from '../../src/app/serve/rpc/parts.js';
import { ethereumWords } from '../../src/app/serve/rpc/words.js';
import { servedWallets } from '../../src/app/serve/served-wallets.js';
import { Signatures } from '../../src/app/serve/signatures.js';
import { managedTokens } from '../../src/app/serve/tokens.js';
import { Transactions, type TransactionsParts } from '../../src/app/serve/transactions.js';
import { servedWebhooks } from '../../src/app/serve/webhooks.js';
import { Attempts } from '../../src/app/users/attempts.js';
import { createPasskeys } from '../../src/app/users/passkeys.js';
import { Passwords } from '../../src/app/users/passwords.js';
import { createUsers } from '../../src/app/users/service.js';
import { ownersOf, tagsOwners } from '../../src/app/wallets/owner-tags.js';
import { createRegistry } from '../../src/chains/registry.js';
import { createOwnNodes } from '../../src/cloud/nodes.js';
import { IssuerKeys } from '../../src/cloud/oidc/issuer-keys.js';
import type { RelyingParty } from '../../src/core/access/relying-party.js';
import { allScopes, decidingScopes, type Scope } from '../../src/core/access/scopes.js';
import type { HazardKind } from '../../src/core/chain/hazards.js';
import { type Clock, systemClock } from '../../src/core/clock.js';
import { type ChainId, defaultTenant, type TenantId } from '../../src/core/ids.js';
import { silentLog } from '../../src/core/log.js';
import { noMeter } from '../../src/core/meter.js';
import type { Demand } from '../../src/core/policy/demand.js';
import type { Signer } from '../../src/core/signing/signer.js';
import type { SigningRules } from '../../src/core/signing/signing-rules.js';
import type { Vault, WalletMarks } from '../../src/core/signing/vault.js';
import { journalMac } from '../../src/core/store/journal-mac.js';
import type { Store } from '../../src/core/store/store.js';
import type { Limits } from '../../src/http/limits.js';
import { createIntake } from '../../src/lifecycle/intake.js';
import { createRecord } from '../../src/signing/create.js';
import { identifyKeys } from '../../src/signing/sign.js';
import { createStore } from '../../src/storage/open-store.js';
import { journalKeyOf } from '../../src/vault/journal-key.js';
import { openVault, viewKey } from '../../src/vault/vault.js';
import { anySlot, freshLocation, type Kind, storeId } from '../storage/support.js';

const chains = createRegistry();
export const rootKey = new Uint8Array(32).fill(7);
export const journalKey = { key: journalKeyOf(rootKey, storeId), mayAdopt: false };
export const mac = journalMac(journalKey.key);

/** What no token has together with the rest. */
export const apart: readonly Scope[] = decidingScopes;
/** What one token may have together: everything but decisions and logins. */
const allButDecisions: readonly Scope[] = allScopes.filter((scope) => !apart.includes(scope));

/** Where users of tests have their passkeys. */
const site = { rpId: 'shop.example.com', origins: ['https://shop.example.com', 'https://app.shop.example.com'] };

/** An answer, read. */
export interface Answered {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Record<string, unknown>;
}

/** A request of a test. */
export interface Asked {
  readonly token?: string | undefined;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Counts who went away, and who came back. */
class WatchedOrphans extends Orphans {
  kept = 0;
  found = 0;

  override put(key: string, id: string): void {
    super.put(key, id);
    this.kept += 1;
  }

  override take(keyOf: () => string): string | undefined {
    const id = super.take(keyOf);
    if (id !== undefined) this.found += 1;
    return id;
  }
}

/** The API on a port of its own over a real store. */
export class TestApi {
  store: Store = undefined as never;
  api: RunningApi = undefined as never;
  orphans = new WatchedOrphans();
  /** What its JSON-RPC works with. */
  door: () => RpcOptions = () => {
    throw new Error('not open');
  };
  readonly vault = openVault({ rootKey: new Uint8Array(rootKey), storeId, chains });
  webhooks: ReturnType<typeof servedWebhooks> = undefined as never;
  /** URL of the node of ETH. */
  node = 'http://127.0.0.1:9';
  /** What persons decide goes there; counts when it is opened. */
  keeper: Pick<Signer, 'decree'> | undefined;
  /** Whether its signer makes wallets. */
  mayCreate = true;
  /** What everything needs; counts when it is opened. */
  needs: readonly Demand[] = [];
  /** What the operator allows; counts when it is opened. */
  rules: SigningRules = new Map();
  /** Attempts of users to log in; no time passes for them. */
  attempts = new Attempts(() => 0);
  /** The site of passkeys. */
  relyingParty: RelyingParty | undefined = site;
  /** URLs of further nodes. */
  nodes: Readonly<Record<string, string>> = {};
  /** What requests are prepared and handed over with. */
  handing: TransactionsParts = undefined as never;
  /** Whether it has the operations of the gateway; counts when it is opened. */
  tatum = false;
  /** What `doctor` examines. */
  config = readConfig({ testnet: true, store: '/nowhere/store.db' }, {}, '/nowhere');
  /** Tells how chains are reached. */
  readonly lanes = watchLanes(noMeter, () => this.clock.now());
  /** May be moved. */
  clock: Clock = systemClock;

  async open(location: string, limits: Partial<Limits> = {}): Promise<void> {
    this.store = await createStore(location, { storeId, slots: [anySlot()] });
    await this.store.unlockJournal(journalKey);
    const { store } = this;
    const clock: Clock = { ...systemClock, now: () => this.clock.now() };
    const { vault } = this;
    const wallets = await servedWallets({ store, vault, chains, clock, log: silentLog, signer: this.signer(vault) });
    const intake = tagsOwners(createIntake(store.journal), { store, vault });
    const own = Object.entries({ ETH: this.node, ...this.nodes });
    const lifecycle = {
      ...{ chains, clock, wallets: store.wallets, journal: store.journal, publicVault: vault },
      nodes: createOwnNodes({ clock, ownNodes: new Map(own.map(([id, url]) => [chains.get(id).id, url])) }),
      signer: this.signer(vault),
      rules: this.rules,
    };
    const judge = ownersJudge({ chains, clock, store, viewKey: viewKey(rootKey, storeId) });
    this.handing = { network: 'testnet', intake, lifecycle, limits: ownerLimits(lifecycle, judge) };
    const authenticator = new Authenticator({
      ...{ access: store.access, mac, clock, log: silentLog },
      ownersOf: (tenant, tags) => ownersOf({ store, vault }, tenant, tags),
    });
    this.webhooks = servedWebhooks({ store, mac, clock, log: silentLog, allowedHosts: ['127.0.0.1', 'localhost:9'] });
    const { signer } = lifecycle;
    const control = { store, clock, mac, viewKey: viewKey(rootKey, storeId), chains: chains.ids, signer };
    const inForce = frontApprovals({
      ...{ store, viewKey: viewKey(rootKey, storeId), publicVault: vault, signer: lifecycle.signer, chains, clock },
      needs: this.needs,
      developmentChainIds: new Map(),
    });
    const { attempts } = this;
    const siteNow = () => this.relyingParty;
    const logins = { store, tickets: store.tickets, mac, vault, clock, log: silentLog, attempts };
    const parts: GivenParts = {
      ...{ network: 'testnet', version: '1.2.3', clock, log: silentLog },
      wallets,
      ...{ journal: store.journal, audit: store.audit },
      auditProofs: servedAudit(store),
      overview: servedOverview({
        ...{ config: this.config, chains, clock, log: silentLog, store, viewKey: viewKey(rootKey, storeId) },
        ...{ network: 'testnet', lanes: this.lanes.states, policy: async () => (await inForce()).policy },
      }),
      feeds: new Feeds(store.events, clock),
      changes: new Changes(store.events),
      tokens: managedTokens({ access: store.access, mac, clock, owners: { store, vault } }, authenticator),
      webhooks: this.webhooks.service,
      users: createUsers({
        ...{ ...logins, access: store.access },
        ...{ keys: new IssuerKeys(), passwords: new Passwords({ logN: 14, r: 8, p: 1 }) },
      }),
      passkeys: createPasskeys({
        ...logins,
        get relyingParty() {
          return siteNow();
        },
      }),
      transactions: new Transactions(this.handing),
      signatures: new Signatures({ network: 'testnet', intake, lifecycle }),
      approvals: servedApprovals(inForce),
      freezes: servedFreezes(control),
      policies: servedPolicies({
        ...control,
        decoding: { vault: frontVault({ publicVault: vault, signer }), chains, developmentChainIds: new Map() },
      }),
    };
    const words = ethereumWords({ wallets: store.wallets, vault, signer: this.signer(vault) });
    const rpc = rpcParts({ ...parts, wallets, chains, words, nodes: lifecycle.nodes, missing() {} }, 'ETH');
    this.orphans = new WatchedOrphans();
    this.door = () => ({
      parts: { ...rpc, orphans: this.orphans, closing: this.api.closing },
      authenticator,
    });
    const ids = new Map(own.map(([id, url]) => [chains.get(id).id, url]));
    const subscriptions = checkedSubscriptions(storeSubscriptions({ store, mac, clock }), ['127.0.0.1']);
    const tatum = { api: parts, lifecycle, intake, authenticator, log: silentLog, nodes: ids, subscriptions };
    this.api = await startApi({
      parts,
      tatum: this.tatum ? tatumOperations(tatum) : undefined,
      rpc: { ...rpc, orphans: this.orphans },
      authenticator,
      ...{ host: '127.0.0.1', port: 0, limits },
    });
  }

  /** What a keeper does, in this process. */
  signer(vault: Vault): Pick<Signer, 'create' | 'identify' | 'decree'> {
    return {
      ...(this.keeper?.decree && { decree: this.keeper.decree }),
      ...(this.mayCreate && { create: (request) => createRecord(request, vault) }),
      identify: async (request) => identifyKeys(request, vault),
    };
  }

  async close(): Promise<void> {
    await this.webhooks.deliverer.close();
    await this.api.close();
    await this.store.close();
  }

  /** What signs beside the API works with. */
  carrying(): CarrierParts {
    const vault = openVault({ rootKey: new Uint8Array(rootKey), storeId, chains });
    const { judges: policy } = policyJudges({
      ...{ chains, clock: this.clock, log: silentLog, store: this.store, viewKey: viewKey(rootKey, storeId) },
      ...{ fourEye: undefined, needsFourEye: false, askMissing: () => undefined },
    });
    return { chains, store: this.store, vault, freezes: { now: async () => [] }, policy };
  }

  /** Signs all that waits, as a daemon beside the API does, in one round. */
  async signAll(options: Partial<CarrierOptions> = {}): Promise<void> {
    const judges = [{ name: 'yes', decide: async () => ({ kind: 'allow' }) }];
    const given = { network: 'testnet', nodes: { ETH: this.node }, judges, ...options };
    const carrier = await makeCarrier(this.carrying(), given, () => {});
    try {
      await carrier.runOnce();
    } finally {
      await carrier.close();
    }
  }

  /** A token's text. */
  async token({ owners, ...facts }: Partial<BoundToken> = {}): Promise<string> {
    const wanted = { tenant: defaultTenant, name: 'test', scopes: allButDecisions, rate: 100_000, ...facts };
    const { vault, store } = this;
    const parts = { access: store.access, mac, clock: systemClock, owners: async () => ({ store, vault }) };
    const { text } = await createToken(parts, { ...wanted, owners });
    return text.exposeText();
  }

  /** Makes a wallet; its vault has the root key. */
  async wallet(chain = 'ETH', tenant?: TenantId, marks: WalletMarks = {}) {
    const vault = openVault({ rootKey: new Uint8Array(rootKey), storeId, chains });
    const kind = { kind: 'key' as const, ...(tenant !== undefined && { tenant }), ...marks };
    const { wallet, sealed } = await vault.create(chains.get(chain).id, 'testnet', kind);
    await this.store.wallets.add([sealed]);
    return wallet;
  }

  async ask(operation: string, { token, body, headers = {} }: Asked = {}): Promise<Answered> {
    const [method = '', path = ''] = operation.split(' ');
    const answer = await fetch(`${this.api.url}${path}`, {
      method,
      headers: {
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const type = answer.headers.get('content-type') ?? '';
    // A stream does not end by itself.
    if (type === 'text/event-stream') await answer.body?.cancel();
    const text = type === 'text/event-stream' ? '' : await answer.text();
    const isLines = type === 'application/x-ndjson';
    return { status: answer.status, headers: answer.headers, body: text === '' || isLines ? {} : JSON.parse(text) };
  }

  /** Opens a connection and says nothing. */
  hold(): Promise<Socket> {
    return new Promise((resolve, reject) => {
      const socket = connect(this.api.port, '127.0.0.1', () => resolve(socket));
      socket.on('error', reject);
    });
  }

  /** Sends bytes as they are, and resolves to the whole answer. */
  raw(text: string): Promise<string> {
    return new Promise((resolve, reject) => {
      const socket = connect(this.api.port, '127.0.0.1', () => socket.write(text));
      let answer = '';
      socket.on('data', (part) => {
        answer += String(part);
      });
      socket.on('end', () => resolve(answer));
      socket.on('error', reject);
    });
  }
}

/** What an operator allows beside the defaults, by chain. */
type Allowed = ReadonlyMap<ChainId, { readonly allowedHazards: readonly HazardKind[] }>;

interface Opening {
  readonly mayCreate?: boolean;
  readonly allowed?: Allowed;
  /** Done before each is opened. */
  before?(): Promise<void>;
}

/** A fresh API for each test of the file that calls this. */
export function freshApi(
  kind?: Kind,
  limits: Partial<Limits> = {},
  { mayCreate = true, allowed = new Map(), before }: Opening = {},
): TestApi {
  const location = freshLocation(kind);
  const test = new TestApi();
  beforeEach(async () => {
    await before?.();
    test.clock = systemClock;
    test.relyingParty = site;
    test.attempts = new Attempts(() => 0);
    test.mayCreate = mayCreate;
    test.rules = new Map(
      [...allowed].map(([chain, { allowedHazards }]) => [
        chain,
        { feeCeilings: new Map(), allowedHazards: new Set(allowedHazards) },
      ]),
    );
    await test.open(location(), limits);
  });
  afterEach(() => test.close());
  return test;
}
