import { z } from 'zod';
import { createOwnNodes } from '../../cloud/nodes.js';
import { checkNodeUrl } from '../../cloud/urls.js';
import type { ChainRegistry } from '../../core/chain/chain.js';
import { systemClock } from '../../core/clock.js';
import { CustosError, type ErrorCode } from '../../core/errors.js';
import type { ChainId, Network } from '../../core/ids.js';
import { type Log, silentLog } from '../../core/log.js';
import { noMeter } from '../../core/meter.js';
import type { Source } from '../../core/network/source.js';
import type { FreezeView } from '../../core/signing/freezes.js';
import type { Judge } from '../../core/signing/judge.js';
import type { SigningRules } from '../../core/signing/signing-rules.js';
import type { Vault } from '../../core/signing/vault.js';
import type { State } from '../../core/store/journal.js';
import type { Store } from '../../core/store/store.js';
import { Daemon, type Tally } from '../../daemon/daemon.js';
import { LeaseKeeper } from '../../lifecycle/lease-keeper.js';
import type { LifecycleParts } from '../../lifecycle/parts.js';
import { createWay, type Way } from '../../lifecycle/way.js';
import { createInProcessSigner } from '../../signing/in-process-signer.js';
import { readSigningRules } from '../config/signing-rules.js';
import { func, network, readArgument } from './argument.js';
import { guardJudge } from './judge.js';
import { joinSources, type TransactionSource } from './source.js';
import { readTransaction, type Transaction } from './transaction.js';

export type { Tally } from '../../daemon/daemon.js';

export interface CarrierOptions {
  readonly network: Network;
  /** URL of the node of each served chain, by ticker; https on mainnet, unless the host is private. */
  readonly nodes: Readonly<Record<string, string>>;
  /** Asked in order about each decoded transaction; the first objection ends it. Mainnet needs at least one. */
  readonly judges: readonly Judge[];
  readonly source?: TransactionSource;
  /** Blocks that a completed transaction needs, its own included; default 1. */
  readonly confirmations?: number;
  /** Largest fees, in the form of `--fee-ceiling`: `ETH=0.1`. */
  readonly feeCeilings?: readonly string[];
  /** Hazards that do not stop a transaction, in the form of `--allow-hazard`: `ETH:unlimited-allowance`. */
  readonly allowedHazards?: readonly string[];
  /** Chain id of a development chain, by ticker: `{ETH: 31337}`. */
  readonly developmentChainIds?: Readonly<Record<string, number>>;
  /** Receives events; optional. Its errors are ignored. */
  readonly log?: Log;
}

/** How far a transaction got. */
export interface Carried {
  readonly id: string;
  /** `completed`, `denied`, `failed` and `cancelled` are final; any other state continues with the next `carry` or `runOnce`. */
  readonly state: State;
  readonly txId?: string;
  readonly error?: { readonly code: ErrorCode; readonly message: string };
}

/** Signs and sends. A store has only one at a time, because two would not see each other's transactions. */
export interface Carrier {
  /**
   * Carries one transaction as far as possible for now. The journal has it before anything else happens, so that a crash loses
   * nothing. A second call with the same id continues it, or returns how it ended.
   * @throws CustosError ARGUMENT_INVALID, PENDING_INVALID, PENDING_CHANGED (another transaction has the id), STORE_*, …;
   *   later errors are not thrown: `error` has them
   */
  carry(transaction: Transaction): Promise<Carried>;
  /** One round: carries everything that waits in the journal or at the source as far as possible for now. */
  runOnce(): Promise<Readonly<Tally>>;
  /** Runs rounds until the signal, then finishes transactions on their way. */
  run(options: { readonly signal: AbortSignal; readonly period?: number }): Promise<Readonly<Tally>>;
  /** Waits for transactions on their way, and releases the store. */
  close(): Promise<void>;
}

