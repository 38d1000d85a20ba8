import { setFlagsFromString } from 'node:v8';
import { pollCost, pollCostText, takesCredits } from '../../cloud/poll-cost.js';
import type { ChainRegistry } from '../../core/chain/chain.js';
import type { Clock } from '../../core/clock.js';
import { CustosError } from '../../core/errors.js';
import { tell } from '../../core/log.js';
import type { Meter } from '../../core/meter.js';
import type { Cloud, Nodes } from '../../core/network/cloud.js';
import type { Judge } from '../../core/signing/judge.js';
import type { Signer } from '../../core/signing/signer.js';
import type { SigningRules } from '../../core/signing/signing-rules.js';
import type { Store } from '../../core/store/store.js';
import { createCloudSource } from '../../daemon/cloud-source.js';
import { Daemon, type DaemonOptions, type Tally } from '../../daemon/daemon.js';
import type { DaemonParts } from '../../daemon/parts.js';
import { LeaseKeeper } from '../../lifecycle/lease-keeper.js';
import { absentCloud } from '../../lifecycle/local-source.js';
import type { LifecycleParts } from '../../lifecycle/parts.js';
import type { Trace } from '../../lifecycle/step.js';
import { createWay } from '../../lifecycle/way.js';
import { createKeeperClient, type KeeperClientOptions } from '../../signing/keeper/keeper-client.js';
import { openPublicVault } from '../../vault/public-vault.js';
import { recordRefusal } from '../audit/unlock.js';
import { type DaemonSettings, daemonProblems } from '../config/check.js';
import { refuseProblems } from '../config/problem.js';
import { readSigningRules, unguardedChains } from '../config/signing-rules.js';
import { openFreezes } from '../freezes/open.js';
import { whileWatched } from '../freezes/serve.js';
import type { FreezeWatch } from '../freezes/watch.js';
import { makeCloud, makeNodes } from '../network/cloud.js';
import { watchLanes } from '../overview/lanes.js';
import type { CountingLog } from '../process/log.js';
import { openJournal } from '../store/journal.js';
import { tracesTo } from '../traces/open.js';
import { withJudges } from './approval-judges.js';
import { withAudit } from './audited.js';
import { createControlFeed } from './control-feed.js';
import { type Door, type DoorParts, withDoor } from './door.js';
import { makeFourEye } from './judges.js';
import { SignerOpenings } from './opening.js';
import type { OwnKeeper } from './own-keeper.js';
import { countWallets } from './polled-wallets.js';
import { connectTo } from './signer-service.js';
import { createWatch } from './watch.js';

/** The parts of a daemon. The caller closes the store. */
export interface DaemonMeans {
  readonly config: DaemonSettings;
  readonly chains: ChainRegistry;
  readonly clock: Clock;
  readonly log: CountingLog;
  store(): Promise<Store>;
  /** Opens another door beside the polls. It is closed when the daemon ends. */
  readonly openDoor?: (parts: DoorParts) => Promise<Door>;
  /** The keeper of this daemon, unless `--signer` names a service. */
  readonly keeper?: OwnKeeper;
}

export interface DaemonRun {
  /** Ends a daemon that serves. */
  readonly signal: AbortSignal;
  readonly trace?: Trace;
  /** Called once when everything is open and the first poll starts. */
  readonly onReady?: (signer: Signer) => void;
}

/**
 * Runs the daemon as configured: one round with `--run-once`, else until the signal. It never has the password: a keeper in
 * another process has it.
 * @throws CustosError FOUR_EYE_MISSING, API_KEY_MISSING, URL_*, CHAIN_UNKNOWN, PASSWORD_WRONG, DAEMON_RUNNING, STORE_*; several
 *   mistakes in the settings are one CONFIG_INVALID
 */
