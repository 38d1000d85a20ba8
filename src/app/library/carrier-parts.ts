import { createOwnNodes } from '../../cloud/nodes.js';
import { checkNodeUrl } from '../../cloud/urls.js';
import type { ChainRegistry } from '../../core/chain/chain.js';
import { systemClock } from '../../core/clock.js';
import { CustosError } from '../../core/errors.js';
import type { ChainId } from '../../core/ids.js';
import { type Log, silentLog } from '../../core/log.js';
import { noMeter } from '../../core/meter.js';
import type { FreezeView } from '../../core/signing/freezes.js';
import type { Judge } from '../../core/signing/judge.js';
import type { SigningRules } from '../../core/signing/signing-rules.js';
import type { Vault } from '../../core/signing/vault.js';
import type { Store } from '../../core/store/store.js';
import { LeaseKeeper } from '../../lifecycle/lease-keeper.js';
import type { LifecycleParts } from '../../lifecycle/parts.js';
import { createInProcessSigner } from '../../signing/in-process-signer.js';
import { readSigningRules } from '../config/signing-rules.js';
import type { CarrierOptions } from './carrier-options.js';
import { guardJudge } from './judge.js';

/** The parts of an open store that a carrier uses. */
export interface CarrierParts {
  readonly chains: ChainRegistry;
  readonly store: Store;
  readonly vault: Vault;
  readonly freezes: FreezeView;
  /** Asked after those of the program: they let pass what the published policy allows. */
  readonly policy: readonly Judge[];
}

/** Tries of an unsigned transaction before it is given up. */
const MAX_ATTEMPTS = 100;

/** The chains that the program named a node of. */
export function servedBy({ nodes }: CarrierOptions, chains: ChainRegistry): readonly ChainId[] {
  return Object.keys(nodes).map((name) => chains.get(name).id);
}

/** @throws CustosError ARGUMENT_INVALID, URL_*, CHAIN_UNKNOWN */
export function lifecycleParts(
  { chains, store, vault, freezes, policy }: CarrierParts,
  read: CarrierOptions,
): LifecycleParts {
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
