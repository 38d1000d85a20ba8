import type { Signer } from '../../core/signing/signer.js';
import { journalMac } from '../../core/store/journal-mac.js';
import { FreezeExchange } from './exchange.js';
import type { FreezeMeans } from './open.js';
import type { FreezeWatch } from './watch.js';

export interface FreezeServing extends FreezeMeans {
  readonly freezes: FreezeWatch;
  readonly signer: Signer;
  /** 32 bytes. */
  readonly journalKey: Uint8Array;
}

/** Sees freezes while a daemon works, and tells its signer of them. The work starts only once they are known. */
export async function whileWatched<T>(serving: FreezeServing, work: () => Promise<T>): Promise<T> {
  const { freezes, signer, store, journalKey, clock, log } = serving;
  const end = new AbortController();
  await freezes.look();
  const exchange = new FreezeExchange({
    watch: freezes,
    freezes: store.freezes,
    mac: journalMac(journalKey),
    tell: async (news) => (await signer.freezes?.(news)) ?? [],
    clock,
    log,
  });
  const running = [freezes.run(end.signal), ...(signer.freezes === undefined ? [] : [exchange.run(end.signal)])];
  try {
    return await work();
  } finally {
    end.abort();
    await Promise.all(running);
  }
}