const options = z.strictObject({
  network,
  nodes: z.record(z.string(), z.string()),
  judges: z.array(z.custom<Judge>(isJudge, 'must be a judge: {name: text, decide: function}')),
  source: z.custom<TransactionSource>(isSource, 'must have the function pending').exactOptional(),
  confirmations: z.int().min(1).max(10_000).exactOptional(),
  feeCeilings: z.array(z.string()).exactOptional(),
  allowedHazards: z.array(z.string()).exactOptional(),
  developmentChainIds: z.record(z.string(), z.int().min(1)).exactOptional(),
  log: z.looseObject({ debug: func, info: func, warn: func, error: func }).exactOptional(),
});

const runOptions = z.strictObject({
  signal: z.instanceof(AbortSignal),
  period: z.int().min(100).max(3_600_000).exactOptional(),
});

function isJudge(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { name, decide } = value as { name?: unknown; decide?: unknown };
  return typeof name === 'string' && /^[\w.-]{1,64}$/.test(name) && typeof decide === 'function';
}

function isSource(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { pending, completed, failed } = value as { [name: string]: unknown };
  const isFunction = (one: unknown) => typeof one === 'function';
  return isFunction(pending) && [completed, failed].every((one) => one === undefined || isFunction(one));
}

/** The parts of an open store that a carrier uses. */
export interface CarrierParts {
  readonly chains: ChainRegistry;
  readonly store: Store;
  readonly vault: Vault;
  readonly freezes: FreezeView;
  /** Asked after those of the program: they let pass what the published policy allows. */
  readonly policy: readonly Judge[];
}

/** Milliseconds between two rounds. */
const PERIOD = 5_000;
/** Transactions of one chain that are on their way at the same time. */
const CONCURRENCY = 100;
/** Tries of an unsigned transaction before it is given up. */
const MAX_ATTEMPTS = 100;

/**
 * Makes a carrier that signs in this process.
 * @param onClose - called once, when it is closed
 * @throws CustosError ARGUMENT_INVALID, URL_INVALID, URL_INSECURE, CHAIN_UNKNOWN, DAEMON_RUNNING: another one serves the store
 */
export async function makeCarrier(parts: CarrierParts, given: unknown, onClose: () => void): Promise<Carrier> {
  const { chains, store } = parts;
  const read = readArgument(options, given, 'carrier') as CarrierOptions;
  if (read.network === 'mainnet' && read.judges.length === 0) {
    throw new CustosError('ARGUMENT_INVALID', 'carrier: judges: mainnet needs at least one judge');
  }
  const lifecycle = lifecycleParts(parts, read);
  const source = joinSources(read.source, { journal: store.journal, chains, network: read.network });
  await store.lockForDaemon();
  return new WayCarrier({
    ...lifecycle,
    network: read.network,
    source,
    store,
    served: servedBy(read, chains),
    onClose,
  });
}

function servedBy({ nodes }: CarrierOptions, chains: ChainRegistry): readonly ChainId[] {
  return Object.keys(nodes).map((name) => chains.get(name).id);
}

function lifecycleParts({ chains, store, vault, freezes, policy }: CarrierParts, read: CarrierOptions): LifecycleParts {
  const { journal, wallets } = store;
  const log = read.log === undefined ? silentLog : calm(read.log);
  const rules = rulesFrom(read, chains);
  const ownNodes = new Map(Object.entries(read.nodes).map(([name, url]) => [chains.get(name).id, url] as const));
  for (const url of ownNodes.values()) checkNodeUrl(url, read.network);
  return {
    chains,
    wallets,
    publicVault: vault,
    journal,
    nodes: createOwnNodes({ clock: systemClock, ownNodes }),
    // The root key of an open store is already in this process: a child process would protect nothing.
    signer: createInProcessSigner({
      unlockVault: async () => ({ vault, viewKey: new Uint8Array(0) }),
      chains,
      rules,
    }),
    judges: [...read.judges.map(guardJudge), ...policy],
    freezes,
    clock: systemClock,
    log,
    meter: noMeter,
    leases: new LeaseKeeper(journal, log),
    maxAttempts: MAX_ATTEMPTS,
    rules,
    confirmations: () => read.confirmations ?? 1,
  };
}

