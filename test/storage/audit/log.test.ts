import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Checkpoints } from '../../../src/app/audit/checkpoints.js';
import { backupStore, restoreStore } from '../../../src/app/store/backup.js';
import { rekeyStore } from '../../../src/app/store/rekey.js';
import { leafText } from '../../../src/core/audit/leaf.js';
import { CompactRange, leafHash } from '../../../src/core/audit/tree.js';
import { Secret } from '../../../src/core/secret.js';
import { parsePending } from '../../../src/core/signing/pending.js';
import type { AuditHead, StoredEvent } from '../../../src/core/store/audit.js';
import type { Lease } from '../../../src/core/store/journal.js';
import type { Store } from '../../../src/core/store/store.js';
import { parseCheckpoint } from '../../../src/crypto/checkpoint.js';
import { publicKey } from '../../../src/crypto/ed25519.js';
import { checkNote } from '../../../src/crypto/signed-note.js';
import type { Database } from '../../../src/storage/database.js';
import { openDatabase } from '../../../src/storage/open-database.js';
import { createStore, openStore } from '../../../src/storage/open-store.js';
import type { StoreTables } from '../../../src/storage/schema.js';
import { auditSeedOf, checkpointSigner } from '../../../src/vault/audit-key.js';
import { journalKeyOf } from '../../../src/vault/journal-key.js';
import { makeSlot } from '../../../src/vault/key-slots.js';
import { anySlot, anyWallet, eth, freshDirectory, freshLocation, kinds } from '../support.js';

/** Its own: files of tests run at the same time, and one that has a store's root key replaced keeps others out. */
const storeId = 'ffeeddccbbaa99887766554433221100';
const rootKey = new Uint8Array(32).fill(5);
const key = journalKeyOf(rootKey, storeId);
const directory = freshDirectory();

const pending = (id: string) =>
  parsePending({ id, chain: 'ETH', hashes: [], serializedTransaction: '{}', index: 1 }, eth, 'testnet');

async function eventsOf(store: Store, writer = 'main'): Promise<readonly StoredEvent[]> {
  return store.audit.events({ writer, from: 0, limit: 10_000 });
}

async function codesOf(store: Store, writer = 'main'): Promise<readonly (string | undefined)[]> {
  return (await eventsOf(store, writer)).map(({ leaf }) => leaf?.code);
}

function rootOf({ size, hashes }: AuditHead): Uint8Array {
  return new CompactRange(size, hashes).root();
}

async function signAll(store: Store, key = rootKey): Promise<void> {
  const signer = checkpointSigner(storeId, [auditSeedOf(key, storeId)]);
  await new Checkpoints(store.audit, signer.sign, () => 7).signAll();
}

async function change(
  location: string,
  work: (db: Parameters<Parameters<Database<StoreTables>['write']>[0]>[0]) => Promise<unknown>,
) {
  const database = await openDatabase<StoreTables>(location);
  await database.write(work);
  await database.close();
}

const exported = (wallet: string) => ({ code: 'wallet.exported', detail: { wallets: [wallet] } }) as const;

