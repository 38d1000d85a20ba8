import type { SealedWallet } from '../core/signing/wallet.js';
import { makeSealings, resealRecord, wipeSealings } from './records.js';

/** Moves records from one root key to another. */
export interface Resealing {
  /** @throws CustosError RECORD_DAMAGED: a record does not open under the old key */
  reseal(wallets: readonly SealedWallet[]): readonly SealedWallet[];
  wipe(): void;
}

/** @param from - the root key that the records are sealed under, 32 bytes   @param to - the one that takes its place */
export function makeResealing(from: Uint8Array, to: Uint8Array, storeId: string): Resealing {
  const [old, fresh] = [makeSealings(from, storeId), makeSealings(to, storeId)];
  return {
    reseal: (wallets) =>
      wallets.map((wallet) => ({
        ...wallet,
        publicBox: resealRecord(wallet, 'public', { from: old.public, to: fresh.public }),
        secretBox: resealRecord(wallet, 'secret', { from: old.secret, to: fresh.secret }),
      })),
    wipe() {
      for (const sealings of [old, fresh]) wipeSealings(sealings);
    },
  };
}
