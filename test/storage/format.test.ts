import { createDecipheriv, createHash, createHmac, hkdfSync, scryptSync } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { backupStore } from '../../src/app/store/backup.js';
import { parseChainId, parseTenantId } from '../../src/core/ids.js';
import { Secret } from '../../src/core/secret.js';
import { parsePending } from '../../src/core/signing/pending.js';
import { openDatabase } from '../../src/storage/open-database.js';
import { createStore } from '../../src/storage/open-store.js';
import { makeExternalSlot, makeSlotKey } from '../../src/vault/external-slot.js';
import { journalKeyOf } from '../../src/vault/journal-key.js';
import { makeRecoveryKey, makeSlot } from '../../src/vault/key-slots.js';
import { newVault } from '../vault/support.js';
import { eth, freshDirectory, storeId } from './support.js';

// A second reader of docs/wallet-store.md. Below this line nothing of Custos is used to read what Custos wrote.

const directory = freshDirectory();

const J = (...parts: (string | Uint8Array)[]): Buffer =>
  Buffer.concat(
    parts.flatMap((part) => {
      const bytes = Buffer.from(part as string);
      const length = Buffer.alloc(4);
      length.writeUInt32BE(bytes.length);
      return [length, bytes];
    }),
  );

function split(bytes: Buffer): Buffer[] {
  if (bytes.length === 0) return [];
  const end = 4 + bytes.readUInt32BE();
  return [bytes.subarray(4, end), ...split(bytes.subarray(end))];
}

const hkdf = (key: Uint8Array, salt: Uint8Array, info: string): Buffer =>
  Buffer.from(hkdfSync('sha256', key, salt, info, 32));

function unbox(key: Uint8Array, box: Uint8Array, aad: Uint8Array): Buffer {
  const decipher = createDecipheriv('aes-256-gcm', key, box.subarray(0, 12), { authTagLength: 16 });
  decipher.setAAD(aad).setAuthTag(box.subarray(-16));
  return Buffer.concat([decipher.update(box.subarray(12, -16)), decipher.final()]);
}

interface SlotRow {
  id: string;
  kind: string;
  log_n: number;
  r: number;
  p: number;
  salt: Uint8Array;
  box: Uint8Array;
  generation: number | null;
}

interface WalletRow {
  signature_id: string;
  chain: string;
  network: string;
  kind: string;
  created_at: number;
  format: number;
  public_box: Uint8Array;
  secret_box: Uint8Array;
  control_box: Uint8Array | null;
  tenant: string;
  address_digest: Uint8Array;
  owner_digest: Uint8Array | null;
  slot_digest: Uint8Array | null;
}

function openRoot(slot: SlotRow, password: string, id: string): Buffer {
  const N = 2 ** slot.log_n;
  const wrapping = scryptSync(password, slot.salt, 32, { N, r: slot.r, p: slot.p, maxmem: 256 * N * slot.r });
  const bound = ['custos/v2/slot', id, slot.id, slot.kind, `${slot.generation}`];
  return unbox(wrapping, slot.box, slot.generation ? J(...bound) : J('custos/v1/slot', id, slot.id, slot.kind));
}

/** By the slot key that the outside key gave for what is wrapped. */
function openOutside(slot: Pick<SlotRow, 'id' | 'box' | 'generation'>, by: Outside, id: string): Buffer {
  const boxKey = hkdf(by.key, Buffer.from(id, 'hex'), 'custos/v1/slot-key');
  const bound = ['custos/v3/slot', id, slot.id, 'external', `${slot.generation}`, by.reference];
  return unbox(boxKey, slot.box, J(...bound, by.wrapped));
}

interface Outside {
  readonly key: Uint8Array;
  readonly reference: string;
  readonly wrapped: Uint8Array;
}

function openHalf(root: Uint8Array, id: string, row: WalletRow, purpose: 'public' | 'secret' | 'control'): Buffer[] {
  const salt = Buffer.from(id, 'hex');
  const name = purpose === 'control' ? 'wallet-control' : purpose;
  const key = hkdf(hkdf(root, salt, `custos/v1/${name}`), salt, `${row.signature_id}/${purpose}`);
  const facts = [`${row.format}`, purpose, id, row.signature_id, row.chain, row.network, row.kind, `${row.created_at}`];
  if (row.format === 3) facts.push(row.tenant);
  const boxes = { public: row.public_box, secret: row.secret_box, control: row.control_box ?? Buffer.alloc(0) };
  return split(unbox(key, boxes[purpose], J('custos/record', ...facts)));
}

