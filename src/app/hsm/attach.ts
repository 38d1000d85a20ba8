import { randomBytes, randomUUID } from 'node:crypto';
import type { ChainRegistry } from '../../core/chain/chain.js';
import { CustosError } from '../../core/errors.js';
import { parseSignatureId } from '../../core/ids.js';
import type { HeldKey } from '../../core/signing/key-holder.js';
import { parseKeyUri } from '../../core/signing/key-uri.js';
import type { Scheme } from '../../core/signing/signing-key.js';
import type { AttachRequest } from '../../core/signing/vault.js';
import type { Wallet } from '../../core/signing/wallet.js';
import { verify as verifyEd25519 } from '../../crypto/ed25519.js';
import { verify as verifyP256 } from '../../crypto/p256.js';
import { verify as verifySecp256k1 } from '../../crypto/secp256k1.js';
import type { KeyHolders } from '../../hsm/key-holders.js';
import { walletEvents } from '../audit/wallets.js';
import type { OpenWallets } from '../wallets/open-wallets.js';

/** What attaching takes. */
export interface AttachParts {
  readonly chains: ChainRegistry;
  readonly holders: Pick<KeyHolders, 'key' | 'sign'>;
  open(): Promise<OpenWallets>;
  /** Sees the wallet before it is stored; a throw stores nothing. */
  review(wallet: Wallet, held: HeldKey): Promise<void>;
}

/**
 * Stores a wallet whose key a token or key service holds. The key has to sign something first, so that one without that right is
 * found here and not with the first payment.
 * @throws CustosError KEY_*, ADDRESS_MISMATCH, ADDRESS_INVALID, SIGNATURE_ID_EXISTS, CHAIN_UNKNOWN; nothing is stored then
 */
export async function attachWallet(parts: AttachParts, request: Omit<AttachRequest, 'held'>): Promise<Wallet> {
  const chain = parts.chains.get(request.chain);
  parseKeyUri(request.uri);
  const held = await parts.holders.key(request.uri);
  if (!chain.keys.curves.includes(held.curve)) {
    const wanted = chain.keys.curves.join(' or ');
    throw new CustosError(
      'KEY_UNSUITABLE',
      `${chain.id} signs with keys of ${wanted}, and this one is of ${held.curve}`,
    );
  }
  await requireSigns(parts.holders, request.uri, held);
  const { store, vault } = await parts.open();
  const signatureId = request.signatureId ?? parseSignatureId(randomUUID());
  if ((await store.wallets.get([signatureId])).length > 0) {
    throw new CustosError('SIGNATURE_ID_EXISTS', `the signature ID ${signatureId} already belongs to a wallet`);
  }
  const { wallet, sealed } = vault.attach({ ...request, signatureId, held });
  await parts.review(wallet, held);
  await store.wallets.add([sealed], walletEvents('wallet.attached', [signatureId]));
  return wallet;
}

const schemes: Readonly<Record<HeldKey['curve'], Scheme>> = {
  secp256k1: 'ecdsa-secp256k1',
  p256: 'ecdsa-p256',
  ed25519: 'ed25519',
};

/** Has the key sign what no chain takes for a transaction: random bytes, behind a text that no transaction begins with. */
async function requireSigns(holders: AttachParts['holders'], uri: string, held: HeldKey): Promise<void> {
  const { curve, publicKey } = held;
  const random = new Uint8Array(randomBytes(32));
  const bytes = curve === 'ed25519' ? Uint8Array.from([...Buffer.from('custos attach '), ...random]) : random;
  const signature = await holders.sign({ uri, scheme: schemes[curve], bytes });
  const isRight = {
    secp256k1: () => signature.length === 64 && verifySecp256k1(bytes, signature, { signer: publicKey, half: 'any' }),
    p256: () => verifyP256(bytes, signature, publicKey),
    ed25519: () => verifyEd25519(bytes, signature, publicKey),
  };
  if (isRight[curve]()) return;
  throw new CustosError('SIGNATURE_INVALID', 'the key signs, but not for the public key that its holder shows');
}
