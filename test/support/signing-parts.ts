import { randomUUID } from 'node:crypto';
import { createRegistry } from '../../src/chains/registry.js';
import { type MessageContent, messageText } from '../../src/core/chain/message-content.js';
import type { ChainId } from '../../src/core/ids.js';
import { Secret } from '../../src/core/secret.js';
import { parsePending } from '../../src/core/signing/pending.js';
import type { SignRequest } from '../../src/core/signing/signer.js';
import type { MadeWallet } from '../../src/core/signing/vault.js';
import { makeRootKey, makeSlot, makeStoreId } from '../../src/vault/key-slots.js';
import { openVault } from '../../src/vault/vault.js';

export const password = 'correct horse battery staple';
const sepolia = 11155111;
export const destination = '0x1111111111111111111111111111111111111111';

export interface SigningParts {
  readonly chains: ReturnType<typeof createRegistry>;
  readonly rootKey: Uint8Array;
  readonly storeId: string;
  readonly slots: Awaited<ReturnType<typeof makeSlot>>[];
  readonly vault: ReturnType<typeof openVault>;
  wallet(kind: 'hd' | 'key', chain?: string): Promise<MadeWallet>;
}

/** Root key, one password slot, vault and chains: what a signer of either kind is made of. */
export async function signingParts(): Promise<SigningParts> {
  const chains = createRegistry();
  const rootKey = makeRootKey();
  const storeId = makeStoreId();
  const slots = [await makeSlot(rootKey, Secret.text(password), { kind: 'password', storeId })];
  const vault = openVault({ rootKey, storeId, chains });
  const wallet = (kind: 'hd' | 'key', chain = 'ETH') => vault.create(chains.get(chain).id, 'testnet', { kind });
  return { chains, rootKey, storeId, slots, vault, wallet };
}

/** A sign request for one ready transfer of this wallet. */
export function signRequest(
  made: MadeWallet,
  fields: Record<string, unknown> = {},
  extra: Record<string, unknown> = {},
): SignRequest {
  const transaction = {
    to: destination,
    value: '1',
    nonce: 0,
    gas: '21000',
    gasPrice: '1000000000',
    chainId: sepolia,
    ...fields,
  };
  const received = {
    id: randomUUID().replaceAll('-', '').slice(0, 24),
    chain: 'ETH',
    hashes: [made.wallet.signatureId],
    serializedTransaction: JSON.stringify(transaction),
    ...extra,
  };
  const pending = parsePending(received, 'ETH' as ChainId, 'testnet');
  return { pending, completed: pending.serialized, sealed: [made.sealed] };
}

/** A sign request for a message of this wallet. */
export function messageRequest(made: MadeWallet, content: MessageContent): SignRequest {
  const { chain, network, signatureId } = made.wallet;
  const pending = { chain, network, keys: [{ signatureId }], kind: content.kind };
  return { pending, completed: messageText(content), sealed: [made.sealed] };
}
