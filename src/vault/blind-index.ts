import { createHmac } from 'node:crypto';
import type { ChainRegistry } from '../core/chain/chain.js';
import { defaultTenant } from '../core/ids.js';
import type { BlindIndex } from '../core/signing/lookup.js';
import { tenantOf, type Wallet } from '../core/signing/wallet.js';
import { expandKey, joinUnambiguously } from '../crypto/seal.js';
import { hdAddress, schemeOf } from './derivation.js';
import type { Sealing } from './records.js';

/** Addresses whose digests are remembered: each request that names one looks it up. */
const MOST_ADDRESSES = 10_000;

/**
 * Blind indexes under the key of a store's public halves. Whoever can open them may look up, and no other key gives the digests:
 * a copy of the database says only which wallets have the same owner or label.
 */
export function blindIndex({ extracted }: Sealing, chains: ChainRegistry): BlindIndex {
  const key = () => expandKey(extracted, Buffer.from('custos/v1/index'));
  const digest = (...parts: readonly string[]): Uint8Array => {
    const once = key();
    const bytes = new Uint8Array(createHmac('sha256', once).update(joinUnambiguously(parts)).digest());
    once.fill(0);
    return bytes;
  };
  // Only digests of addresses are remembered, which the database has, too: neither the key, nor who owns what.
  const known = new Map<string, Uint8Array>();
  const shown = new WeakMap<Wallet, string>();
  const index: BlindIndex = {
    address({ tenant = defaultTenant, chain, network }, address) {
      // Neither tenants nor chains nor networks have a blank.
      const name = `${tenant} ${chain} ${network} ${address}`;
      const found = known.get(name) ?? digest('address', tenant, chain, network, address);
      known.delete(name);
      known.set(name, found);
      const oldest = known.keys().next().value;
      if (known.size > MOST_ADDRESSES && oldest !== undefined) known.delete(oldest);
      // A copy: what is remembered stays as it is, whatever becomes of this one.
      return found.slice();
    },
    addressOf(wallet) {
      const address = shown.get(wallet) ?? firstAddress(wallet, chains);
      shown.set(wallet, address);
      return index.address(wallet, address);
    },
    owner: (tenant, owner) => digest('owner', tenant, owner),
    label: (tenant, label) => digest('label', tenant, label),
    slot: ({ tenant, owner, chain, network, slot }) => digest('slot', tenant, owner, chain, network, slot),
    wallet(wallet) {
      const { label, chain, network, control: { owner, slot } = {} } = wallet;
      const tenant = tenantOf(wallet);
      return {
        // Of a wallet that is being made or changed, and not looked up again and again.
        address: digest('address', tenant, chain, network, firstAddress(wallet, chains)),
        ...(label !== undefined && { label: index.label(tenant, label) }),
        ...(owner !== undefined && { owner: index.owner(tenant, owner) }),
        // A wallet that is nobody's any more has no place either.
        ...(owner !== undefined && slot !== undefined && { slot: index.slot({ tenant, owner, chain, network, slot }) }),
      };
    },
  };
  return index;
}

/** The address that the wallet shows, or that of index 0. */
function firstAddress({ address, xpub, chain: id, network, derivation: name }: Wallet, chains: ChainRegistry): string {
  if (address !== undefined || xpub === undefined) return address ?? '';
  const derivation = { chain: chains.get(id), name, network };
  const publicKey = schemeOf(derivation).publicKey?.(xpub, 0);
  return publicKey === undefined ? '' : hdAddress(publicKey, derivation);
}
