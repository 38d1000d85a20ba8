import { expect, it } from 'vitest';
import { givenApprovals } from '../../../src/app/daemon/given-approvals.js';
import { CustosError } from '../../../src/core/errors.js';
import type { SealedDocument } from '../../../src/core/store/sealed-document.js';
import { createStore } from '../../../src/storage/open-store.js';
import { anySlot, freshLocation, storeId } from '../../storage/support.js';

const location = freshLocation();
const said = { nonce: '0'.repeat(32), pendingId: 'p-1', at: 5, text: 'decision: reject\n', signature: 's' };

/** A look for approvals of a real store, how often it read the constitution, and a clock of its own. */
async function look() {
  const store = await createStore(location(), { storeId, slots: [anySlot()] });
  const made = { store, time: 1_000_000, looks: 0, isAway: false };
  const approvals = {
    of: store.approvals.of,
    async constitution() {
      made.looks += 1;
      if (made.isAway) throw new CustosError('STORE_UNREACHABLE', 'the store is away');
      return store.approvals.constitution();
    },
  };
  return { made, of: givenApprovals({ approvals, clock: { now: () => made.time } }) };
}

const document: SealedDocument = { version: 1, box: Uint8Array.of(1), viewBox: Uint8Array.of(2) };

it('what persons said is found from a quarter of a second after the first constitution on, and then always', async () => {
  const { made, of } = await look();
  await made.store.approvals.add(said);
  expect(await Promise.all([of('p-1'), of('p-2')])).toEqual([[], []]);
  await made.store.approvals.addConstitution(document);
  made.time += 250;
  expect(await of('p-1')).toEqual([said]);
  expect(await of('p-2')).toEqual([]);
  made.time += 60_000;
  expect(await of('p-1')).toEqual([said]);
  expect(made.looks).toBe(2);
  await made.store.close();
});

it('transactions of the same quarter of a second share one look for a constitution, and a clock that goes back delays none', async () => {
  const { made, of } = await look();
  await Promise.all(['a', 'b', 'c'].map(of));
  made.time += 249;
  await of('d');
  expect(made.looks).toBe(1);
  made.time -= 5_000;
  await of('e');
  expect(made.looks).toBe(2);
  await made.store.close();
});

it('a store that is away stops whoever asks for approvals, and is asked again at once', async () => {
  const { made, of } = await look();
  made.isAway = true;
  await expect(of('p-1')).rejects.toMatchObject({ code: 'STORE_UNREACHABLE' });
  made.isAway = false;
  expect(await of('p-1')).toEqual([]);
  await made.store.close();
});
