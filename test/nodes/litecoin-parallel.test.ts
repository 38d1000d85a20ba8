import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { transactionForm } from '../../src/api/transaction-forms.js';
import { Transactions } from '../../src/app/serve/transactions.js';
import { litecoin } from '../../src/chains/utxo/chains/litecoin.js';
import { defaultTenant, parseChainId } from '../../src/core/ids.js';
import { TestApi } from '../api/support.js';
import { freshLocation } from '../storage/support.js';
import { hasLitecoind, type Litecoind, startLitecoind } from '../support/litecoind.js';

const isThere = hasLitecoind();
const LTC = parseChainId('LTC');
const to = litecoin.keys.address(litecoin.keys.publicKey(new Uint8Array(32).fill(0x22)), 'testnet');
const COINS = 4;

describe.skipIf(!isThere)('payments over Litecoin', () => {
  const location = freshLocation();
  let node: Litecoind;
  let api: TestApi;
  let token: string;
  let wallet: string;

  beforeAll(async () => {
    node = await startLitecoind();
  });
  afterAll(() => node?.stop());

  beforeEach(async () => {
    api = new TestApi();
    api.nodes = { LTC: node.url };
    await api.open(location());
    token = await api.token();
    const made = await api.wallet('LTC');
    wallet = made.signatureId;
    // Each block gives the wallet one output, which may be spent after a hundred more.
    await node.rpc('generatetoaddress', [COINS, made.address]);
    await node.rpc('generatetoaddress', [100, to]);
  });
  afterEach(() => api.close());

  const form = () => ({ kind: 'transfer', chain: 'LTC', from: { wallet }, to, amount: '1', maxFee: '0.01' });
  const pay = (key: string) =>
    api.ask('POST /v1/transactions', { token, body: form(), headers: { 'idempotency-key': key } });

  /** The outputs that each accepted payment spends. */
  async function spent(): Promise<readonly string[]> {
    const entries = await api.store.journal.find({ chain: LTC });
    return entries.flatMap(({ pending }) => {
      const { inputs } = JSON.parse(pending.serialized) as { inputs: { prevTxId: string; outputIndex: number }[] };
      return inputs.map(({ prevTxId, outputIndex }) => `${prevTxId}:${outputIndex}`);
    });
  }

  it('that are asked for at the same time never take the same output', async () => {
    const answers = await Promise.all(Array.from({ length: COINS + 1 }, (_, at) => pay(`payment-${at}`)));
    expect(answers.map(({ status }) => status).sort()).toEqual([...Array(COINS).fill(202), 400]);
    expect(answers.find(({ status }) => status === 400)?.body['code']).toBe('AMOUNT_INVALID');
    const outputs = await spent();
    expect([outputs.length, new Set(outputs).size]).toEqual([COINS, COINS]);
    const [first] = answers.filter(({ status }) => status === 202);
    await api.ask(`POST /v1/transactions/${String(first?.body['id'])}/cancel`, { token });
    expect((await pay('again')).status).toBe(202);
  });

  it('that are asked for twice at the same time take one output', async () => {
    const answers = await Promise.all(Array.from({ length: 3 }, () => pay('once')));
    expect(new Set(answers.map(({ body }) => body['id'])).size).toBe(1);
    expect(await spent()).toHaveLength(1);
    const [entry] = await api.store.journal.find({ chain: LTC });
    expect(entry?.pending.feeLimit).toEqual({ asset: 'LTC', most: '1000000' });
  });

  it('are built again when another process takes their output meanwhile', async () => {
    const { journal } = api.store;
    let isFirst = true;
    // Sees what the other process reserved only after it has built a payment with the same output.
    const late = {
      ...journal,
      spent: async (...asked: Parameters<typeof journal.spent>) => {
        const known = await journal.spent(...asked);
        const told = isFirst ? new Set<string>() : known;
        isFirst = false;
        return told;
      },
    };
    expect((await pay('one')).status).toBe(202);
    const accepted = await new Transactions({
      ...api.handing,
      lifecycle: { ...api.handing.lifecycle, journal: late },
    }).submit({
      ...{ tenant: defaultTenant, initiator: 'token', idempotency: { key: 'two', digest: 'd' } },
      form: transactionForm.parse(form()),
    });
    expect(accepted.kind).toBe('accepted');
    expect(isFirst).toBe(false);
    expect(new Set(await spent()).size).toBe(2);
  });
});
