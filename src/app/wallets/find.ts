import { CustosError } from '../../core/errors.js';
import { type ChainId, type Network, parseIndex, parseSignatureId, type SignatureId } from '../../core/ids.js';
import type { KeyRef, SealedWallet } from '../../core/signing/wallet.js';
import type { WalletFilter } from '../../core/store/store.js';
import type { House } from '../house.js';

/** One record. @throws CustosError WALLET_UNKNOWN, SIGNATURE_ID_INVALID */
export async function getSealed(house: House, id: string): Promise<SealedWallet> {
  const signatureId = parseSignatureId(id);
  const [sealed] = await (await house.store()).wallets.get([signatureId]);
  if (sealed === undefined) throw new CustosError('WALLET_UNKNOWN', `signature ID ${signatureId} is not in this store`);
  return sealed;
}

/** Pages through the store in the order of signature IDs. */
export async function* pageSealed(house: House, filter: WalletFilter): AsyncGenerator<readonly SealedWallet[]> {
  const store = await house.store();
  let after: SignatureId | undefined;
  for (;;) {
    const page = await store.wallets.page(filter, after, 1000);
    if (page.length === 0) return;
    yield page;
    after = page.at(-1)?.signatureId;
  }
}

export function walletFilter(house: House, chain: unknown, network: Network | undefined): WalletFilter {
  return {
    ...(typeof chain === 'string' && { chain: house.chains.get(chain).id as ChainId }),
    ...(network !== undefined && { network }),
  };
}

/** A key by signature ID and the index as it was typed. @throws CustosError INDEX_INVALID */
export function typedKeyRef(signatureId: SignatureId, index: string | undefined): KeyRef {
  if (index === undefined) return { signatureId };
  return { signatureId, index: parseIndex(/^\d{1,10}$/.test(index) ? Number(index) : index) };
}
