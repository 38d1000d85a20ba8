import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hex } from '@scure/base';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { litecoin } from '../../src/chains/utxo/chains/litecoin.js';
import { scriptsOf } from '../../src/chains/utxo/script.js';
import type { Queue } from '../../src/core/store/queue.js';
import { type RunningGateway, startGateway } from '../../src/gateway/server.js';
import { openQueue } from '../../src/storage/queue/queue.js';
import { apiKey, client, optionsFor } from '../gateway/running.js';
import { custos, makeHome, removeHome } from '../support/custos.js';
import { hasLitecoind, type Litecoind, startLitecoind } from '../support/litecoind.js';

const isThere = hasLitecoind();
const signatureId = randomUUID();
const privateKey = new Uint8Array(32).fill(0x18);
const publicKey = litecoin.keys.publicKey(privateKey);
const address = litecoin.keys.address(publicKey, 'testnet');
const receiver = litecoin.keys.address(litecoin.keys.publicKey(new Uint8Array(32).fill(0x19)), 'testnet');

interface Mined {
  readonly confirmations: number;
  readonly vin: readonly { txid: string; vout: number }[];
  readonly vout: readonly { n: number; value: number; scriptPubKey: { hex: string } }[];
}

describe.skipIf(!isThere)('litecoind behind the gateway', () => {
  let node: Litecoind;
  let queue: Queue;
  let gateway: RunningGateway;
  let home: string;
  let directory: string;

  beforeAll(async () => {
    home = makeHome();
    directory = await mkdtemp(join(tmpdir(), 'custos-gateway-ltc-'));
    node = await startLitecoind();
    queue = await openQueue(join(directory, 'queue.db'));
    gateway = await startGateway({ ...optionsFor(node.url, queue), port: 0 });
    const wallet = { privateKey: litecoin.keys.encodePrivateKey(privateKey, 'testnet'), chain: 'LTC', testnet: true };
    const env = { CUSTOS_PASSWORD: 'password of a node test' };
    const input = JSON.stringify({ [signatureId]: wallet });
    expect(await custos(['wallet', 'import'], { home, env, input })).toMatchObject({ code: 0 });
    // A reward may be spent after 100 blocks: three of these can.
    await node.rpc('generatetoaddress', [103, address]);
  });
  afterAll(async () => {
    await gateway?.close();
    await queue?.close();
    await node?.stop();
    removeHome(home);
    await rm(directory, { recursive: true, force: true });
  });

  /** What a transfer became in a block, after the daemon has fetched, signed and handed it back. */
  async function carry(form: object): Promise<Mined & { readonly txId: string }> {
    const { get, post } = client(gateway.url);
    const submitted = await post('/v3/litecoin/transaction', form);
    expect(submitted, JSON.stringify(submitted.body)).toMatchObject({ status: 200 });
    const env = { CUSTOS_PASSWORD: 'password of a node test', CUSTOS_API_KEY: apiKey, CUSTOS_CLOUD_URL: gateway.url };
    const ended = await custos(['daemon', '--testnet', '--runOnce', '--chain=LTC'], { home, env });
    expect(ended).toMatchObject({ code: 0 });
    const { txId, errors } = (await get(`/v3/kms/${submitted.body.signatureId}`)).body;
    expect(txId, JSON.stringify(errors)).toEqual(expect.any(String));
    await node.rpc('generatetoaddress', [1, receiver]);
    return { ...((await node.rpc('getrawtransaction', [txId, true])) as Mined), txId };
  }

  it('litecoind mines a transfer from an address, and one of its change as a named output', async () => {
    const form = { fromAddress: [{ address, signatureId }], to: [{ address: receiver, value: 1.5 }] };
    const first = await carry(form);
    expect(first.confirmations).toBe(1);
    const own = scriptsOf(publicKey).map((script) => hex.encode(script));
    const change = first.vout.find(({ scriptPubKey }) => own.includes(scriptPubKey.hex))!;
    expect(first.vout.find(({ n }) => n !== change.n)!.value).toBe(1.5);

    const fromUTXO = [{ txHash: first.txId, index: change.n, signatureId }];
    const to = [{ address: receiver, value: 2.25 }];
    const second = await carry({ fromUTXO, to, fee: '0.001', changeAddress: address });
    expect(second.confirmations).toBe(1);
    expect(second.vin.map(({ txid, vout }) => `${txid}:${vout}`)).toEqual([`${first.txId}:${change.n}`]);
    const paid = second.vout.reduce((sum, { value }) => sum + value, 0);
    expect(change.value - paid).toBeCloseTo(0.001, 8);
  });

  it('a transfer spends several outputs of one address when one is not enough', async () => {
    const form = { fromAddress: [{ address, signatureId }], to: [{ address: receiver, value: 99.5 }] };
    const mined = await carry(form);
    expect(mined.confirmations).toBe(1);
    expect(mined.vin.length).toBeGreaterThan(1);
  });
});
