import type { ChainRegistry } from '../../core/chain/chain.js';
import { asCustosError } from '../../core/errors.js';
import type { Store } from '../../core/store/store.js';
import { createKeeperClient } from '../../signing/keeper/keeper-client.js';
import type { Config } from '../config/config.js';
import { readSigningRules } from '../config/signing-rules.js';
import { connectTo } from '../daemon/signer-service.js';
import { type Finding, problem } from './finding.js';

const CHECK = 'signer';
/** Milliseconds: a service that has not opened the store yet derives its key first. */
const PATIENCE = 30_000;

/** What a signer service says. */
interface SignerAnswer {
  readonly findings: readonly Finding[];
  /** Of the public halves, 32 bytes, if the service opened the store. */
  readonly viewKey?: Uint8Array;
}

/** Introduces itself to the signer service as a daemon with these settings would, if they name one. */
export async function askSigner(
  { config, chains }: { readonly config: Config; readonly chains: ChainRegistry },
  store: Store,
): Promise<SignerAnswer> {
  const { at } = config.signer;
  if (at === undefined) return { findings: [] };
  try {
    const signer = createKeeperClient({
      name: at,
      connect: () => connectTo(at),
      storeId: store.storeId,
      slots: await store.slots.all(),
      rules: readSigningRules(config.daemon, chains, config.network),
      patience: PATIENCE,
    });
    try {
      const viewKey = await signer.unlock();
      return { findings: [answers(at, 'and signs for this store with these limits')], viewKey };
    } finally {
      await signer.close();
    }
  } catch (thrown) {
    return { findings: [refusal(thrown)] };
  }
}

/** Without the store only this can be said: whether something listens. */
export async function reachSigner({ config }: { readonly config: Config }): Promise<readonly Finding[]> {
  const { at } = config.signer;
  if (at === undefined) return [];
  try {
    (await connectTo(at)).destroy();
    return [answers(at, 'but whether it signs for the store was not asked, because the store does not open')];
  } catch (thrown) {
    return [refusal(thrown)];
  }
}

function answers(at: string, more: string): Finding {
  return { check: CHECK, state: 'ok', text: `${at} answers, ${more}` };
}

function refusal(thrown: unknown): Finding {
  const error = asCustosError(thrown);
  return problem(CHECK, error.code, error.message);
}
