import type { ChainRegistry } from '../../core/chain/chain.js';
import { CustosError } from '../../core/errors.js';
import type { KeyHolder } from '../../core/signing/key-holder.js';
import type { KnownKey, LentWork, PublicVault } from '../../core/signing/vault.js';
import type { KeyRef, OpenSecret, SealedWallet } from '../../core/signing/wallet.js';
import { type Derivation, hdAddress, schemeOf } from '../derivation.js';
import { wipeSecret } from '../open-secret.js';
import { openSecret, type Sealing } from '../records.js';
import { LocalKey } from './local-key.js';
import { RemoteKey, uriOf } from './remote-key.js';

/** What opening a key takes. */
export interface Lender {
  readonly secretSealing: Sealing;
  readonly chains: ChainRegistry;
  readonly public: PublicVault;
  /** Signs with keys outside; absent where none are reached. */
  readonly holder?: KeyHolder | undefined;
}

/** A key that is lent, wherever it is. */
type Lendable = LocalKey | RemoteKey;

/** Opens one key. A stored secret must still give the address it is shown with. @throws CustosError RECORD_DAMAGED */
export function openKey(lender: Lender, sealed: SealedWallet, ref: KeyRef): Lendable {
  if (sealed.kind === 'remote') return remoteKey(lender, sealed, ref);
  const known = lender.public.facts(sealed, ref);
  const privateKey = openPrivateKey(lender, sealed, ref);
  try {
    const { publicKey, address } = publicSide(lender, sealed, privateKey);
    if (known !== undefined && known.address !== address) throw foreignKey(sealed);
    return localKey(lender, { sealed, ref, facts: { address, publicKey } }, privateKey);
  } catch (error) {
    privateKey.fill(0);
    throw error;
  }
}

/** Opens one key with a known address. A public key that is not known yet is computed and checked when it is first needed. */
export function lendKey(lender: Lender, known: KnownKey): Lendable {
  if (known.sealed.kind === 'remote') return remoteKey(lender, known.sealed, known.ref);
  return localKey(lender, known, openPrivateKey(lender, known.sealed, known.ref));
}

/** Reads one private key, in the chain's own byte form. @returns fresh bytes that the caller wipes. @throws CustosError as `openKey` */
export function readPrivateKey(lender: Lender, sealed: SealedWallet, ref: KeyRef): Uint8Array {
  const known = lender.public.facts(sealed, ref);
  const privateKey = openPrivateKey(lender, sealed, ref);
  if (known === undefined || known.address === publicSide(lender, sealed, privateKey).address) return privateKey;
  privateKey.fill(0);
  throw foreignKey(sealed);
}

/** Lends keys to `work`, and wipes them when it has ended, even if it throws or rejects. */
export async function lendTo<T>(open: Iterable<() => Lendable>, work: LentWork<T>): Promise<T> {
  const keys: Lendable[] = [];
  try {
    for (const openOne of open) keys.push(openOne());
    return await work(keys);
  } finally {
    for (const key of keys) key.wipe();
  }
}

/** The private key at an index of a mnemonic, or the one that is stored. @returns fresh bytes that the caller wipes */
export function derive(
  secret: OpenSecret,
  { chain, name, index }: Pick<Derivation, 'chain' | 'name'> & { readonly index: number | undefined },
): Uint8Array {
  if (secret.kind === 'key') return secret.privateKey.slice();
  if (secret.kind === 'remote') throw elsewhere();
  if (index === undefined) throw new CustosError('INDEX_MISSING', `${chain.id} needs a derivation index`);
  return schemeOf({ chain, name }).privateKey(secret.node, index);
}

/** Runs `work` on a secret and wipes it. */
export function useOnce<T>(secret: OpenSecret, work: (secret: OpenSecret) => T): T {
  try {
    return work(secret);
  } finally {
    wipeSecret(secret);
  }
}

function localKey(lender: Lender, { sealed, facts }: KnownKey, privateKey: Uint8Array): LocalKey {
  const { keys } = lender.chains.get(sealed.chain);
  const { address } = facts;
  return new LocalKey(
    {
      privateKey,
      address,
      publicKey(own) {
        const side = publicSide(lender, sealed, own);
        if (side.address !== address) throw foreignKey(sealed);
        return side.publicKey;
      },
      rawKey: (own) => keys.rawKey?.(own) ?? { kind: keys.curves[0], bytes: own },
    },
    facts.publicKey,
  );
}

function openPrivateKey({ secretSealing, chains, public: shown }: Lender, sealed: SealedWallet, ref: KeyRef) {
  const chain = chains.get(sealed.chain);
  const name = sealed.kind === 'hd' ? shown.wallet(sealed).derivation : undefined;
  return useOnce(openSecret(secretSealing, sealed), (secret) => derive(secret, { chain, name, index: ref.index }));
}

function publicSide({ chains, public: shown }: Lender, sealed: SealedWallet, privateKey: Uint8Array) {
  const { network, kind } = sealed;
  const chain = chains.get(sealed.chain);
  const publicKey = chain.keys.publicKey(privateKey);
  if (kind !== 'hd') return { publicKey, address: chain.keys.address(publicKey, network) };
  return { publicKey, address: hdAddress(publicKey, { chain, name: shown.wallet(sealed).derivation, network }) };
}

/** A key outside, whose public key must still give the address that it is shown with. */
function remoteKey(
  { secretSealing, chains, public: shown, holder }: Lender,
  sealed: SealedWallet,
  ref: KeyRef,
): RemoteKey {
  const known = shown.facts(sealed, ref);
  const secret = openSecret(secretSealing, sealed);
  if (secret.kind !== 'remote') throw foreignKey(sealed);
  const { publicKey } = secret;
  const address = chains.get(sealed.chain).keys.address(publicKey, sealed.network);
  if (known?.address !== address) throw foreignKey(sealed);
  return new RemoteKey({ address, publicKey, uri: uriOf(secret), holder });
}

/** No private key is here. */
function elsewhere(): CustosError {
  return new CustosError('KEY_ELSEWHERE', 'a token or key service holds the private key of this wallet');
}

function foreignKey({ signatureId }: SealedWallet): CustosError {
  return new CustosError('RECORD_DAMAGED', `the key of wallet ${signatureId} does not give its address`);
}
