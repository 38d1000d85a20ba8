import { readFile, stat } from 'node:fs/promises';
import { setFlagsFromString } from 'node:v8';
import { checkFourEyeUrl, createFourEye } from '../../cloud/four-eye.js';
import { CustosError } from '../../core/errors.js';
import { tell } from '../../core/log.js';
import type { Meter } from '../../core/meter.js';
import { Secret } from '../../core/secret.js';
import type { Judge } from '../../core/signing/judge.js';
import type { Signer } from '../../core/signing/signer.js';
import type { SigningRules } from '../../core/signing/signing-rules.js';
import { decodeText } from '../../core/text/text-bytes.js';
import { createCloudSource } from '../../daemon/cloud-source.js';
import { Daemon, type Tally } from '../../daemon/daemon.js';
import type { DaemonParts } from '../../daemon/parts.js';
import { LeaseKeeper } from '../../lifecycle/lease-keeper.js';
import type { LifecycleParts } from '../../lifecycle/parts.js';
import type { Trace } from '../../lifecycle/step.js';
import { createWay } from '../../lifecycle/way.js';
import { createSignerClient } from '../../signing/signer-client.js';
import { openSlots } from '../../vault/key-slots.js';
import { openPublicVault } from '../../vault/public-vault.js';
import { settingValue } from '../config/config.js';
import { GET_REMEDY, GET_RISK } from '../config/four-eye.js';
import { readSigningRules, unguardedChains } from '../config/signing-rules.js';
import type { House } from '../house.js';
import { makeCloud } from '../network/cloud.js';
import { countWallets, pollCost, pollCostText, takesCredits } from '../network/poll-cost.js';
import { proxiesOf, readHeaders } from '../network/way-out.js';
import { signerProgram } from '../signer/program.js';
import { openJournal } from '../store/journal.js';
import { createWatch } from './watch.js';

/** How long a stopping daemon waits for what is on its way, in milliseconds. */
const GRACE = 30_000;

export interface DaemonRun {
  /** Ends a daemon that serves. */
  readonly signal: AbortSignal;
  readonly trace?: Trace;
  /** Told once when everything is open and the first poll starts. */
  readonly onReady?: (signer: Signer) => void;
}

/**
 * Runs the daemon as configured: one round with `--run-once`, else until the signal.
 * @throws CustosError FOUR_EYE_MISSING, API_KEY_MISSING, URL_*, CHAIN_UNKNOWN, PASSWORD_WRONG, DAEMON_RUNNING, STORE_*
 */
export async function runDaemon(house: House, { signal, trace, onReady }: DaemonRun): Promise<Readonly<Tally>> {
  const { config } = house;
  // A daemon runs for months beside other programs. What it makes lives for moments only, so V8's young generation need not
  // grow to its usual 48 MB, and the old one may grow by a fifth before it is collected. The ids of a million wallets leave
  // garbage behind at every poll. (--optimize-for-size would cost a quarter of the speed.)
  setFlagsFromString('--semi-space-growth-factor=1');
  setFlagsFromString('--heap-growing-percent=20');
  const judges = await makeJudges(house);
  const { cloud, nodes } = makeCloud(house);
  const { chains: named = [], nodes: own, confirmations } = config.daemon;
  for (const chain of [...named, ...own.keys(), ...confirmations.chains.keys()]) {
    house.chains.get(chain);
  }
  const rules = readSigningRules(config.daemon, house.chains, config.network);
  for (const chain of unguardedChains(config.daemon)) house.log.warn({ chain }, 'every hazard is allowed');
  const store = await house.store();
  await store.lockForDaemon();
  const watch = createWatch(house, store, signal);
  const { meter } = watch;
  const signer = await startSigner(house, { meter, rules });
  try {
    await watch.open(signer);
    const publicKey = await signer.unlock();
    await openJournal(house, store, await signer.journalKey());
    const lifecycle: LifecycleParts = {
      chains: house.chains,
      wallets: store.wallets,
      publicVault: openPublicVault({ publicKey, storeId: store.storeId, chains: house.chains }),
      journal: store.journal,
      nodes,
      signer,
      judges,
      meter,
      clock: house.clock,
      log: house.log,
      leases: new LeaseKeeper(store.journal, house.log),
      maxAttempts: config.daemon.maxAttempts,
      confirmations: (chain) => confirmations.chains.get(chain) ?? confirmations.default,
      rules,
      ...(config.daemon.wallets && { onlyWallets: config.daemon.wallets }),
      ...(trace && { trace }),
    };
    const parts: DaemonParts = {
      ...lifecycle,
      network: config.network,
      wallets: store.wallets,
      source: createCloudSource(cloud),
      way: createWay(lifecycle),
      shared: store.shared,
      ...(config.daemon.transactions && { onlyTransactions: config.daemon.transactions }),
    };
    return await serve(house, { parts, signer, signal, ...(onReady && { onReady }) });
  } finally {
    await watch.close();
    await signer.close();
  }
}

