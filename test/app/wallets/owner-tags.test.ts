import { describe, expect, it } from 'vitest';
import { createToken, tokenParts } from '../../../src/app/access/tokens.js';
import { rekeyStore } from '../../../src/app/store/rekey.js';
import { ownersOf, ownerTag, tagsOwners } from '../../../src/app/wallets/owner-tags.js';
import { readToken } from '../../../src/core/access/token.js';
import { systemClock } from '../../../src/core/clock.js';
import { parseChainId, parseOwnerId, parseTenantId } from '../../../src/core/ids.js';
import { Secret } from '../../../src/core/secret.js';
import { parsePending } from '../../../src/core/signing/pending.js';
import { journalMac } from '../../../src/core/store/journal-mac.js';
import { createIntake } from '../../../src/lifecycle/intake.js';
import { createStore, openStore } from '../../../src/storage/open-store.js';
import { journalKeyOf } from '../../../src/vault/journal-key.js';
import { openSlots } from '../../../src/vault/key-slots.js';
import { anySlot, freshLocation, kinds, storeId } from '../../storage/support.js';
import { newVault } from '../../vault/support.js';

const shop = parseTenantId('shop');
const ann = parseOwnerId('u-17');

describe.each(kinds)('what names an owner by a tag, with a store on %s,', (kind) => {
  const location = freshLocation(kind);

  it('names the same owner after the store got a new root key', async () => {
    const { vault, publicVault, rootKey } = newVault();
    const keyOf = (root: Uint8Array) => journalKeyOf(root, storeId);
    const store = await createStore(location(), { storeId, slots: [anySlot()] });
    await store.unlockJournal({ key: keyOf(rootKey), mayAdopt: false });
    await store.access.addTenant({ id: shop, createdAt: 1 });
    const eth = parseChainId('ETH');
    const made = await vault.create(eth, 'testnet', { kind: 'key', tenant: shop, owner: ann });
    await store.wallets.add([made.sealed]);
    const owners = async () => ({ store, vault: publicVault });
    const parts = tokenParts({ store, rootKey, clock: systemClock, owners });
    const wanted = { tenant: shop, name: 'web', scopes: ['wallets:read'], owners: [ann] } as const;
    const { id } = await createToken(parts, wanted);
    const received = { id: 'a'.repeat(24), chain: 'ETH', serializedTransaction: '{}', hashes: [], signatureIds: [] };
    const keys = [{ signatureId: made.wallet.signatureId }];
    const pending = { ...parsePending({ ...received, signatureId: made.wallet.signatureId }, eth, 'testnet'), keys };
    const intake = tagsOwners(createIntake(store.journal), { store, vault: publicVault });
    await intake.accept({ tenant: shop, source: 'api', kind: 'transaction', delivery: 'broadcast', pending });

    const password = Secret.text('five words make it well');
    await rekeyStore(store, { rootKey, password });
    await store.close();
    const again = await openStore(location());
    const fresh = newVault(await openSlots(await again.slots.all(), password, storeId));
    const key = keyOf(fresh.rootKey);
    await again.unlockJournal({ key, mayAdopt: false });
    const tag = ownerTag(fresh.publicVault, shop, ann);
    const stored = await again.access.token(id);
    expect(stored && readToken(journalMac(key), stored)?.ownerTags).toEqual([tag]);
    expect(await ownersOf({ store: again, vault: fresh.publicVault }, shop, [tag])).toEqual([{ owner: ann, tag }]);
    expect(await again.journal.find({ tenant: shop, ownerTags: [tag] })).toMatchObject([
      { id: pending.id, intake: { ownerTag: tag } },
    ]);
    expect(await again.journal.find({ tenant: shop, ownerTags: [] })).toEqual([]);
    await again.close();
  });
});
