import type { ChainRegistry } from '../../core/chain/chain.js';
import { parseOwnerId } from '../../core/ids.js';
import type { WalletsService } from '../../core/signing/wallets-service.js';
import type { Store } from '../../core/store/store.js';
import { ownerTag } from './owner-tags.js';
import { limitOwner, type OwnerParts, putOwner, requireOwner } from './owners.js';
import { readSpendingLimits } from './spending.js';

type OwnersService = Pick<WalletsService, 'putOwner' | 'getOwner' | 'owners'>;

/** The owners of a store, for doors. */
export function ownersService(
  parts: OwnerParts & { readonly store: Pick<Store, 'wallets'>; readonly chains: ChainRegistry },
): OwnersService {
  const { store, vault, chains } = parts;
  return {
    async putOwner(tenant, owner, { mostSpent: asked, ...rest } = {}) {
      const limits = { ...rest, mostSpent: asked ? readSpendingLimits(chains, asked) : asked };
      const put = await putOwner(parts, tenant, parseOwnerId(owner));
      const isLimit = Object.values(limits).some((most) => most !== undefined);
      return isLimit ? { ...put, owner: await limitOwner(parts, put.owner, limits) } : put;
    },
    async getOwner(tenant, owner) {
      const known = await requireOwner(parts, tenant, parseOwnerId(owner));
      return { ...known, wallets: await store.wallets.count({ owner: vault.index.owner(tenant, owner) }) };
    },
    async owners(tenant, { after, limit }) {
      const place = after === undefined ? undefined : new Uint8Array(Buffer.from(after, 'hex'));
      const found = await store.owners.page(tenant, place, limit);
      const page = found.map((stored) => {
        const known = vault.beside.openOwner(stored);
        return { ...known, tag: ownerTag(vault, tenant, known.owner) };
      });
      return { page, last: found.length < limit ? undefined : page.at(-1)?.tag };
    },
  };
}
