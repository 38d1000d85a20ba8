import { parseOwnerId } from '../../core/ids.js';
import type { WalletsService } from '../../core/signing/wallets-service.js';
import type { Store } from '../../core/store/store.js';
import { ownerTag } from './owner-tags.js';
import { limitOwner, type OwnerParts, putOwner, requireOwner } from './owners.js';

type OwnersService = Pick<WalletsService, 'putOwner' | 'getOwner' | 'limitOwner' | 'owners'>;

/** The owners of a store, for doors. */
export function ownersService(parts: OwnerParts & { readonly store: Pick<Store, 'wallets'> }): OwnersService {
  const { store, vault } = parts;
  return {
    putOwner: (tenant, owner) => putOwner(parts, tenant, parseOwnerId(owner)),
    limitOwner: (tenant, owner, limits) => limitOwner(parts, { tenant, owner: parseOwnerId(owner) }, limits),
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
