import type { ChainRegistry } from '../../core/chain/chain.js';
import { CustosError } from '../../core/errors.js';
import type { SignatureId } from '../../core/ids.js';
import type { ImportRequest, MadeWallet, Vault } from '../../core/signing/vault.js';
import type { SealedWallet, Wallet } from '../../core/signing/wallet.js';
import { parseMnemonic } from '../../crypto/mnemonic.js';
import { deriveAccount, schemeOf } from '../../vault/derivation.js';
import {
  makeSealing,
  purposeKey,
  RECORD_FORMAT,
  type Sealing,
  sealPublic,
  sealSecret,
  wipeSecret,
} from '../../vault/records.js';

/** A vault with what it was opened from. */
export interface Keeper {
  readonly vault: Vault;
  readonly rootKey: Uint8Array;
  readonly storeId: string;
  readonly chains: ChainRegistry;
}

export type Verbatim = Omit<ImportRequest, 'secret' | 'signatureId'> & {
  readonly signatureId: SignatureId;
  /** NFKD; otherwise exactly as it was written. */
  readonly words: string;
};

/** Why the words, as they are written, are not the one form of a BIP-39 mnemonic; undefined when they are. */
export function oddityOf(words: string): CustosError | 'spelling' | undefined {
  try {
    return parseMnemonic(words) === words ? undefined : 'spelling';
  } catch (error) {
    if (error instanceof CustosError) return error;
    throw error;
  }
}

/**
 * Seals a mnemonic wallet from words that are no BIP-39 mnemonic. The old program stretched whatever it was given, letter for
 * letter, so that is what opens the addresses in use; the vault's own import refuses such words, as it should.
 * @throws CustosError ADDRESS_MISMATCH, MNEMONIC_INVALID (the chain derives from what the words spell), ADDRESS_INVALID
 */
export async function sealVerbatim(keeper: Keeper, request: Verbatim): Promise<MadeWallet> {
  const { signatureId, network, label, derivation: name, words } = request;
  const chain = keeper.chains.get(request.chain);
  const derivation = { chain, name, network };
  // The old program checked the words on such chains; there is nothing to derive from.
  if (schemeOf(derivation).source === 'entropy') parseMnemonic(words);
  const { node, ...shown } = await deriveAccount(words, derivation);
  const secret = { kind: 'hd' as const, mnemonic: new TextEncoder().encode(words), node };
  const createdAt = Date.now();
  const facts = { signatureId, chain: chain.id, network, kind: secret.kind, createdAt, format: RECORD_FORMAT };
  const publicPart = { ...shown, ...(label && { label }), ...(name !== undefined && { derivation: name }) };
  const boxes = {
    publicBox: withSealing(keeper, 'public', (sealing) => sealPublic(sealing, facts, publicPart)),
    secretBox: withSealing(keeper, 'secret', (sealing) => sealSecret(sealing, facts, secret)),
  };
  wipeSecret(secret);
  const sealed: SealedWallet = { ...facts, ...boxes };
  // Read back through the vault, which also compares the derived address with the public half.
  const first = keeper.vault.use([sealed], [{ signatureId, index: 0 }], ([key]) => key?.address);
  checkStated(request, {
    xpub: shown.xpub,
    address: first,
    normalize: (text) => chain.keys.normalizeAddress(text, network),
  });
  const { format: _format, ...wallet } = facts;
  return { wallet: { ...wallet, ...publicPart }, sealed };
}

function withSealing<T>({ rootKey, storeId }: Keeper, purpose: 'public' | 'secret', work: (sealing: Sealing) => T): T {
  const key = purposeKey(rootKey, storeId, purpose);
  const sealing = makeSealing(key, storeId);
  try {
    return work(sealing);
  } finally {
    key.fill(0);
    sealing.extracted.fill(0);
  }
}

interface Found {
  readonly xpub: Wallet['xpub'];
  readonly address: string | undefined;
  normalize(address: string): string;
}

function checkStated({ xpub, address }: Verbatim, found: Found): void {
  if (xpub !== undefined && xpub !== found.xpub) {
    throw new CustosError(
      'ADDRESS_MISMATCH',
      `the secret gives the xpub ${found.xpub ?? 'none at all'}, not the stated ${xpub}`,
    );
  }
  if (address !== undefined && found.normalize(address) !== found.address) {
    throw new CustosError(
      'ADDRESS_MISMATCH',
      `the secret gives the address ${found.address}, not the stated ${address}`,
    );
  }
}
