import type { MadeWallet, Vault } from '../../core/signing/vault.js';
import type { WalletTable } from '../../core/store/store.js';

/** What the store has under the signature ID of a wallet: nothing, the same wallet, or another one. */
export type Standing = 'new' | 'same' | 'other';

/** Looks up wallets before they are added. @returns the standing of each; a wallet without a record is new */
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