function rulesFrom(read: CarrierOptions, chains: ChainRegistry): SigningRules {
  const { feeCeilings = [], allowedHazards = [], developmentChainIds = {} } = read;
  const ids = Object.entries(developmentChainIds).map(([name, id]) => [chains.get(name).id, BigInt(id)] as const);
  const settings = {
    feeCeilings,
    allowedHazards,
    allowForeignKeys: new Set<ChainId>(),
    developmentChainIds: new Map(ids),
  };
  try {
    return readSigningRules(settings, chains, read.network);
  } catch (thrown) {
    if (!(thrown instanceof CustosError) || thrown.code !== 'CONFIG_INVALID') throw thrown;
    throw new CustosError('ARGUMENT_INVALID', `carrier: ${thrown.message}`, { cause: thrown });
  }
}

/** An error of the program's own log must not end a transaction's way. */
function calm(log: Log): Log {
  const over = (level: keyof Log) => (fields: Readonly<Record<string, unknown>>, event: string) => {
    try {
      log[level](fields, event);
    } catch {
      // There is no other place to report it.
    }
  };
  return { debug: over('debug'), info: over('info'), warn: over('warn'), error: over('error') };
}

interface WayParts extends LifecycleParts {
  readonly network: Network;
  readonly source: Source;
  readonly store: Store;
  readonly served: readonly ChainId[];
  onClose(): void;
}

/** Starts nothing after `close`, and closes only when nothing is on its way. */
class WayCarrier implements Carrier {
  readonly #parts: WayParts;
  readonly #way: Way;
  readonly #begun = new Set<Promise<unknown>>();
  readonly #end = new AbortController();

  constructor(parts: WayParts) {
    this.#parts = parts;
    this.#way = createWay(parts);
  }

  async carry(transaction: Transaction): Promise<Carried> {
    return this.#begin('carry', async () => {
      const { chains, network: of, served, source, journal } = this.#parts;
      const pending = readTransaction(transaction, { chains, network: of, what: 'carry' });
      if (!served.includes(pending.chain)) {
        throw new CustosError('ARGUMENT_INVALID', `carry: the carrier was given no node of ${pending.chain}`);
      }
      const [taken] = await this.#way.take(source, [pending]);
      if (taken?.kind === 'changed' || taken?.kind === 'damaged') throw taken.error;
      if (taken?.kind === 'begun') await taken.outcome;
      const entry = await journal.get(pending.id);
      if (entry === undefined) return { id: pending.id, state: 'claimed' };
      const { id, state, txId, errorCode: code, errorText: message = '' } = entry;
      const error = state === 'completed' || code === undefined ? undefined : { code, message };
      return { id, state, ...(txId !== undefined && { txId }), ...(error && { error }) };
    });
  }

  async runOnce(): Promise<Readonly<Tally>> {
    return this.#begin('runOnce', () => this.#daemon(PERIOD).runOnce());
  }

  async run(given: { readonly signal: AbortSignal; readonly period?: number }): Promise<Readonly<Tally>> {
    return this.#begin('run', async () => {
      const { signal, period = PERIOD } = readArgument(runOptions, given, 'run');
      const either = AbortSignal.any([signal, this.#end.signal]);
      return this.#daemon(period).run(either);
    });
  }

  async close(): Promise<void> {
    if (this.#end.signal.aborted) return;
    this.#end.abort();
    await Promise.allSettled(this.#begun);
    this.#parts.onClose();
  }

  #daemon(period: number): Daemon {
    const { store, served } = this.#parts;
    const parts = { ...this.#parts, wallets: store.wallets, way: this.#way, shared: store.shared };
    return new Daemon(parts, {
      periods: { shortest: period, longest: period },
      concurrency: CONCURRENCY,
      chains: served,
    });
  }

  /** Renews leases while any work runs. */
  async #begin<T>(what: string, work: () => Promise<T>): Promise<T> {
    if (this.#end.signal.aborted) throw new CustosError('STORE_CLOSED', `${what}: the carrier is closed`);
    const { leases, clock } = this.#parts;
    const done = new AbortController();
    const kept = leases.run(clock, done.signal, () => this.#way.isBusy);
    const begun = work().finally(async () => {
      done.abort();
      await kept;
    });
    this.#begun.add(begun);
    try {
      return await begun;
    } finally {
      this.#begun.delete(begun);
    }
  }
}
