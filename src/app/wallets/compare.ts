import type { MadeWallet, Vault } from '../../core/signing/vault.js';
import type { WalletTable } from '../../core/store/store.js';

/** What the store has under the signature ID of a wallet: nothing, this very wallet, or another one. */
export type Standing = 'new' | 'same' | 'other';

/** Looks up wallets that are about to be added. @returns how each of them stands; one that was not looked up is new */
export async function compareWithStore(
  wallets: Pick<WalletTable, 'get'>,
  vault: Pick<Vault, 'sameSecret'>,
  made: readonly MadeWallet[],
): Promise<(wallet: MadeWallet) => Standing> {
  const records = await wallets.get(made.map(({ wallet }) => wallet.signatureId));
  const existing = new Map(records.map((record) => [record.signatureId, record]));
  return ({ wallet, sealed }) => {
    const record = existing.get(wallet.signatureId);
    if (record === undefined) return 'new';
    const same = record.chain === sealed.chain && record.network === sealed.network && vault.sameSecret(record, sealed);
    return same ? 'same' : 'other';
  };
}
