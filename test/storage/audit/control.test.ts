import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parsePending } from '../../../src/core/signing/pending.js';
import type { StoredApproval } from '../../../src/core/store/approvals.js';
import type { Store } from '../../../src/core/store/store.js';
import { openDatabase } from '../../../src/storage/open-database.js';
import { createStore } from '../../../src/storage/open-store.js';
import type { StoreTables } from '../../../src/storage/schema.js';
import { journalKeyOf } from '../../../src/vault/journal-key.js';
import { anySlot, anyWallet, eth, freshLocation, kinds, storeId } from '../support.js';

const key = journalKeyOf(new Uint8Array(32).fill(5), storeId);
const document = (version: number) => ({ version, box: Uint8Array.of(1), viewBox: Uint8Array.of(2) });
const sealed = '4bf5122f344554c53bde2ebb8cd2b7e3d1600ad631c385a5d7cce23c7785459a';

function approval(nonce: string, decision: 'approve' | 'reject'): Omit<StoredApproval, 'spentFor'> {
  const text = `custos-approval/1\nstore: x\ndecision: ${decision}\nkey: ed25519:bea\n`;
  return { nonce, pendingId: 'a', at: 1, text, signature: 's' };
}

const freeze = {
  id: '0a'.repeat(16),
  at: 1,
  text: 'custos-freeze/1\nscope: chain ETH\nreason: a theft\nby: none\n',
  mac: 'm',
};