async function makeStore() {
  const { rootKey, vault } = newVault();
  const recovery = makeRecoveryKey();
  const slotKey = makeSlotKey();
  const wrapped = new TextEncoder().encode('what the outside key made of it');
  const slots = [
    await makeSlot(rootKey, Secret.text('\uff21ngstro\u0308m'), { kind: 'password', storeId, generation: 1 }),
    // As a store of an older format has it.
    await makeSlot(rootKey, recovery, { kind: 'recovery', storeId }),
    makeExternalSlot(rootKey, slotKey, { storeId, generation: 1, reference: 'command:office', wrapped }),
  ];
  const store = await createStore(directory.path('store.db'), { storeId, slots });
  await store.unlockJournal({ key: journalKeyOf(rootKey, storeId), mayAdopt: false });
  const hd = await vault.create(eth, 'testnet', { kind: 'hd', label: 'until ☀' });
  const key = await vault.create(eth, 'mainnet', { kind: 'key' });
  const marked = await vault.create(parseChainId('BSC'), 'mainnet', {
    kind: 'key',
    tags: ['hot', 'cold'],
    owner: 'Ann',
  });
  const tenant = parseTenantId('shop');
  const owned = await vault.create(parseChainId('XRP'), 'mainnet', {
    kind: 'key',
    tenant,
    owner: 'u-17',
    slot: 'main',
  });
  await store.wallets.add([hd.sealed, key.sealed, marked.sealed, owned.sealed]);
  const received = { id: 'a', chain: 'ETH', hashes: [], serializedTransaction: '{}', index: 1 };
  await store.journal.claim([parsePending(received, eth, 'testnet')]);
  return { store, rootKey, vault, recovery: recovery.exposeText(), slotKey: slotKey.key, hd, key, marked, owned };
}

