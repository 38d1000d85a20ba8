import type { CreateRequest } from '../core/signing/create.js';
import type { Vault } from '../core/signing/vault.js';
import type { SealedWallet } from '../core/signing/wallet.js';

/**
 * Makes a wallet and gives back its sealed record, from which the front reads the public half. What it is found by is for the
 * front to compute.
 * @throws CustosError CHAIN_UNKNOWN, SECRET_UNSUPPORTED
 */
export async function createRecord(request: CreateRequest, vault: Pick<Vault, 'create'>): Promise<SealedWallet> {
  const { chain, network, ...options } = request;
  const { sealed } = await vault.create(chain, network, options);
  const { lookup: _, ...record } = sealed;
  return record;
}