export async function runDaemon(means: DaemonMeans, run: DaemonRun): Promise<Readonly<Tally>> {
  const { config, chains, clock, log } = means;
  refuseProblems(daemonProblems(config, chains, { hasPolicy: await hasPolicy(means) }));
  spareMemory();
  const fourEye = await makeFourEye({ config, clock, log });
  const { cloud, nodes } = outside(means);
  const rules = readSigningRules(config.daemon, chains, config.network);
  for (const chain of unguardedChains(config.daemon)) tell(log, 'every-hazard-allowed', { chain });
  const store = await means.store();
  await store.lockForDaemon();
  const watch = createWatch({ config, chains, clock, log, store, signal: run.signal });
  const { meter, states: lanes } = watchLanes(watch.meter, clock.now);
  const traces = tracesTo(means, run.trace);
  const openings = new SignerOpenings({ store, at: config.signer.at });
  const signer = await startSigner(means, { store, meter, rules, openings });
  try {
    // Here the password is asked for. A wrong one ends the daemon before anything listens.
    const opening = { store, command: config.serve === undefined ? 'daemon' : 'serve' };
    const viewKey = await recordRefusal(opening, () => signer.unlock());
    const journalKey = await signer.journalKey();
    await openings.record(signer);
    await watch.open(signer);
    await openJournal({ log }, store, journalKey);
    const freezes = openFreezes({ store, clock, log, meter }, { viewKey, journalKey: journalKey.key });
    const judging = { config, chains, clock, log, store, viewKey, fourEye, needsFourEye: config.network === 'mainnet' };
    return await withJudges(judging, (judges) => {
      const lifecycle = lifecycleParts(means, {
        store,
        viewKey,
        freezes,
        signer,
        nodes,
        judges,
        meter,
        rules,
        run: traces,
      });
      const way = createWay(lifecycle);
      const parts: DaemonParts = {
        ...lifecycle,
        network: config.network,
        wallets: store.wallets,
        source: cloud === undefined ? absentCloud : createCloudSource(cloud),
        way,
        shared: store.shared,
        ...(config.daemon.transactions && { onlyTransactions: config.daemon.transactions }),
      };
      const daemon = new Daemon(parts, daemonOptions(config));
      return withAudit(means, { store, signer }, () =>
        whileWatched({ store, clock, log, freezes, signer, journalKey: journalKey.key }, () =>
          withDoor(
            means.openDoor,
            { store, lifecycle, lanes, carrier: daemon, viewKey, journalKey: journalKey.key },
            {
              signal: run.signal,
              run: () => serve(means, { ...run, parts, signer, daemon }),
            },
          ),
        ),
      );
    });
  } finally {
    await watch
      .close()
      .finally(() => signer.close())
      .finally(() => traces.close());
  }
}

/** What serves applications by itself may do without a cloud. */
function outside({ config, clock, log }: DaemonMeans): { readonly cloud?: Cloud; readonly nodes: Nodes } {
  if (config.serve !== undefined && !config.secrets.has('apiKey')) return { nodes: makeNodes({ config, clock }) };
  return makeCloud({ config, clock, log });
}

/**
 * A daemon runs for months beside other programs. Its objects live only briefly, so V8's young generation need not grow to its
 * usual 48 MB beyond what `frontFlags` give it. The old one grows by this much before it is collected: a fifth would be four
 * collections a second in a drain, and more would hold what the ids of a million wallets leave at every poll.
 * (--optimize-for-size would cost a quarter of the speed.)
 */
function spareMemory(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
  setFlagsFromString('--heap-growing-percent=60');
}

/** The open parts when the daemon starts its work. */
interface Opened {
  readonly store: Store;
  /** Of the public halves, 32 bytes. */
  readonly viewKey: Uint8Array;
  readonly freezes: FreezeWatch;
  readonly signer: Signer;
  readonly nodes: Nodes;
  readonly judges: readonly Judge[];
  readonly meter: Meter;
  readonly rules: SigningRules;
  readonly run: Pick<DaemonRun, 'trace'>;
}

