import { Authenticator } from '../../api/authenticator.js';
import { Feeds } from '../../api/feeds.js';
import { startApi } from '../../api/server.js';
import { Changes } from '../../api/waiting/changes.js';
import { IssuerKeys } from '../../cloud/oidc/issuer-keys.js';
import type { ChainRegistry } from '../../core/chain/chain.js';
import type { Clock } from '../../core/clock.js';
import { CustosError } from '../../core/errors.js';
import { type Log, tell } from '../../core/log.js';
import type { Carrier, Intake } from '../../core/network/intake.js';
import { isLoopback } from '../../core/network/loopback.js';
import type { Signer } from '../../core/signing/signer.js';
import { journalMac } from '../../core/store/journal-mac.js';
import type { Store } from '../../core/store/store.js';
import { createIntake } from '../../lifecycle/intake.js';
import { openPublicVault } from '../../vault/public-vault.js';
import { frontApprovals, frontVault } from '../approvals/front.js';
import type { Config } from '../config/config.js';
import { SettingsReader } from '../config/reader.js';
import { openConsole } from '../console/open.js';
import { codeAttempts } from '../console/passwords.js';
import { PersonRecord } from '../console/record.js';
import type { Door } from '../daemon/door.js';
import { ownersJudge } from '../daemon/policy-judges.js';
import { readContracts } from '../gateway/contracts.js';
import { checkedSubscriptions } from '../gateway/messages.js';
import { fetchOf, proxiesOf } from '../network/way-out.js';
import type { LaneStates } from '../overview/lanes.js';
import { servedOverview } from '../overview/served.js';
import { packageVersion } from '../process/package.js';
import { Attempts } from '../users/attempts.js';
import { createPasskeys } from '../users/passkeys.js';
import { Passwords } from '../users/passwords.js';
import { createUsers } from '../users/service.js';
import { ownersOf, tagsOwners } from '../wallets/owner-tags.js';
import { servedApprovals } from './approvals.js';
import { servedAudit } from './audit.js';
import { servedFreezes, servedPolicies } from './control.js';
import { storeSubscriptions } from './gateway/subscriptions.js';
import { tatumOperations } from './gateway/tatum.js';
import { ownerLimits } from './owner-limits.js';
import { openClefSocket } from './rpc/clef-socket.js';
import { rpcParts } from './rpc/parts.js';
import { ethereumWords } from './rpc/words.js';
import { servedWallets } from './served-wallets.js';
import { Signatures } from './signatures.js';
import { developmentChainIds } from './signers.js';
import { readTls } from './tls.js';
import { managedTokens } from './tokens.js';
import { Transactions, type TransactionsParts } from './transactions.js';
import { servedWebhooks } from './webhooks.js';

/** What the API is made of. */
export interface ApiDoorParts {
  readonly config: Config;
  readonly chains: ChainRegistry;
  readonly clock: Clock;
  readonly log: Log;
  readonly store: Store;
  /** Of the public halves, 32 bytes. */
  readonly viewKey: Uint8Array;
  /** Authenticates the journal, 32 bytes. */
  readonly journalKey: Uint8Array;
  /** What it takes over is completed and decoded as on the way of a transaction. */
  readonly lifecycle: TransactionsParts['lifecycle'] & {
    readonly signer: Pick<Signer, 'create' | 'identify' | 'decree'>;
  };
  /** How this process reaches its chains; absent where it does not sign. */
  readonly lanes?: LaneStates;
  /** Carries what was accepted, if this process signs. */
  readonly carrier?: Carrier;
  /** Counts that somebody asked for a key that is not here. */
  readonly missing?: () => void;
  /** Called when it listens. */
  readonly onListening?: (url: string) => void;
}