test('a program that follows docs/wallet-store.md opens a store from its password to its secrets', async () => {
  const { store, rootKey, vault, recovery, slotKey, hd, key, marked, owned } = await makeStore();
  await store.close();
  const file = await readFile(directory.path('store.db'));
  expect(file.subarray(68, 72).toString()).toBe('CUST');

  const database = await openDatabase<never>(directory.path('store.db'));
  const rows = <T>(query: string): Promise<T[]> =>
    database.read(async (db) => (await sql.raw<T>(query).execute(db)).rows);
  const meta = Object.fromEntries(
    (await rows<{ key: string; value: string }>('SELECT * FROM meta')).map((row) => [row.key, row.value]),
  );
  expect(meta).toMatchObject({ format: '7', store_id: storeId, root_generation: '1' });
  const id = meta['store_id'] ?? '';

  const slots = await rows<SlotRow>('SELECT * FROM key_slots');
  const password = slots.find(({ kind }) => kind === 'password')!;
  const root = openRoot(password, 'Angstr\u00f6m', id);
  expect(root).toEqual(Buffer.from(rootKey));
  const recoverySlot = slots.find(({ kind }) => kind === 'recovery')!;
  expect(openRoot(recoverySlot, recovery.replaceAll('-', ''), id)).toEqual(root);
  const outside = slots.find(({ kind }) => kind === 'external')!;
  expect([outside.log_n, outside.r, outside.p]).toEqual([0, 0, 0]);
  const said = Buffer.from(outside.salt);
  const end = 4 + said.readUInt32BE();
  const [reference, wrapped] = [String(said.subarray(4, end)), said.subarray(end)];
  expect([reference, String(wrapped)]).toEqual(['command:office', 'what the outside key made of it']);
  expect(openOutside(outside, { key: slotKey, reference, wrapped }, id)).toEqual(root);

  const wallets = await rows<WalletRow>('SELECT * FROM wallets');
  const hdRow = wallets.find(({ kind }) => kind === 'hd')!;
  expect(openHalf(root, id, hdRow, 'public').map(String)).toEqual([hd.wallet.xpub, '', 'until ☀']);
  const [mnemonic, node] = openHalf(root, id, hdRow, 'secret');
  expect(String(mnemonic)).toBe(vault.export(hd.sealed).mnemonic);
  expect(node).toHaveLength(64);
  const keyRow = wallets.find(({ kind, chain }) => kind === 'key' && chain === 'ETH')!;
  expect(openHalf(root, id, keyRow, 'public').map(String)).toEqual(['', key.wallet.address, '']);
  const [privateKey] = openHalf(root, id, keyRow, 'secret');
  expect(`0x${privateKey?.toString('hex')}`).toBe(vault.export(key.sealed).privateKey);

  expect([hdRow, keyRow].map(({ format, control_box }) => [format, control_box])).toEqual(
    [1, 1].map((one) => [one, null]),
  );

  const markedRow = wallets.find(({ chain }) => chain === 'BSC')!;
  const control = ['1', 'active', `${marked.wallet.createdAt}`, '', 'Ann', '', '', 'cold', 'hot'];
  expect(markedRow.format).toBe(2);
  expect(openHalf(root, id, markedRow, 'control').map(String)).toEqual(control);
  const [xpub, address, label, derivation, copy] = openHalf(root, id, markedRow, 'public');
  expect([xpub, address, label, derivation].map(String)).toEqual(['', marked.wallet.address, '', '']);
  expect(split(copy!).map(String)).toEqual(control);
  const [markedKey] = openHalf(root, id, markedRow, 'secret');
  expect(`0x${markedKey?.toString('hex')}`).toBe(vault.export(marked.sealed).privateKey);

  const ownedRow = wallets.find(({ chain }) => chain === 'XRP')!;
  const ownedControl = ['1', 'active', `${owned.wallet.createdAt}`, '', 'u-17', '', '', '', 'main'];
  expect([ownedRow.format, ownedRow.tenant]).toEqual([3, 'shop']);
  expect(openHalf(root, id, ownedRow, 'control').map(String)).toEqual(ownedControl);
  expect(split(openHalf(root, id, ownedRow, 'public')[4]!).map(String)).toEqual(ownedControl);
  const salt = Buffer.from(id, 'hex');
  const indexKey = hkdf(hkdf(root, salt, 'custos/v1/public'), salt, 'custos/v1/index');
  const blind = (...parts: string[]) =>
    createHmac('sha256', indexKey)
      .update(J(...parts))
      .digest();
  const place = ['XRP', 'mainnet'];
  const { address: shown = '' } = owned.wallet;
  expect(Buffer.from(ownedRow.address_digest)).toEqual(blind('address', 'shop', ...place, shown));
  expect(Buffer.from(ownedRow.owner_digest!)).toEqual(blind('owner', 'shop', 'u-17'));
  expect(Buffer.from(ownedRow.slot_digest!)).toEqual(blind('slot', 'shop', 'u-17', ...place, 'main'));
  const firstAddress = vault.identify(hd.sealed, { signatureId: hd.wallet.signatureId, index: 0 }).address;
  expect(Buffer.from(hdRow.address_digest)).toEqual(blind('address', 'default', 'ETH', 'testnet', firstAddress));

  const journalKey = hkdf(root, Buffer.from(id, 'hex'), 'custos/v1/journal');
  const hmac = (...parts: string[]) =>
    createHmac('sha256', journalKey).update(JSON.stringify(parts)).digest('base64url');
  expect(meta['journal_mark']).toBe(hmac('custos/journal'));
  for (const table of ['transactions', 'transaction_events']) {
    const [row] = await rows<Record<string, unknown>>(`SELECT * FROM ${table}`);
    const { mac, lease_owner: _owner, lease_expires_at: _end, seq: _seq, feed: _feed, ...covered } = row ?? {};
    const columns = Object.entries(covered).filter(([, value]) => value !== null);
    columns.sort(([one], [other]) => Buffer.compare(Buffer.from(one), Buffer.from(other)));
    expect(mac).toBe(hmac(table, ...columns.flatMap(([name, value]) => [name, String(value)])));
  }

  const [transaction] = await rows<{ digest: string }>('SELECT digest FROM transactions');
  const payload = JSON.stringify(['testnet', 'ETH', '{}', [], null, 1, null, null]);
  expect(transaction?.digest).toBe(createHash('sha256').update(payload).digest('hex'));
  await database.close();
});

