import { CustosError } from '../../core/errors.js';
import { parseIndex, parseSignatureId, type SignatureId } from '../../core/ids.js';
import type { KeyRef, SealedWallet } from '../../core/signing/wallet.js';
import type { Store, WalletFilter, WalletTable } from '../../core/store/store.js';

/** One record; the store is opened when the ID is known to be one. @throws CustosError WALLET_UNKNOWN, SIGNATURE_ID_INVALID */
export async function getSealed(store: () => Promise<Pick<Store, 'wallets'>>, id: string): Promise<SealedWallet> {
  const signatureId = parseSignatureId(id);
  const [sealed] = await (await store()).wallets.get([signatureId]);
  if (sealed === undefined) throw new CustosError('WALLET_UNKNOWN', `signature ID ${signatureId} is not in this store`);
  return sealed;
}

/** Pages through the store in the order of signature IDs. */
export async function* pageSealed(wallets: WalletTable, filter: WalletFilter): AsyncGenerator<readonly SealedWallet[]> {
  let after: SignatureId | undefined;
  for (;;) {
    const page = await wallets.page(filter, after, 1000);
    if (page.length === 0) return;
    yield page;
    after = page.at(-1)?.signatureId;
  }
}

/** A key by signature ID and the index as it was typed. @throws CustosError INDEX_INVALID */
export function typedKeyRef(signatureId: SignatureId, index: string | undefined): KeyRef {
  if (index === undefined) return { signatureId };
  return { signatureId, index: parseIndex(/^\d{1,10}$/.test(index) ? Number(index) : index) };
}