describe.each(kinds)('the audit log on %s', (kind) => {
  const location = freshLocation(kind);
  let store: Store;

  beforeEach(async () => {
    store = await createStore(location(), { storeId, slots: [anySlot()] });
    await store.unlockJournal({ key, mayAdopt: false });
  });
  afterEach(() => store.close());

  async function claimOf(id: string): Promise<Lease> {
    const [claimed] = await store.journal.claim([pending(id)]);
    if (claimed?.kind !== 'claimed') throw new Error('no lease');
    return claimed.lease;
  }

  it('holds each event under the hash of its leaf, and the head is the root of all leaves', async () => {
    for (let at = 0; at < 9; at++)
      await store.audit.add([exported(`a${at}`), exported(`b${at}`)].slice(0, 1 + (at % 2)));
    const events = await eventsOf(store);
    expect(events.map(({ place }) => place)).toEqual(events.map((_, at) => at));
    const tree = new CompactRange();
    for (const { leaf, hash } of events) {
      if (leaf === undefined) throw new Error('no leaf');
      const bytes = leafHash(Buffer.from(leafText(leaf)));
      expect(Buffer.from(bytes).toString('base64')).toBe(hash);
      tree.append(bytes);
    }
    const [head] = await store.audit.heads();
    expect(head).toMatchObject({ writer: 'main', size: 13 });
    expect(rootOf(head!)).toEqual(tree.root());
  });

  it('has an event for each step of a transaction, and none for a step that was refused', async () => {
    const lease = await claimOf('a');
    await store.journal.advance(lease, 'signed', { signed: '0x01', txId: 'b', completed: '{}' });
    await expect(store.journal.advance(lease, 'denied', {})).rejects.toMatchObject({ code: 'STATE_CONFLICT' });
    await store.journal.advance(lease, 'broadcast', { txId: 'b' });
    await store.journal.advance(lease, 'completed', {});
    expect(await codesOf(store)).toEqual(['transaction.signed', 'transaction.broadcast', 'transaction.completed']);
    const [signed] = await eventsOf(store);
    expect(JSON.parse(signed?.opening?.detail ?? '')).toEqual({
      bytes: expect.stringMatching(/^[0-9a-f]{64}$/),
      chain: 'ETH',
      network: 'testnet',
      process: store.audit.process,
      transaction: 'a',
      txId: 'b',
    });
  });

  it('undoes a step whose event cannot be written', async () => {
    const lease = await claimOf('a');
    const foreign = {
      writer: 'main',
      place: 0,
      hash: '',
      at: null,
      code: null,
      commitment: null,
      salt: null,
      detail: null,
    };
    await change(location(), (db) => db.insertInto('audit_events').values(foreign).execute());
    const step = store.journal.advance(lease, 'signed', { signed: '0x01', txId: 'b', completed: '{}' });
    await expect(step).rejects.toMatchObject({ code: 'AUDIT_BROKEN' });
    expect((await store.journal.get('a'))?.state).toBe('claimed');
  });

  it('refuses to go on behind a head that was changed', async () => {
    await store.audit.add([exported('a')]);
    await change(location(), (db) => db.updateTable('audit_heads').set({ size: 0, hashes: '' }).execute());
    await expect(store.audit.add([exported('b')])).rejects.toMatchObject({ code: 'AUDIT_BROKEN' });
    await expect(store.audit.heads()).rejects.toMatchObject({ code: 'AUDIT_BROKEN' });
  });

  it('takes what a process without a key says in a log of its own', async () => {
    const other = await openStore(location());
    await other.audit.add([{ code: 'store.unlock-failed', detail: { command: 'test', code: 'PASSWORD_WRONG' } }]);
    await other.close();
    expect(await codesOf(store, 'unkeyed')).toEqual(['store.unlock-failed']);
    expect(await codesOf(store)).toEqual([]);
  });

  it('is signed in checkpoints, each naming the one before it', async () => {
    await store.audit.add([exported('a'), exported('b')]);
    await signAll(store);
    await store.audit.add([exported('c')]);
    await signAll(store);
    await signAll(store);
    const found = await store.audit.checkpoints({ writer: 'main', from: 0, limit: 10 });
    expect(found.map(({ size }) => size)).toEqual([2, 3]);
    const key = { name: `custos/${storeId}/main`, publicKey: publicKey(auditSeedOf(rootKey, storeId)) };
    const [head] = await store.audit.heads();
    const last = parseCheckpoint(found[1]?.note ?? '');
    expect(checkNote(last!.note, key)).toBe('valid');
    expect(Buffer.compare(last!.root, rootOf(head!))).toBe(0);
    expect(last?.extensions).toEqual([expect.stringMatching(/^previous [A-Za-z0-9+/]{43}=$/)]);
  });

  it('is not signed when one of its events was changed since', async () => {
    await store.audit.add([exported('a'), exported('b')]);
    const hash = Buffer.alloc(32, 1).toString('base64');
    await change(location(), (db) => db.updateTable('audit_events').set({ hash }).where('place', '=', 0).execute());
    await expect(signAll(store)).rejects.toMatchObject({ code: 'AUDIT_BROKEN' });
    expect(await store.audit.newest()).toEqual([]);
  });

  it('is not signed again by one signer after it was turned back', async () => {
    const signer = checkpointSigner(storeId, [auditSeedOf(rootKey, storeId)]);
    await store.audit.add([exported('a')]);
    const [former] = await store.audit.heads();
    await store.audit.add([exported('b')]);
    await new Checkpoints(store.audit, signer.sign, () => 7).signAll();
    // The head row of before with its own MAC, and another second event.
    await change(location(), async (db) => {
      await db.deleteFrom('audit_checkpoints').execute();
      await db.deleteFrom('audit_events').where('place', '=', 1).execute();
    });
    const start = { size: 1, hashes: Buffer.concat([...former!.hashes]) };
    const request = { writer: 'main', start, leaves: Buffer.alloc(32, 9), beside: [] };
    await expect(signer.sign(request)).rejects.toMatchObject({ code: 'AUDIT_BROKEN' });
    const anew = { ...request, start: { size: 0, hashes: Buffer.alloc(0) }, leaves: Buffer.alloc(64, 9) };
    await expect(signer.sign(anew)).rejects.toMatchObject({ code: 'AUDIT_BROKEN' });
    // Neither a part of what was signed, nor what does not go through it.
    const ahead = { size: 4, hashes: Buffer.alloc(32, 9) };
    for (const other of [
      { ...request, leaves: Buffer.alloc(0) },
      { ...request, start: ahead },
    ]) {
      await expect(signer.sign(other)).rejects.toMatchObject({ code: 'AUDIT_BROKEN' });
    }
  });

  it.each<[string, (sign: () => Promise<void>, command: () => Promise<void>) => Promise<void>]>([
    ['that a command signed after a signer that still runs', async (_sign, command) => command()],
    [
      'whose last checkpoint was signed and not stored',
      async (sign) => {
        const [before] = await store.audit.newest();
        await sign();
        await change(location(), (db) =>
          db
            .deleteFrom('audit_checkpoints')
            .where('size', '>', before?.size ?? 0)
            .execute(),
        );
      },
    ],
  ])('is signed for the next daemon by the same signer, however long it is: %s', async (_what, between) => {
    const signer = checkpointSigner(storeId, [auditSeedOf(rootKey, storeId)]);
    const sign = () => new Checkpoints(store.audit, signer.sign, () => 7).signAll();
    const add = (count: number) => store.audit.add(Array.from({ length: count }, (_, at) => exported(`w${at}`)));
    await add(3_500);
    await sign();
    await add(2_500);
    await between(sign, () => signAll(store));
    await add(1);
    await sign();
    const [head] = await store.audit.heads();
    const [last] = await store.audit.newest();
    expect(last?.size).toBe(6_001);
    expect(Buffer.compare(parseCheckpoint(last?.note ?? '')!.root, rootOf(head!))).toBe(0);
  });

  it('goes with a backup, and the restored store writes to another log', async () => {
    await store.close();
    const path = directory.path('first.db');
    const slots = [await makeSlot(rootKey, Secret.text('password'), { kind: 'password', storeId, generation: 1 })];
    store = await createStore(path, { storeId, slots });
    await store.unlockJournal({ key, mayAdopt: false });
    await store.audit.add([exported('a'), exported('b')]);
    await signAll(store);
    await backupStore(store, rootKey, { file: directory.path('backup') });
    expect(await codesOf(store)).toEqual(['wallet.exported', 'wallet.exported', 'store.backed-up']);
    const second = kind === 'postgres' ? directory.path('second.db') : directory.path('third.db');
    await restoreStore(directory.path('backup'), { password: Secret.text('password'), location: second });
    const restored = await openStore(second);
    restored.unlockAudit(key);
    expect(await eventsOf(restored)).toEqual((await eventsOf(store)).slice(0, 2));
    expect(await restored.audit.newest()).toEqual(await store.audit.newest());
    const heads = await restored.audit.heads();
    expect(heads.map(({ writer, size }) => [writer.length > 4, size])).toEqual([
      [false, 2],
      [true, 1],
    ]);
    expect(await codesOf(restored, heads[1]?.writer)).toEqual(['store.restored']);
    await restored.close();
  });

  it('goes on under a new root key, with a checkpoint that both keys signed', async () => {
    await store.audit.add([exported('a')]);
    await signAll(store);
    await rekeyStore(store, { rootKey, password: Secret.text('five words make it well') });
    expect(await codesOf(store)).toEqual(['wallet.exported', 'store.rekeyed']);
    const [newest] = await store.audit.newest();
    const last = parseCheckpoint(newest?.note ?? '');
    const former = { name: `custos/${storeId}/main`, publicKey: publicKey(auditSeedOf(rootKey, storeId)) };
    expect(last?.size).toBe(2);
    expect(last?.note.signatures).toHaveLength(2);
    expect(checkNote(last!.note, former)).toBe('valid');
    await store.audit.add([exported('b')]);
    expect((await store.audit.heads()).map(({ size }) => size)).toEqual([3]);
  });

  it('has the events of wallets that were added or removed, and none of others', async () => {
    const wallet = anyWallet();
    await store.wallets.add([wallet], [exported(wallet.signatureId)]);
    await expect(store.wallets.add([wallet], [exported(wallet.signatureId)])).rejects.toMatchObject({
      code: 'SIGNATURE_ID_EXISTS',
    });
    expect(await store.wallets.remove(wallet.signatureId, [exported('gone')])).toBe(true);
    expect(await store.wallets.remove(wallet.signatureId, [exported('gone')])).toBe(false);
    expect(await codesOf(store)).toEqual(['wallet.exported', 'wallet.exported']);
  });
});
