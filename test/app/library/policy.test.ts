import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createStore, type Judge, openStore, Secret, type Transaction, type WalletStore } from '../../../src/index.js';
import { openStore as openStorage } from '../../../src/storage/open-store.js';
import { openSlot } from '../../../src/vault/key-slots.js';
import { anyPayment, dayLimit, sealer } from '../../support/control.js';
import { type Server, startServer } from '../../support/http.js';

const directory = mkdtempSync(join(tmpdir(), 'custos-library-policy-'));
const options = { location: join(directory, 'store.db'), password: Secret.text('password of a program') };
const allow: Judge = { name: 'yes', decide: async () => ({ kind: 'allow' }) };
/** One payment with its fee. */
const COST = 21_001;
let store: WalletStore;
let signatureId: string;
/** Answers nothing of use, so signed bytes stay where they are. */
let node: Server;

beforeAll(async () => {
  node = await startServer((response) => response.writeHead(500).end());
  ({ store } = await createStore(options));
  ({ signatureId } = await store.createWallet({ chain: 'ETH', network: 'testnet', kind: 'key' }));
});
afterAll(async () => {
  await store.close();
  await node.close();
  rmSync(directory, { recursive: true });
});

/** As the command with the password publishes it. */
async function publish(members: { readonly version: number; readonly [name: string]: unknown }): Promise<string> {
  const database = await openStorage(options.location);
  try {
    const { rootKey } = await openSlot(await database.slots.all(), options.password, database.storeId);
    const seals = sealer({ rootKey, storeId: database.storeId });
    await database.policies.add(seals.policy(members));
    return seals.read(members).hash;
  } finally {
    await database.close();
  }
}

/** What becomes of a payment by a program that opens the store afresh, and whose own judge allows everything. */
async function carried(nonce: number): Promise<unknown> {
  await store.close();
  store = await openStore(options);
  const carrier = await store.carrier({ network: 'testnet', nodes: { ETH: node.url }, judges: [allow] });
  const fields = { to: `0x${'11'.repeat(20)}`, value: '1', nonce, gas: '21000', gasPrice: '1', chainId: 11155111 };
  const payment: Transaction = {
    id: `p-${nonce}`,
    chain: 'ETH',
    keys: [{ signatureId }],
    unsigned: JSON.stringify(fields),
  };
  const { state, error } = await carrier.carry(payment);
  return [state, error?.code];
}

it('a published policy binds a program that embeds Custos, with its limits, whatever its own judges say', async () => {
  expect(await carried(0)).toEqual(['signed', 'NODE_UNREACHABLE']);
  const previous = await publish({ version: 1 });
  expect(await carried(1)).toEqual(['denied', 'JUDGE_DENIED']);
  await publish({ version: 2, previous, permits: [anyPayment], limits: [dayLimit(COST)] });
  expect(await carried(2)).toEqual(['signed', 'NODE_UNREACHABLE']);
  expect(await carried(3)).toEqual(['denied', 'JUDGE_DENIED']);
});
