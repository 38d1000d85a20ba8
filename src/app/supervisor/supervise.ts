import { setTimeout as wait } from 'node:timers/promises';
import { CustosError } from '../../core/errors.js';
import type { Log } from '../../core/log.js';
import type { SigningRules } from '../../core/signing/signing-rules.js';
import type { Config } from '../config/config.js';
import { readSigningRules } from '../config/signing-rules.js';
import { keyHolders } from '../hsm/holders.js';
import { listenPrivately, type PrivateSocket } from '../keeper/socket.js';
import { type StartedKeeper, startKeeper } from '../keeper/start.js';
import { openStateFile, type StateFile } from '../keeper/state-file.js';
import { keeperKey } from '../keeper/store-key.js';
import type { StoreKey } from '../store/store-key.js';
import { type Ending, type FrontChild, type FrontStart, startFront } from './front-child.js';
import { keeperEvents, type ToFront } from './messages.js';

/** The parts of a supervisor. */
export interface SupervisorMeans {
  readonly config: Pick<Config, 'network' | 'daemon' | 'signer' | 'serve' | 'hsm' | 'secrets' | 'proxies'>;
  readonly front: FrontStart;
  /** What opens the store, asked for once; this module wipes it. */
  key(storeId: string): Promise<StoreKey>;
  /** Called with the process id of each signer process that was started. */
  readonly onSigner?: (pid: number) => void;
}

/** Milliseconds for a front without a keeper to end what it has begun. */
const PATIENCE = 10_000;

/**
 * Runs a daemon as two child processes: the front, which has network and store, and the keeper, which has the password. This
 * process reads the password when the front asks for the keeper, and then only moves bytes between the two. When one of them
 * ends, so does the other; when this process is gone, both end by themselves.
 * @param stop - ends the daemon; its reason is the name of a signal
 * @returns the exit code of the front
 * @throws CustosError FRONT_DIED, SIGNER_DIED: the keeper ended, and the password with it; PASSWORD_*, CANCELLED_BY_USER
 */
export async function superviseDaemon(means: SupervisorMeans, stop: AbortSignal): Promise<number> {
  const front = startFront(means.front);
  const onStop = () => front.send({ kind: 'stop', signal: String(stop.reason) });
  if (stop.aborted) onStop();
  else stop.addEventListener('abort', onStop, { once: true });
  const over = new AbortController();
  const kept = keepFor(front, means, over.signal);
  try {
    const fault = await Promise.race([front.ended.then(faultOf), kept]);
    if (fault !== undefined) throw await stopped(front, fault);
    return exitCode(await front.ended);
  } finally {
    over.abort();
    front.kill();
    await front.ended;
  }
}

/**
 * Starts the keeper beside the front, opens it when the front needs it, and ends it with the signal.
 * @returns why the front cannot go on
 * @throws CustosError PASSWORD_*, CANCELLED_BY_USER, SIGNER_DIED: there is no keeper
 */
async function keepFor(front: FrontChild, means: SupervisorMeans, over: AbortSignal): Promise<CustosError> {
  const keeper = await openKeeper(means, front, over);
  const control = await listenForControl(means.config.signer, keeper);
  const close = () => {
    control?.close();
    void keeper.close();
  };
  if (over.aborted) close();
  else over.addEventListener('abort', close, { once: true });
  keeper.attach(front.stream);
  front.send({ kind: 'keeper-ready' });
  const ended = keeper.ended.then((ending) => new CustosError('SIGNER_DIED', `the keeper ended with ${ending}`));
  return Promise.race([ended, front.keeperLost.then(connectionLost), ...(control === undefined ? [] : [control.lost])]);
}

/** The keeper's own door, if there is one: whoever may open it freezes. @throws CustosError SOCKET_UNSAFE, SIGNER_RUNNING: none is opened */
async function listenForControl(
  { control, forGroup }: SupervisorMeans['config']['signer'],
  keeper: StartedKeeper,
): Promise<PrivateSocket | undefined> {
  if (control === undefined) return undefined;
  try {
    return await listenPrivately({ path: control, forGroup, onFront: keeper.attachControl });
  } catch (error) {
    await keeper.close();
    throw error;
  }
}