describe.each(kinds)('what persons decide, in the audit log on %s,', (kind) => {
  const location = freshLocation(kind);
  let store: Store;

  beforeEach(async () => {
    store = await createStore(location(), { storeId, slots: [anySlot()] });
    await store.unlockJournal({ key, mayAdopt: false });
  });
  afterEach(() => store.close());

  async function recorded(): Promise<readonly (readonly [string | undefined, Record<string, unknown>])[]> {
    const events = await store.audit.events({ writer: 'main', from: 0, limit: 100 });
    return events.map(({ leaf, opening }) => {
      const { process: _own, ...detail } = JSON.parse(opening?.detail ?? '{}');
      return [leaf?.code, detail];
    });
  }

  it('is a constitution or a policy that came into force, and not one that was refused', async () => {
    await store.approvals.addConstitution(document(1));
    await expect(store.approvals.addConstitution(document(1))).rejects.toMatchObject({ code: 'CONSTITUTION_CONFLICT' });
    await store.policies.add(document(1));
    await expect(store.policies.add(document(3))).rejects.toMatchObject({ code: 'POLICY_CONFLICT' });
    expect(await recorded()).toEqual([
      ['constitution.enacted', { version: 1, sealed }],
      ['policy.published', { version: 1, sealed }],
    ]);
  });

  it('is each approval and rejection once, and each spending once', async () => {
    await store.approvals.add(approval('n1', 'approve'));
    await store.approvals.add(approval('n2', 'reject'));
    await expect(store.approvals.add(approval('n1', 'approve'))).rejects.toMatchObject({ code: 'APPROVAL_REPLAYED' });
    await store.approvals.spend({ nonces: ['n1'], attempt: '0' });
    await store.approvals.spend({ nonces: ['n1'], attempt: '0' });
    await expect(store.approvals.spend({ nonces: ['n1'], attempt: '1' })).rejects.toMatchObject({
      code: 'APPROVAL_SPENT',
    });
    const lines = expect.stringMatching(/^[0-9a-f]{64}$/);
    expect(await recorded()).toEqual([
      ['approval.given', { transaction: 'a', nonce: 'n1', key: 'ed25519:bea', lines }],
      ['approval.rejected', { transaction: 'a', nonce: 'n2', key: 'ed25519:bea', lines }],
      ['approval.spent', { nonces: ['n1'], attempt: '0' }],
    ]);
  });

  it('is a freeze and its end, each once', async () => {
    await store.freezes.add(freeze);
    await store.freezes.add(freeze);
    const end = { at: 2, signatures: '[]', mac: 'm', rootMac: 'm' };
    await store.freezes.end(freeze.id, end);
    await expect(store.freezes.end(freeze.id, end)).rejects.toMatchObject({ code: 'FREEZE_ENDED' });
    expect(await recorded()).toEqual([
      ['freeze.made', { freeze: freeze.id, scope: 'chain ETH', reason: 'a theft' }],
      ['freeze.ended', { freeze: freeze.id }],
    ]);
  });

  describe('where the log is broken and takes no event,', () => {
    const wallet = anyWallet();
    const change = (narrows: boolean) =>
      store.wallets.change({
        ids: [wallet.signatureId],
        narrows,
        alter: (sealed) => ({ ...sealed, controlBox: Uint8Array.of(2) }),
        events: (wallets) => [{ code: 'wallet.marked', detail: { wallets, added: [], removed: [] } }],
      });
    const lost: string[] = [];

    beforeEach(async () => {
      await store.wallets.add([wallet]);
      await store.freezes.add({ ...freeze, id: '0b'.repeat(16) });
      const database = await openDatabase<StoreTables>(location());
      await database.write((db) => db.updateTable('audit_heads').set({ size: 0, hashes: '' }).execute());
      await database.close();
      lost.splice(0);
      store.audit.onUnrecorded((codes) => void lost.push(...codes));
    });

    it('is whatever stops or narrows signing, and the store says what the log lacks', async () => {
      await store.freezes.add(freeze);
      expect((await store.freezes.all()).map(({ id }) => id)).toContain(freeze.id);
      await store.policies.add(document(1), 'narrow');
      expect(await store.policies.after(0)).toHaveLength(1);
      await store.approvals.add(approval('n2', 'reject'));
      expect(await store.approvals.of('a')).toHaveLength(1);
      await change(true);
      expect((await store.wallets.get([wallet.signatureId]))[0]?.controlBox).toEqual(Uint8Array.of(2));
      expect(lost).toEqual(['freeze.made', 'policy.published', 'approval.rejected', 'wallet.marked']);
    });

    it('is nothing that lets more be signed', async () => {
      const end = { at: 2, signatures: '[]', mac: 'm', rootMac: 'm' };
      const refused = [
        () => store.policies.add(document(1)),
        () => store.policies.add(document(1), 'widen'),
        () => store.approvals.add(approval('n1', 'approve')),
        () => store.approvals.spend({ nonces: ['n1'], attempt: '0' }),
        () => store.approvals.addConstitution(document(1)),
        () => store.freezes.end('0b'.repeat(16), end),
        () => change(false),
      ];
      for (const one of refused) await expect(one()).rejects.toMatchObject({ code: 'AUDIT_BROKEN' });
      expect(await store.policies.after(0)).toEqual([]);
      expect(await store.approvals.of('a')).toEqual([]);
      expect((await store.freezes.all()).map((one) => one.end)).toEqual([undefined]);
      expect(lost).toEqual([]);
    });

    it('is a freeze that comes at the same time as what the log refuses', async () => {
      const recordings = () =>
        Promise.allSettled(Array.from({ length: 20 }, () => store.audit.add([{ code: 'daemon.stopped', detail: {} }])));
      const before = recordings();
      const made = store.freezes.add(freeze);
      const after = recordings();
      await made;
      expect([...(await before), ...(await after)].every(({ status }) => status === 'rejected')).toBe(true);
      expect(lost).toEqual(['freeze.made']);
    });
  });

  it('is what a transaction reserved of budgets, once, and before its story tells it', async () => {
    const request = { id: 'a', chain: 'ETH', hashes: [], serializedTransaction: '{}', index: 1 };
    const [claimed] = await store.journal.claim([parsePending(request, eth, 'testnet')]);
    if (claimed?.kind !== 'claimed') throw new Error('no lease');
    const charges = [{ budget: 'day', since: 0, amount: 7n, max: 10n }];
    const budgets = await store.journal.reserveBudgets(claimed.lease, { attempt: '0', charges });
    const reserved = ['transaction.reserved', { transaction: 'a', budgets: ['day 7'] }];
    expect(await recorded()).toMatchObject([reserved]);
    await store.journal.advance(claimed.lease, 'signed', { signed: '0xa', txId: '0xa', budgets });
    expect(await recorded()).toMatchObject([reserved, ['transaction.signed', { transaction: 'a' }]]);
  });
});