function lifecycleParts({ config, chains, clock, log }: DaemonMeans, opened: Opened): LifecycleParts {
  const { store, viewKey, freezes, signer, nodes, judges, meter, rules, run } = opened;
  const { confirmations, maxAttempts, wallets } = config.daemon;
  const feed = createControlFeed({ store, signer, viewKey, clock, log });
  return {
    chains,
    wallets: store.wallets,
    publicVault: openPublicVault({ viewKey, storeId: store.storeId, chains }),
    journal: store.journal,
    nodes,
    signer,
    control: feed.of,
    judges,
    freezes,
    meter,
    clock,
    log,
    leases: new LeaseKeeper(store.journal, log),
    maxAttempts,
    confirmations: (chain) => confirmations.chains.get(chain) ?? confirmations.default,
    rules,
    ...(wallets && { onlyWallets: wallets }),
    ...(run.trace && { trace: run.trace }),
  };
}

/** Whether a policy may stand in for the four-eye service that mainnet needs: more is known only when the store is open. */
async function hasPolicy({ config, store }: DaemonMeans): Promise<boolean> {
  if (config.network !== 'mainnet' || config.daemon.externalUrl !== undefined) return false;
  try {
    return (await (await store()).policies.after(0)).length > 0;
  } catch (error) {
    // Then the missing service is the first thing to say.
    if (error instanceof CustosError) return false;
    throw error;
  }
}

interface Serving extends DaemonRun {
  readonly parts: DaemonParts;
  readonly signer: Signer;
  readonly daemon: Daemon;
}

function daemonOptions({ daemon: { period, idlePeriod, concurrency, chains } }: DaemonSettings): DaemonOptions {
  const periods = { shortest: period, longest: Math.max(period, idlePeriod) };
  return { periods, concurrency, ...(chains && { chains }) };
}

async function serve(
  { config, log }: Pick<DaemonMeans, 'config' | 'log'>,
  { parts, signer, daemon, signal, onReady }: Serving,
): Promise<Readonly<Tally>> {
  const { period, idlePeriod, runOnce } = config.daemon;
  const { count, asked } = await countWallets(config, parts.wallets);
  const cost = pollCost({ wallets: asked, period, idlePeriod });
  const hasCloud = config.secrets.has('apiKey');
  const credits = hasCloud && takesCredits(config) && { creditsPerDay: cost.creditsPerDay };
  const { network } = parts;
  tell(log, 'daemon-started', { network, wallets: count, signer: signer.name, ...credits });
  if (!runOnce && credits) tell(log, 'polling-costs', { ...cost, text: pollCostText(cost, period) });
  if (count === 0) tell(log, 'store-empty', { network });
  onReady?.(signer);
  const tally = runOnce ? await daemon.runOnce() : await daemon.run(signal);
  tell(log, 'daemon-stopped', tally);
  return tally;
}

interface SignerParts {
  readonly store: Store;
  readonly meter: Meter;
  readonly rules: SigningRules;
  readonly openings: SignerOpenings;
}

async function startSigner(means: DaemonMeans, { store, meter, rules, openings }: SignerParts): Promise<Signer> {
  const { storeId } = store;
  const slots = await store.slots.all();
  const way = wayToKeeper(means, storeId);
  means.keeper?.onReplaced(() => meter.signerRestarted());
  const signer = createKeeperClient({
    get name() {
      return way.name();
    },
    connect: way.connect,
    ...(way.onLost && { onLost: way.onLost }),
    onRestart() {
      meter.signerRestarted();
      // What fails here fails the next question, too.
      void openings.announce(signer).catch(() => undefined);
    },
    storeId,
    slots,
    rules,
  });
  return signer;
}

interface WayToKeeper extends Pick<KeeperClientOptions, 'connect' | 'onLost'> {
  name(): string;
}

function wayToKeeper({ config, keeper }: Pick<DaemonMeans, 'config' | 'keeper'>, storeId: string): WayToKeeper {
  const { at } = config.signer;
  if (at !== undefined) return { name: () => `signer at ${at}`, connect: () => connectTo(at) };
  if (keeper === undefined) throw new CustosError('INTERNAL', 'a daemon was started without a keeper');
  return {
    name: () => keeper.name,
    connect: () => keeper.connect(storeId),
    onLost: () => keeper.onLost(),
  };
}
