import { randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { parseChainId, parseSignatureId } from '../../../src/core/ids.js';
import type { Store } from '../../../src/core/store/store.js';
import { openDatabase } from '../../../src/storage/open-database.js';
import { createStore, openStore } from '../../../src/storage/open-store.js';
import { fileTest } from '../../support/file-test.js';
import { onPostgres } from '../../support/postgres.js';
import { allIds, anySlot, anyWallet, eth, freshLocation, runChild, storeId } from '../support.js';

const location = freshLocation();
const makeStore = (): Promise<Store> => createStore(location(), { storeId, slots: [anySlot()] });
const bsc = parseChainId('BSC');

test('wallets are unchanged, byte for byte, after the store was closed and opened', async () => {
  const store = await makeStore();
  const controlBox = new Uint8Array(randomBytes(90));
  const wallets = [
    anyWallet(),
    anyWallet({ kind: 'hd', network: 'testnet', chain: bsc }),
    anyWallet({ format: 2, controlBox }),
    anyWallet({ format: 2, controlBox, secretBox: new Uint8Array() }),
  ];
  await store.wallets.add(wallets);
  await store.close();
  const again = await openStore(location());
  const ids = wallets.map(({ signatureId }) => signatureId);
  expect(new Set(await again.wallets.get(ids))).toEqual(new Set(wallets));
  await again.close();
});

test('adding is all or nothing: if one signature ID is known, none is added', async () => {
  const store = await makeStore();
  const known = anyWallet();
  await store.wallets.add([known]);
  const fresh = Array.from({ length: 1200 }, () => anyWallet());
  const adding = store.wallets.add([...fresh, { ...anyWallet(), signatureId: known.signatureId }]);
  await expect(adding).rejects.toMatchObject({ code: 'SIGNATURE_ID_EXISTS' });
  expect(await store.wallets.count({})).toBe(1);
  expect(await store.wallets.get([known.signatureId])).toEqual([known]);
  await store.close();
});

test('pages contain all wallets once, in order, whatever their number', async () => {
  const store = await makeStore();
  const wallets = Array.from({ length: 1050 }, (_, at) => anyWallet({ chain: at % 3 === 0 ? bsc : eth }));
  await store.wallets.add(wallets);
  const seen: string[] = [];
  for (let after: (typeof wallets)[number]['signatureId'] | undefined; ; ) {
    const page = await store.wallets.page({ chain: bsc }, after, 100);
    if (page.length === 0) break;
    expect(page.length).toBeLessThanOrEqual(100);
    seen.push(...page.map(({ signatureId }) => signatureId));
    after = page.at(-1)?.signatureId;
  }
  const expected = wallets.filter(({ chain }) => chain === bsc).map(({ signatureId }) => signatureId);
  expect(seen).toEqual([...expected].sort());
  await store.close();
});

test('ids, chains and counts answer for the chain and network that was asked', async () => {
  const store = await makeStore();
  const main = anyWallet();
  const other = anyWallet({ network: 'testnet' });
  const third = anyWallet({ chain: bsc });
  await store.wallets.add([main, other, third]);
  expect(await allIds(store.wallets, { chain: eth, network: 'mainnet' })).toEqual([main.signatureId]);
  expect(await allIds(store.wallets, { chain: eth })).toHaveLength(2);
  expect(await store.wallets.chains('mainnet')).toEqual([bsc, eth]);
  expect(await store.wallets.chains('testnet')).toEqual([eth]);
  expect(await store.wallets.count({ network: 'testnet' })).toBe(1);
  expect(await store.wallets.count({})).toBe(3);
  await store.close();
});

test('many ids are asked for at once, and unknown ones give nothing', async () => {
  const store = await makeStore();
  const wallets = Array.from({ length: 1100 }, () => anyWallet());
  await store.wallets.add(wallets);
  const ids = wallets.map(({ signatureId }) => signatureId);
  const unknown = parseSignatureId('26d3883e-4e17-48b3-a0ee-09a3e484ac83');
  expect(await store.wallets.get([...ids, unknown])).toHaveLength(1100);
  expect(await store.wallets.get([])).toEqual([]);
  await store.close();
});

test('a removed wallet is gone, and a second removal says that it was missing', async () => {
  const store = await makeStore();
  const wallet = anyWallet();
  await store.wallets.add([wallet]);
  expect(await store.wallets.remove(wallet.signatureId)).toBe(true);
  expect(await store.wallets.remove(wallet.signatureId)).toBe(false);
  expect(await store.wallets.count({})).toBe(0);
  await store.close();
});

// PostgreSQL itself refuses a column of another type.
const otherTypes = onPostgres ? [] : [["public_box = 'text'"], ['secret_box = 7'], ["control_box = 'text'"]];
test.each([["network = 'moonnet'"], ["kind = 'seed'"], ["chain = 'not a chain'"], ...otherTypes])(
  'a record with manually edited columns is a damaged record: %s',
  async (change) => {
    const store = await makeStore();
    const wallet = anyWallet();
    await store.wallets.add([wallet]);
    await store.close();
    const database = await openDatabase<never>(location());
    await database.write(async (db) => {
      await sql.raw(`UPDATE wallets SET ${change}`).execute(db);
    });
    await database.close();
    const again = await openStore(location());
    await expect(again.wallets.get([wallet.signatureId])).rejects.toMatchObject({ code: 'RECORD_DAMAGED' });
    await again.close();
  },
);

test('two processes that add wallets to one store at the same time lose none', async () => {
  await (await makeStore()).close();
  const adder = `
    const { openStore } = await import('$(storage/open-store.ts)');
    const { randomUUID } = await import('node:crypto');
    const store = await openStore(${JSON.stringify(location())});
    for (let batch = 0; batch < 40; batch++) {
      const wallets = Array.from({ length: 10 }, () => ({
        signatureId: randomUUID(), chain: 'ETH', network: 'mainnet', kind: 'key', createdAt: 1, format: 1,
        publicBox: new Uint8Array(80), secretBox: new Uint8Array(64),
      }));
      await store.wallets.add(wallets);
      console.log(wallets.map(({ signatureId }) => signatureId).join('\\n'));
    }
    await store.close();`;
  const children = await Promise.all([runChild(adder), runChild(adder)]);
  expect(children.map(({ code, errors }) => ({ code, errors }))).toEqual([
    { code: 0, errors: '' },
    { code: 0, errors: '' },
  ]);
  const printed = children.flatMap(({ lines }) => lines).sort();
  expect(printed).toHaveLength(800);
  const store = await openStore(location());
  expect(await allIds(store.wallets, {})).toEqual(printed);
  await store.close();
});

// A script that adds batches without end and prints what is durable; errors are printed and end it.
const endless = (path: string) => `
  const { openStore } = await import('$(storage/open-store.ts)');
  const { randomUUID, randomBytes } = await import('node:crypto');
  const store = await openStore(${JSON.stringify(path)});
  for (;;) {
    const wallets = Array.from({ length: 20 }, () => ({
      signatureId: randomUUID(), chain: 'ETH', network: 'mainnet', kind: 'key', createdAt: 1, format: 1,
      publicBox: new Uint8Array(randomBytes(200)), secretBox: new Uint8Array(randomBytes(300)),
    }));
    try {
      await store.wallets.add(wallets);
    } catch (error) {
      console.log(error.code);
      break;
    }
    process.stdout.write(wallets.map(({ signatureId }) => signatureId + '\\n').join(''));
  }
  console.log(await store.wallets.count({}));
  await store.close();`;

test('every printed wallet survives kill -9 at any moment', async () => {
  await (await makeStore()).close();
  const printed = new Set<string>();
  for (const killAfter of [1, 45, 130, 333, 700]) {
    const child = await runChild(endless(location()), { killAfter });
    expect(child.signal).toBe('SIGKILL');
    for (const line of child.lines) printed.add(line);
  }
  expect(printed.size).toBeGreaterThan(1200);
  const store = await openStore(location());
  await store.check();
  const kept = new Set<string>(await allIds(store.wallets, {}));
  expect([...printed].filter((id) => !kept.has(id))).toEqual([]);
  // Batches are whole.
  expect(kept.size % 20).toBe(0);
  await store.close();
});

fileTest('its disk is that of the server')(
  'a full disk is a coded error, all printed wallets exist, and the store stays readable',
  async () => {
    await (await makeStore()).close();
    const child = await runChild(endless(location()), { fileBlocks: 600 });
    const code = child.lines.at(-2);
    expect({ code, errors: child.errors, exit: child.code }).toEqual({ code: 'STORE_FULL', errors: '', exit: 0 });
    const printed = child.lines.slice(0, -2);
    expect(printed.length).toBeGreaterThan(100);
    // The full process itself could still read what it had written.
    expect(child.lines.at(-1)).toBe(String(printed.length));
    const store = await openStore(location());
    await store.check();
    expect(await allIds(store.wallets, {})).toEqual([...printed].sort());
    await store.wallets.add([anyWallet()]);
    await store.close();
  },
);
