// Finding a wallet by its exact address among a million of one tenant, from the text to the opened public half.
// All rows but a few are copies under other signature IDs and digests: a search opens only what it finds.
import { join } from 'node:path';
import { findByAddress } from '../dist/app/wallets/lookup.js';
import { createRegistry } from '../dist/chains/registry.js';
import { systemClock } from '../dist/core/clock.js';
import { defaultTenant, parseChainId } from '../dist/core/ids.js';
import { Secret } from '../dist/core/secret.js';
import { createStore, openStore } from '../dist/storage/open-store.js';
import { openSqlite } from '../dist/storage/sqlite/connection.js';
import { makeRootKey, makeSlot, makeStoreId } from '../dist/vault/key-slots.js';
import { openPublicVault, openVault, viewKey } from '../dist/vault/vault.js';
import { report, temporaryHome, time } from './support.js';

const WALLETS = Number(process.env.BENCH_LARGE ?? 1_000_000);
const KNOWN = 200;
const SEARCHES = 4_000;

const [location, chains, storeId, rootKey] = [
  join(temporaryHome(), 'store.db'),
  createRegistry(),
  makeStoreId(),
  makeRootKey(),
];
const vault = openVault({ rootKey, storeId, chains });
const slot = await makeSlot(rootKey, Secret.text('bench password'), { kind: 'password', storeId, generation: 1 });
const made = await createStore(location, { storeId, slots: [slot] });
const eth = parseChainId('ETH');
const known = await Promise.all(Array.from({ length: KNOWN }, () => vault.create(eth, 'mainnet', { kind: 'key' })));
await made.wallets.add(known.map(({ sealed }) => sealed));
await made.close();

const database = await openSqlite(location);
database.exec(`
  WITH RECURSIVE number(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < ${WALLETS - KNOWN})
  INSERT INTO wallets (signature_id, chain, network, kind, created_at, format, public_box, secret_box, tenant, address_digest)
  SELECT
    lower(hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-4' || substr(hex(randomblob(2)), 2) || '-a' ||
      substr(hex(randomblob(2)), 2) || '-' || hex(randomblob(6))),
    chain, network, kind, created_at, format, public_box, secret_box, tenant, randomblob(32)
  FROM number, (SELECT * FROM wallets LIMIT 1)`);
database.close();

const store = await openStore(location);
const front = openPublicVault({ viewKey: viewKey(rootKey, storeId), storeId, chains });
const parts = { store, vault: front, chains, clock: systemClock };
const of = { tenant: defaultTenant, chain: 'ETH', network: 'mainnet' };
const times = [];
for (let at = 0; at < SEARCHES; at++) {
  const { wallet } = known[at % KNOWN];
  times.push(
    await time(async () => {
      const [found] = await findByAddress(parts, of, wallet.address);
      if (found?.wallet.signatureId !== wallet.signatureId) throw new Error('another wallet was found');
    }),
  );
}
await store.close();
times.sort((one, other) => one - other);
const at = (part) => times[Math.floor(times.length * part)];
report('lookup', [
  { what: `a wallet by its address, of ${WALLETS}, median`, figure: `${at(0.5).toFixed(2)} ms` },
  { what: 'the same, 99th percentile', figure: `${at(0.99).toFixed(2)} ms`, goal: '<= 5 ms', met: at(0.99) <= 5 },
]);
process.exit(0);
