import type { ChainRegistry } from '../core/chain/chain.js';
import type { LookupSeal } from '../core/signing/lookup.js';
import type { SealedWallet } from '../core/signing/wallet.js';
import type { StoredAddress } from '../core/store/owners.js';
import type { NewRoot } from '../core/store/store.js';
import { equalBytes } from './open-secret.js';
import { publicVault } from './public-vault.js';
import { damaged, makeSealings, openPart, type Sealings, sealPart, wipeSealings } from './records.js';

/** Moves records from one root key to another. */
export type Resealing = Pick<NewRoot, 'reseal' | 'resealOwner' | 'resealAddresses'> & {
  wipe(): void;
};

/** The root key that records are sealed under, and the one that takes its place: 32 bytes each. */
export interface Roots {
  readonly from: Uint8Array;
  readonly to: Uint8Array;
}

/** Also gives each record blind indexes under the new key, whether or not it had any. */
export function makeResealing(roots: Roots, storeId: string, chains: ChainRegistry): Resealing {
  const [old, fresh] = [makeSealings(roots.from, storeId), makeSealings(roots.to, storeId)];
  const [before, shown] = [publicVault(old.public, chains), publicVault(fresh.public, chains)];
  return {
    reseal: (wallets) =>
      wallets.map((wallet) => {
        const sealed = resealRecord(wallet, { from: old, to: fresh });
        return { ...sealed, lookup: shown.index.wallet(shown.wallet(sealed)) };
      }),
    resealOwner: (owner) => shown.beside.sealOwner(before.beside.openOwner(owner)),
    resealAddresses: (addresses) => addresses.map((one) => resealAddress(one, before.beside, shown.beside)),
    wipe() {
      for (const sealings of [old, fresh]) wipeSealings(sealings);
    },
  };
}

/** An index whose address was never recorded has nothing to seal. */
function resealAddress(stored: StoredAddress, from: LookupSeal, to: LookupSeal): StoredAddress {
  const { digest, box } = stored;
  if (digest === undefined || box === undefined) return stored;
  const { address, ...place } = from.openAddress({ ...stored, digest, box });
  return to.sealAddress(place, address);
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