test('a program that follows docs/wallet-store.md reads a backup', async () => {
  const { store, rootKey, slotKey, hd, marked } = await makeStore();
  await backupStore(store, rootKey, { file: directory.path('backup') });
  await store.close();
  const file = await readFile(directory.path('backup'));
  expect(file.subarray(0, 16).toString()).toBe('custos-backup/1\n');
  const headerEnd = 20 + file.readUInt32BE(16);
  const header = file.subarray(20, headerEnd);
  const { backupId, storeId: id, slots } = JSON.parse(header.toString());
  const digest = createHash('sha256').update(header).digest();
  expect(file.subarray(headerEnd, headerEnd + 32)).toEqual(digest);

  const [slot] = slots;
  const bytes = (value: { bytes: string }) => Buffer.from(value.bytes, 'base64');
  const row = {
    ...slot,
    log_n: slot.kdf.logN,
    r: slot.kdf.r,
    p: slot.kdf.p,
    salt: bytes(slot.salt),
    box: bytes(slot.box),
  };
  const root = openRoot(row, 'Angstr\u00f6m', id);
  const outside = slots.find(({ kind }: SlotRow) => kind === 'external');
  const { reference } = outside;
  const by = { key: slotKey, reference, wrapped: bytes(outside.wrapped) };
  expect(openOutside({ ...outside, box: bytes(outside.box) }, by, id)).toEqual(root);
  const key = hkdf(root, Buffer.from(backupId, 'hex'), 'custos/v1/backup');

  const chunks: { kind: number; text: string }[] = [];
  for (let at = headerEnd + 32; at < file.length; ) {
    const end = at + 4 + file.readUInt32BE(at);
    const kind = file.readUInt8(at + 4);
    const box = file.subarray(at + 5, end);
    expect(box.subarray(0, 12).toString('hex')).toBe(chunks.length.toString(16).padStart(24, '0'));
    const aad = J('custos/backup', digest, `${chunks.length}`, kind === 1 ? 'rows' : 'end');
    chunks.push({ kind, text: unbox(key, box, aad).toString() });
    at = end;
  }
  expect(chunks.map(({ kind }) => kind)).toEqual([1, 1, 2]);
  expect(chunks.at(-1)?.text).toBe('');
  const all = chunks.slice(0, -1).flatMap(({ text }) => JSON.parse(text));
  expect(all.map(({ kind }) => kind)).toEqual(['wallet', 'wallet', 'wallet', 'wallet', 'transaction']);
  const wallet = all.find((one) => one.wallet?.signatureId === hd.wallet.signatureId)?.wallet;
  expect(bytes(wallet.secretBox)).toEqual(Buffer.from(hd.sealed.secretBox));
  const withControl = all.find((one) => one.wallet?.signatureId === marked.wallet.signatureId)?.wallet;
  expect(bytes(withControl.controlBox)).toEqual(Buffer.from(marked.sealed.controlBox!));
  expect(wallet).not.toHaveProperty('controlBox');
  expect(all.at(-1).transaction).toMatchObject({ id: 'a', row: { state: 'claimed' }, events: [{ place: 1 }] });
});

test('the recovery key has the form that docs/wallet-store.md states', () => {
  const digits = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
  const text = makeRecoveryKey().exposeText();
  const groups = text.split('-');
  expect(groups.map(({ length }) => length)).toEqual(new Array(14).fill(4));
  const bits = [...groups.join('')].map((digit) => digits.indexOf(digit).toString(2).padStart(5, '0')).join('');
  const bytes = Buffer.from((bits.slice(0, 256).match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
  expect(bits.slice(256, 260)).toBe('0000');
  const check = [...createHash('sha256').update(bytes).digest()]
    .map((byte) => byte.toString(2).padStart(8, '0'))
    .join('');
  expect(bits.slice(260)).toBe(check.slice(0, 20));
});
