import { CustosError } from '../../core/errors.js';
import { parseIndex, parseSignatureId, type SignatureId } from '../../core/ids.js';
import { pagesOf } from '../../core/pages.js';
import type { Vault } from '../../core/signing/vault.js';
import type { KeyRef, SealedWallet } from '../../core/signing/wallet.js';
import type { Store, WalletFilter, WalletTable } from '../../core/store/store.js';

/** One record; opens the store after the ID is checked. @throws CustosError WALLET_UNKNOWN, SIGNATURE_ID_INVALID */
export async function getSealed(store: () => Promise<Pick<Store, 'wallets'>>, id: string): Promise<SealedWallet> {
  const signatureId = parseSignatureId(id);
  const [sealed] = await (await store()).wallets.get([signatureId]);
  if (sealed === undefined) throw new CustosError('WALLET_UNKNOWN', `signature ID ${signatureId} is not in this store`);
  return sealed;
}

const PAGE = 1000;

/** Pages through the store in the order of signature IDs. */
export function pageSealed(
  wallets: WalletTable,
  filter: WalletFilter,
  size = PAGE,
): AsyncGenerator<readonly SealedWallet[]> {
  return pagesOf<SealedWallet, SignatureId>({
    size,
    page: (after, limit) => wallets.page(filter, after, limit),
    keyOf: ({ signatureId }) => signatureId,
  });
}

/** The wallets of a page that have a secret. @throws CustosError RECORD_DAMAGED: a secret is missing, and nobody destroyed the wallet */
export function withSecrets(vault: Pick<Vault, 'control'>, page: readonly SealedWallet[]): readonly SealedWallet[] {
  return page.filter((sealed) => vault.control(sealed).state !== 'destroyed');
}

/** A key by signature ID and typed index. @throws CustosError INDEX_INVALID */
export function typedKeyRef(signatureId: SignatureId, index: string | undefined): KeyRef {
  if (index === undefined) return { signatureId };
  return { signatureId, index: parseIndex(/^\d{1,10}$/.test(index) ? Number(index) : index) };
}
