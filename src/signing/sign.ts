import type { ChainRegistry } from '../core/chain.js';
import { CustosError } from '../core/errors.js';
import type { SignRequest, SignResult } from '../core/signer.js';
import type { Vault } from '../core/vault.js';
import type { KeyRef, SealedWallet } from '../core/wallet.js';

/**
 * Signs one completed transaction. Pure: decodes again what it is given, checks that the wallets belong to it and the
 * key to the sender, and only then opens secrets, for the time of one signature.
 * @throws CustosError KEY_MISSING, WALLET_UNKNOWN, WALLET_CHAIN_MISMATCH, NETWORK_MISMATCH, INDEX_MISSING, INDEX_UNEXPECTED,
 *   RECORD_DAMAGED, SIGNATURE_INVALID, and whatever the chain's `parse` throws
 */
export function signPending(request: SignRequest, parts: { vault: Vault; chains: ChainRegistry }): SignResult {
  const { pending } = request;
  const chain = parts.chains.get(pending.chain);
  const from = parts.vault.address(...firstKey(request));
  const unsigned = chain.parse(request.completed, {
    network: pending.network,
    from,
    ...(request.developmentChainId !== undefined && { developmentChainId: BigInt(request.developmentChainId) }),
  });
  const start = process.hrtime.bigint();
  let opened = start;
  const signed = parts.vault.use(request.sealed, pending.keys, (keys) => {
    opened = process.hrtime.bigint();
    return unsigned.sign(keys);
  });
  return {
    ...signed,
    summary: unsigned.summary,
    timing: { open: microseconds(start, opened), sign: microseconds(opened, process.hrtime.bigint()) },
  };
}

/**
 * Checks that every key's wallet is at hand and was made for this chain and network.
 * @returns the record and reference of the first key, whose address is the sender of account-based chains
 * @throws CustosError KEY_MISSING, WALLET_UNKNOWN, WALLET_CHAIN_MISMATCH, NETWORK_MISMATCH
 */
export function firstKey(request: Pick<SignRequest, 'pending' | 'sealed'>): [SealedWallet, KeyRef] {
  const { pending, sealed } = request;
  const byId = new Map(sealed.map((record) => [record.signatureId, record]));
  const [first] = pending.keys;
  if (first === undefined) throw new CustosError('KEY_MISSING', 'the pending transaction names no signature ID');
  for (const key of pending.keys) {
    const record = byId.get(key.signatureId);
    if (record === undefined) {
      throw new CustosError('WALLET_UNKNOWN', `signature ID ${key.signatureId} is not in this store`);
    }
    if (record.chain !== pending.chain) {
      throw new CustosError(
        'WALLET_CHAIN_MISMATCH',
        `wallet ${key.signatureId} is of ${record.chain}, not ${pending.chain}`,
      );
    }
    if (record.network !== pending.network) {
      throw new CustosError(
        'NETWORK_MISMATCH',
        `wallet ${key.signatureId} is of ${record.network}, not ${pending.network}`,
      );
    }
  }
  const record = byId.get(first.signatureId);
  if (record === undefined)
    throw new CustosError('WALLET_UNKNOWN', `signature ID ${first.signatureId} is not in this store`);
  return [record, first];
}

function microseconds(from: bigint, to: bigint): number {
  return Number((to - from) / 1000n);
}
