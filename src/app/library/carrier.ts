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
  /** URL of the node of each chain that is served, by ticker; https on mainnet, unless the host is private. */
  readonly nodes: Readonly<Record<string, string>>;
  /** Asked in order about each decoded transaction; the first that does not allow ends it. On mainnet there has to be one. */
  readonly judges: readonly Judge[];
  readonly source?: TransactionSource;
  /** Blocks that a node must have on top of a transaction, its own included, before it is completed; default 1. */
  readonly confirmations?: number;
  /** The most that a fee may be, as `--fee-ceiling` has it: `ETH=0.1`. */
  readonly feeCeilings?: readonly string[];
  /** Hazards that do not stop a transaction, as `--allow-hazard` has them: `ETH:unlimited-allowance`. */
  readonly allowedHazards?: readonly string[];
  /** Chain id of a development chain, by ticker: `{ETH: 31337}`. */
  readonly developmentChainIds?: Readonly<Record<string, number>>;
  /** Where events go; nowhere when absent. What it throws is ignored. */
  readonly log?: Log;
}

/** How far a transaction came. */
export interface Carried {
  readonly id: string;
  /** `completed`, `denied`, `failed` and `cancelled` are ends; everything else goes on with the next `carry` or `runOnce`. */
  readonly state: State;
  readonly txId?: string;
  readonly error?: { readonly code: ErrorCode; readonly message: string };
}

/** Signs and sends. There is one at a time of a store, because two would not see what the other has begun. */
export interface Carrier {
  /**
   * Carries one transaction as far as it goes now. It is in the journal before anything happens to it, so that a crash loses
   * nothing; the same id again goes on with it, or says how it ended.
   * @throws CustosError ARGUMENT_INVALID, PENDING_INVALID, PENDING_CHANGED (another transaction has the id), STORE_*, …;
   *   what goes wrong on the way is not thrown, but in `error`
   */
  carry(transaction: Transaction): Promise<Carried>;
  /** One round: everything that waits in the journal, or at the source, is carried as far as it goes now. */
  runOnce(): Promise<Readonly<Tally>>;
  /** Round after round, until the signal; then what is on its way ends. */
  run(options: { readonly signal: AbortSignal; readonly period?: number }): Promise<Readonly<Tally>>;
  /** Waits for what is on its way, and lets the store go. */
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

/** What of an open store a carrier works on. */
export interface CarrierParts {
  readonly chains: ChainRegistry;
  readonly store: Store;
  readonly vault: Vault;
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

function lifecycleParts({ chains, store, vault }: CarrierParts, read: CarrierOptions): LifecycleParts {
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
    // Whoever opened the store has its root key in this process already: a child would keep nothing from it.
    signer: createInProcessSigner({
      unlockVault: async () => ({ vault, viewKey: new Uint8Array(0) }),
      chains,
      rules,
    }),
    judges: read.judges.map(guardJudge),
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

/** A log that the program handed in must not end a transaction's way by a throw. */
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

/** Guards that nothing begins once it is closed, and that it closes when nothing is on its way. */
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

  /** Holds on to leases while anything is at work. */
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
