import type { ChainRegistry } from '../core/chain/chain.js';
import { CustosError } from '../core/errors.js';
import type { SignatureId } from '../core/ids.js';
import type { PublicVault } from '../core/signing/vault.js';
import type { KeyRef, SealedWallet, Wallet } from '../core/signing/wallet.js';
import { blindIndex } from './blind-index.js';
import { hdAddress, schemeOf } from './derivation.js';
import { lookupSeal } from './lookup-seal.js';
import { makeSealing, openPublic, type Sealing } from './records.js';

export interface PublicVaultOptions {
  /** Key of the public halves: 32 bytes (`viewKey`). */
  readonly viewKey: Uint8Array;
  readonly storeId: string;
  readonly chains: ChainRegistry;
}

/** Opened halves that a front remembers. */
const MOST_OPENED = 10_000;
/** Those that a signer remembers: it gets each transaction of a wallet with the record again. */
const MOST_OF_SIGNER = 4_000;

type Open = (sealed: SealedWallet) => Wallet;

/** Reads public halves: what the front holds while it serves. It remembers those that it read last. */
export function openPublicVault({ viewKey, storeId, chains }: PublicVaultOptions): PublicVault {
  const sealing = makeSealing(viewKey, storeId);
  return publicVault(sealing, chains, MOST_OPENED);
}

/** As `openPublicVault`; the maker of the sealing wipes it. @param most - halves that are remembered */
export function publicVault(sealing: Sealing, chains: ChainRegistry, most = MOST_OF_SIGNER): PublicVault {
  const wallet = remembering(opening(sealing), most);
  const index = blindIndex(sealing, chains);
  return {
    wallet,
    index,
    beside: lookupSeal(sealing, index),
    facts(sealed, ref) {
      checkIndex(sealed, ref);
      const chain = chains.get(sealed.chain);
      const { xpub, address, derivation } = wallet(sealed);
      if (xpub !== undefined && ref.index !== undefined) {
        const scheme = schemeOf({ chain, name: derivation });
        if (scheme.publicKey === undefined) return undefined;
        const publicKey = scheme.publicKey(xpub, ref.index);
        return { publicKey, address: hdAddress(publicKey, { chain, name: derivation, network: sealed.network }) };
      }
      if (address === undefined) throw noAddress(sealed);
      return sealed.kind !== 'hd' || ref.index === 0 ? { address } : undefined;
    },
  };
}

function opening(sealing: Sealing): Open {
  return (sealed) => {
    const { signatureId, chain, network, kind, createdAt, tenant } = sealed;
    const facts = { signatureId, chain, network, kind, createdAt, ...(tenant !== undefined && { tenant }) };
    return { ...facts, ...openPublic(sealing, sealed) };
  };
}

/** A request opens the halves of its wallets several times. What is remembered counts for exactly the record that it was read from. */
function remembering(open: Open, most: number): Open {
  const known = new Map<SignatureId, { readonly half: Half; readonly wallet: Wallet }>();
  return (sealed) => {
    const found = known.get(sealed.signatureId);
    if (found !== undefined && isSameHalf(found.half, sealed)) return found.wallet;
    const wallet = open(sealed);
    known.delete(sealed.signatureId);
    known.set(sealed.signatureId, { half: halfOf(sealed), wallet });
    const oldest = known.keys().next().value;
    if (known.size > most && oldest !== undefined) known.delete(oldest);
    return wallet;
  };
}

/** The public half of a record and the facts that are bound to it; nothing of the record that it does not authenticate. */
type Half = Pick<SealedWallet, 'chain' | 'network' | 'kind' | 'createdAt' | 'format' | 'tenant' | 'publicBox'> & {
  readonly hasControl: boolean;
};

function halfOf({ chain, network, kind, createdAt, format, tenant, publicBox, controlBox }: SealedWallet): Half {
  const facts = { chain, network, kind, createdAt, format, ...(tenant !== undefined && { tenant }) };
  // Copied: the bytes of a record may be a part of the message that it came with.
  return { ...facts, publicBox: new Uint8Array(publicBox), hasControl: controlBox !== undefined };
}

function isSameHalf(one: Half, other: SealedWallet): boolean {
  return (
    one.chain === other.chain &&
    one.network === other.network &&
    one.kind === other.kind &&
    one.createdAt === other.createdAt &&
    one.format === other.format &&
    one.tenant === other.tenant &&
    one.hasControl === (other.controlBox !== undefined) &&
    Buffer.compare(one.publicBox, other.publicBox) === 0
  );
}

/** @throws CustosError INDEX_MISSING (mnemonic wallet without an index), INDEX_UNEXPECTED (private-key wallet with one) */
function checkIndex(sealed: SealedWallet, ref: KeyRef): void {
  if (sealed.kind === 'hd' && ref.index === undefined) {
    throw new CustosError(
      'INDEX_MISSING',
      `wallet ${sealed.signatureId} is a mnemonic: the derivation index is missing`,
    );
  }
  if (sealed.kind !== 'hd' && ref.index !== undefined) {
    const text = `wallet ${sealed.signatureId} has one key, but index ${ref.index} was asked for`;
    throw new CustosError('INDEX_UNEXPECTED', text);
  }
}

function noAddress({ signatureId }: SealedWallet): CustosError {
  return new CustosError('RECORD_DAMAGED', `the record of wallet ${signatureId} has neither xpub nor address`);
}
