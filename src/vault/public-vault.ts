import type { Chain, ChainRegistry } from '../core/chain.js';
import { CustosError } from '../core/errors.js';
import type { PublicVault } from '../core/vault.js';
import type { KeyRef, SealedWallet, Wallet } from '../core/wallet.js';
import { openPublic, type Sealing } from './records.js';

export interface PublicVaultOptions {
  /** Key of the public halves: 32 bytes (`publicKeyOf`). */
  readonly publicKey: Uint8Array;
  readonly storeId: string;
  readonly chains: ChainRegistry;
}

/** Reads public halves: what the front holds while it serves. */
export function openPublicVault({ publicKey, storeId, chains }: PublicVaultOptions): PublicVault {
  const sealing: Sealing = { key: publicKey, storeId };
  const wallet = (sealed: SealedWallet): Wallet => {
    const { signatureId, chain, network, kind, createdAt } = sealed;
    return { signatureId, chain, network, kind, createdAt, ...openPublic(sealing, sealed) };
  };
  return {
    wallet,
    address(sealed, ref) {
      checkIndex(sealed, ref);
      const { xpub, address } = wallet(sealed);
      const chain = chains.get(sealed.chain);
      if (address !== undefined) return address;
      if (xpub === undefined || ref.index === undefined) throw noAddress(sealed);
      return childAddress(chain, sealed, { xpub, index: ref.index });
    },
  };
}

/** @throws CustosError INDEX_MISSING (mnemonic wallet without an index), INDEX_UNEXPECTED (private-key wallet with one) */
export function checkIndex(sealed: SealedWallet, ref: KeyRef): void {
  if (sealed.kind === 'hd' && ref.index === undefined) {
    throw new CustosError(
      'INDEX_MISSING',
      `wallet ${sealed.signatureId} is a mnemonic: the derivation index is missing`,
    );
  }
  if (sealed.kind === 'key' && ref.index !== undefined) {
    const text = `wallet ${sealed.signatureId} is a private key, but index ${ref.index} was asked for`;
    throw new CustosError('INDEX_UNEXPECTED', text);
  }
}

function childAddress(chain: Chain, sealed: SealedWallet, { xpub, index }: { xpub: string; index: number }): string {
  if (chain.hd === undefined) throw noAddress(sealed);
  return chain.address(chain.hd.publicKey(xpub, index), sealed.network);
}

function noAddress({ signatureId }: SealedWallet): CustosError {
  return new CustosError('RECORD_DAMAGED', `the record of wallet ${signatureId} has neither xpub nor address`);
}
