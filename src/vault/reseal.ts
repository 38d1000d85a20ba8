import type { SealedWallet } from '../core/signing/wallet.js';
import { damaged, equalBytes, makeSealings, openPart, type Sealings, sealPart, wipeSealings } from './records.js';

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
    reseal: (wallets) => wallets.map((wallet) => resealRecord(wallet, { from: old, to: fresh })),
    wipe() {
      for (const sealings of [old, fresh]) wipeSealings(sealings);
    },
  };
}

function resealRecord(record: SealedWallet, keys: { readonly from: Sealings; readonly to: Sealings }): SealedWallet {
  const { publicBox, secretBox, controlBox } = record;
  const again = (purpose: keyof Sealings, box: Uint8Array) => resealBox(box, purpose, { record, ...keys });
  return {
    ...record,
    publicBox: again('public', publicBox),
    // Empty if the wallet was destroyed.
    secretBox: secretBox.length === 0 ? secretBox : again('secret', secretBox),
    ...(controlBox && { controlBox: again('control', controlBox) }),
  };
}

/** One part of a record under another key; it is opened again before it is handed out. @throws CustosError RECORD_DAMAGED, STORE_NEWER */
function resealBox(
  box: Uint8Array,
  purpose: keyof Sealings,
  { record, from, to }: { readonly record: SealedWallet; readonly from: Sealings; readonly to: Sealings },
): Uint8Array {
  const bytes = openPart({ ...from[purpose], facts: record, purpose }, box);
  const part = { ...to[purpose], facts: record, purpose };
  const sealed = sealPart(part, bytes);
  const again = openPart(part, sealed);
  const isSame = equalBytes(bytes, again);
  bytes.fill(0);
  again.fill(0);
  if (!isSame) throw damaged(record.signatureId, 'it did not open after sealing');
  return sealed;
}
