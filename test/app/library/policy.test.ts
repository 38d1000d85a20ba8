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
/** Hash of the newest policy. */
let newest: string | undefined;
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
  newest = await publish({ version: 2, previous, permits: [anyPayment], limits: [dayLimit(COST)] });
  expect(await carried(2)).toEqual(['signed', 'NODE_UNREACHABLE']);
  expect(await carried(3)).toEqual(['denied', 'JUDGE_DENIED']);
});

/** What becomes of a message by such a program. */
async function signed(idempotencyKey: string): Promise<unknown> {
  await store.close();
  store = await openStore(options);
  const carrier = await store.carrier({ network: 'testnet', nodes: {}, judges: [allow] });
  const { state, error } = await carrier.signMessage({
    chain: 'ETH',
    key: { signatureId },
    text: 'hi',
    idempotencyKey,
  });
  return [state, error?.code];
}

it('a published policy has to name messages, and the audit log says what was signed', async () => {
  expect(await signed('before')).toEqual(['denied', 'JUDGE_DENIED']);
  const messages = { id: 'messages', op: ['message'], to: 'any' };
  await publish({ version: 3, previous: newest, permits: [anyPayment, messages] });
  expect(await signed('after')).toEqual(['completed', undefined]);
  const events = await messageEvents();
  expect(events).toEqual(['transaction.denied message', 'transaction.signed message', 'transaction.completed message']);
});

/** Audit events that name what was signed, when it was no transaction. */
async function messageEvents(): Promise<readonly string[]> {
  const database = await openStorage(options.location);
  try {
    const found = await database.audit.events({ writer: 'main', from: 0, limit: 10_000 });
    return found.flatMap(({ leaf, opening }) => {
      const { kind }: { kind?: string } = JSON.parse(opening?.detail ?? '{}');
      const isStep = leaf?.code.startsWith('transaction.') === true && kind !== undefined;
      return isStep ? [`${leaf.code} ${kind}`] : [];
    });
  } finally {
    await database.close();
  }
}