async function serve(
  house: House,
  { parts, signer, signal, onReady }: DaemonRun & { readonly parts: DaemonParts; readonly signer: Signer },
): Promise<Readonly<Tally>> {
  const { period, idlePeriod, concurrency, chains, runOnce } = house.config.daemon;
  const periods = { shortest: period, longest: Math.max(period, idlePeriod) };
  const daemon = new Daemon(parts, { periods, concurrency, ...(chains && { chains }) });
  const { count, asked } = await countWallets(house.config, parts.wallets);
  const cost = pollCost({ wallets: asked, period, idlePeriod });
  const credits = takesCredits(house.config) && { creditsPerDay: cost.creditsPerDay };
  const { network } = parts;
  tell(house.log, 'daemon-started', { network, wallets: count, signer: signer.name, ...credits });
  if (!runOnce && credits) house.log.info({ ...cost, text: pollCostText(cost, period) }, 'polling costs credits');
  if (count === 0) house.log.warn({ network: parts.network }, 'store has no wallets on this network');
  onReady?.(signer);
  const tally = runOnce ? await daemon.runOnce() : await daemon.run(signal, GRACE);
  tell(house.log, 'daemon-stopped', tally);
  return tally;
}

async function startSigner(house: House, { meter, rules }: { meter: Meter; rules: SigningRules }): Promise<Signer> {
  const store = await house.store();
  const slots = await store.slots.all();
  const password = await house.password();
  try {
    // Whoever mistyped it is told at once, not by a signer process that ends.
    (await openSlots(slots, password, store.storeId)).fill(0);
  } catch (error) {
    password.wipe();
    throw error;
  }
  return createSignerClient({
    ...signerProgram(),
    slots,
    storeId: store.storeId,
    rules,
    password,
    count: house.config.daemon.signers,
    log: house.log,
    onRestart: () => meter.signerRestarted(),
  });
}

async function makeJudges(house: House): Promise<readonly Judge[]> {
  const { config, clock, log } = house;
  const { externalUrl, externalUrlMethod, acceptsGet, unsignedAnswers } = config.daemon;
  if (externalUrl === undefined) {
    if (config.network === 'mainnet') throw new CustosError('FOUR_EYE_MISSING', 'mainnet needs a four-eye service');
    return [];
  }
  checkFourEyeUrl(externalUrl, config.network);
  if (externalUrlMethod === 'GET' && !acceptsGet) {
    log.warn({ risk: GET_RISK, remedy: GET_REMEDY }, 'four-eye service is asked by GET');
  }
  const secret = await fourEyeSecret(house);
  return [
    createFourEye({
      url: externalUrl,
      method: externalUrlMethod,
      network: config.network,
      clock,
      unsignedAnswers,
      proxies: proxiesOf(config),
      extra: readHeaders(config, 'fourEyeHeaderFile'),
      ...(secret && { secret }),
    }),
  ];
}

/** From the file that `--four-eye-secret` names, or from CUSTOS_FOUR_EYE_SECRET itself. */
async function fourEyeSecret({ config, log }: House): Promise<Secret | undefined> {
  const file = config.flags['fourEyeSecret'];
  if (typeof file === 'string') {
    const [bytes, { mode }] = await Promise.all([readFile(file), stat(file)]).catch(() => {
      throw new CustosError('CONFIG_INVALID', `the four-eye secret file ${file} cannot be read`);
    });
    const decoded = decodeText(bytes);
    bytes.fill(0);
    if ('problem' in decoded) {
      throw new CustosError('CONFIG_INVALID', `the four-eye secret file ${file} ${decoded.problem}`);
    }
    if ((mode & 0o077) !== 0) log.warn({ file }, 'others may read the four-eye secret, and approve by it');
    return Secret.text(decoded.text.trim());
  }
  const value = settingValue('fourEyeSecret', {}, config.environment);
  return value === undefined ? undefined : Secret.text(value);
}