/** Opens the API beside a daemon. @throws CustosError PORT_IN_USE */
export async function openApiDoor(given: ApiDoorParts): Promise<Door> {
  const { config, chains, clock, log, store, viewKey, journalKey, lifecycle, carrier, missing, onListening } = given;
  const { network, serve } = config;
  if (serve === undefined) throw new CustosError('INTERNAL', 'the API was opened without its settings');
  const vault = openPublicVault({ viewKey, storeId: store.storeId, chains });
  const mac = journalMac(journalKey);
  const wallets = await servedWallets({ store, vault, chains, clock, log, signer: lifecycle.signer });
  const authenticator = new Authenticator({
    ...{ access: store.access, mac, clock, log },
    ...(serve.tls && { certificates: serve.tls.clients }),
    ownersOf: (tenant, tags) => ownersOf({ store, vault }, tenant, tags),
  });
  const heard = new AbortController();
  const intake = whileHeard(tagsOwners(createIntake(store.journal, carrier), { store, vault }), heard.signal);
  const { webhookHosts: allowedHosts = [], webhookDays: days } = serve;
  const webhooks = servedWebhooks({ store, mac, clock, log, allowedHosts, days });
  const control = { store, clock, mac, viewKey, chains: chains.ids, signer: lifecycle.signer };
  const chainIds = developmentChainIds(chains, lifecycle.rules);
  const inForce = frontApprovals({
    ...{ store, viewKey, publicVault: vault, signer: lifecycle.signer, chains, clock, needs: config.needs },
    developmentChainIds: chainIds,
  });
  const logins = { store, tickets: store.tickets, mac, vault, clock, log, attempts: new Attempts() };
  const passwords = new Passwords();
  const parts = {
    ...{ network, clock, log, wallets },
    version: packageVersion(),
    ...{ journal: store.journal, audit: store.audit },
    auditProofs: servedAudit(store),
    overview: servedOverview({
      ...{ config, chains, clock, log, store, viewKey, network, lanes: given.lanes },
      policy: async () => (await inForce()).policy,
    }),
    feeds: new Feeds(store.events, clock),
    changes: new Changes(store.events, carrier !== undefined),
    tokens: managedTokens({ access: store.access, mac, clock, owners: { store, vault } }, authenticator),
    webhooks: webhooks.service,
    users: createUsers({
      ...{ ...logins, access: store.access, passwords },
      keys: new IssuerKeys({ proxies: proxiesOf(config.proxies) }),
    }),
    passkeys: createPasskeys({ ...logins, relyingParty: serve.relyingParty }),
    transactions: new Transactions({
      ...{ network, lifecycle, intake },
      limits: ownerLimits(lifecycle, ownersJudge({ chains, clock, store, viewKey })),
    }),
    signatures: new Signatures({ network, lifecycle, intake }),
    approvals: servedApprovals(inForce),
    freezes: servedFreezes(control),
    policies: servedPolicies({
      ...control,
      decoding: {
        vault: frontVault({ publicVault: vault, signer: lifecycle.signer }),
        chains,
        developmentChainIds: chainIds,
      },
    }),
  };
  const words = ethereumWords({ wallets: store.wallets, vault, signer: lifecycle.signer });
  const { nodes } = lifecycle;
  const rpc = rpcParts({ ...parts, chains, words, nodes, missing: missing ?? (() => {}) }, serve.rpcChain);
  const tatum = serve.tatum
    ? tatumOperations({
        ...{ api: parts, lifecycle, intake, authenticator, log },
        ...{ nodes: config.daemon.nodes, fetch: fetchOf(config.proxies) },
        subscriptions: checkedSubscriptions(storeSubscriptions({ store, mac, clock }), allowedHosts),
        contracts: readContracts(new SettingsReader({}, {}), config, chains),
      })
    : undefined;
  const { tls: _files, console: _isOn, ...place } = serve;
  const tls = await readTls(serve, log);
  const page = openConsole({
    ...{ ...logins, passwords, codeAttempts: codeAttempts(), serve },
    record: new PersonRecord({ audit: store.audit, log }),
    constitution: async () => (await inForce()).constitution,
  });
  const api = await startApi({ parts, rpc, authenticator, ...place, ...page?.place, tatum, ...(tls && { tls }) });
  page?.listens(api);
  const opening = serve.clef && openClefSocket(serve.clef, { parts: { ...rpc, closing: api.closing }, authenticator });
  // A server that is left listening would keep the process from ending with the error.
  const socket = await opening?.catch((error: unknown) =>
    api.close().then(() => {
      throw error;
    }),
  );
  webhooks.deliverer.start();
  tell(log, 'api-listening', { url: api.url });
  if (!isLoopback(serve.host) && tls === undefined) tell(log, 'api-exposed', { host: serve.host });
  onListening?.(api.url);
  return {
    async close() {
      const doors = Promise.all([socket?.close(), api.close()]).finally(() => heard.abort());
      await Promise.all([doors, webhooks.deliverer.close()]);
    },
  };
}

/**
 * Accepts nothing more when every connection is closed. Whoever asked saw the connection break, and may ask again without a key that
 * tells that it is the same.
 */
function whileHeard(intake: Intake, ended: AbortSignal): Intake {
  return {
    ...intake,
    async accept(request, wallets) {
      if (ended.aborted) throw new CustosError('STORE_UNREACHABLE', 'the server has ended');
      return intake.accept(request, wallets);
    },
  };
}