function connectionLost(): CustosError {
  return new CustosError('SIGNER_DIED', 'the connection between front and keeper was lost');
}

/** A front whose last word was that it lost the keeper did not say it to the user. */
function faultOf({ isKeeperLost }: Ending): CustosError | undefined {
  return isKeeperLost ? connectionLost() : undefined;
}

async function openKeeper(
  { config, key: ask, onSigner }: SupervisorMeans,
  front: FrontChild,
  over: AbortSignal,
): Promise<StartedKeeper> {
  let key: StoreKey | undefined;
  const read = async () => {
    const storeId = await Promise.race([front.keeperNeeded, overOf(over)]);
    const rules = await rulesOf(config);
    const file = await stateFileOf(config.signer, front);
    key = await ask(storeId);
    return {
      ...{ ...keeperKey(key), storeId, rules, count: config.daemon.signers },
      // Applications get their wallets made by it; a daemon's front has no need of that.
      mayCreate: config.serve !== undefined,
      ...(file && { file }),
    };
  };
  const onReplaced = () => front.send({ kind: 'signer-replaced' });
  // Nothing is started before a signature of a key outside is wanted.
  const holder = keyHolders({ config });
  over.addEventListener('abort', () => holder.close(), { once: true });
  const log = logThrough(front.send, onSigner);
  return startKeeper(read, log, { onReplaced, holder }).finally(() => key?.secret.wipe());
}

/** Without one, what the keeper learns ends with the daemon. @throws CustosError KEEPER_STATE_DAMAGED */
async function stateFileOf(
  { state }: SupervisorMeans['config']['signer'],
  front: FrontChild,
): Promise<StateFile | undefined> {
  if (state === undefined) return undefined;
  const file = await openStateFile(state);
  if (file.bytes.length === 0) front.send({ kind: 'keeper-event', event: 'signer-state-new', fields: { file: state } });
  return file;
}

/** Rejects with the signal. */
function overOf(over: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const end = () => reject(new CustosError('FRONT_DIED', 'the front ended before it needed the keeper'));
    if (over.aborted) end();
    over.addEventListener('abort', end, { once: true });
  });
}

/** The chains are loaded only to read limits: most daemons set none, and this process stays small. */
async function rulesOf({ daemon, network }: Pick<Config, 'network' | 'daemon'>): Promise<SigningRules> {
  const { feeCeilings, allowedHazards, allowForeignKeys, developmentChainIds } = daemon;
  const given = [...feeCeilings, ...allowedHazards, ...allowForeignKeys, ...developmentChainIds];
  if (given.length === 0) return new Map();
  const { createRegistry } = await import('../../chains/registry.js');
  return readSigningRules(daemon, createRegistry(), network);
}

/** The front writes all lines of the daemon's log, so that they have one level, one form and one order. */
function logThrough(send: (message: ToFront) => void, onSigner: SupervisorMeans['onSigner']): Log {
  const line = ({ event, ...fields }: Readonly<Record<string, unknown>>) => {
    const known = keeperEvents.find((name) => name === event);
    if (known !== undefined) send({ kind: 'keeper-event', event: known, fields });
    if (known === 'signer-started' && typeof fields['signer'] === 'number') onSigner?.(fields['signer']);
  };
  return { debug: line, info: line, warn: line, error: line };
}

/** Lets a front without a keeper end in order. What it has not ended by then is as after a crash. */
async function stopped(front: FrontChild, fault: CustosError): Promise<CustosError> {
  front.send({ kind: 'stop' });
  const late = new AbortController();
  const limit = wait(PATIENCE, undefined, { signal: late.signal }).catch(() => undefined);
  await Promise.race([front.ended, limit]).finally(() => late.abort());
  return fault;
}

function exitCode({ code, signal }: Ending): number {
  if (code !== null) return code;
  throw new CustosError('FRONT_DIED', `the front ended with ${signal ?? 'an error'}`);
}
