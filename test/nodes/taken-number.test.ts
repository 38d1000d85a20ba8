import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ethereum } from '../../src/chains/evm/chains/ethereum.js';
import { type Anvil, startAnvil } from '../support/anvil.js';
import { custos, makeHome, removeHome } from '../support/custos.js';
import { type Reply, type Server, startServer } from '../support/http.js';
import { type StubCloud, startStubCloud } from '../support/stub-cloud.js';
import { testKey } from '../support/test-key.js';

const env = { CUSTOS_PASSWORD: 'password of a node test', CUSTOS_API_KEY: 'x', CUSTOS_LOG_LEVEL: 'warn' };
const signatureId = randomUUID();
const receiver = `0x${'33'.repeat(20)}`;

describe('a number that another program with the same key takes between signing and sending', () => {
  let anvil: Anvil;
  /** In front of the node: the rival comes just before the bytes of the daemon. */
  let node: Server;
  let stub: StubCloud;
  let home: string;
  let rivals = 0;

  beforeAll(async () => {
    home = makeHome();
    [anvil, stub] = await Promise.all([startAnvil({ chainId: 11155111 }), startStubCloud()]);
    node = await startServer(passOn);
    const wallet = { privateKey: anvil.accounts[0]!.privateKey, chain: 'ETH', testnet: true };
    const input = JSON.stringify({ [signatureId]: wallet });
    expect(await custos(['wallet', 'import'], { home, env, input })).toMatchObject({ code: 0 });
  });
  afterAll(async () => {
    await Promise.all([node?.close(), stub?.close(), anvil?.close()]);
    removeHome(home);
  });

  const passOn: Reply = async (response, { body }) => {
    if (rivals > 0 && body.includes('eth_sendRawTransaction')) {
      rivals -= 1;
      await anvil.rpc('eth_sendRawTransaction', [await rivalBytes()]);
    }
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(anvil.url, { method: 'POST', headers, body });
    response.writeHead(answer.status, headers).end(await answer.text());
  };

  async function rivalBytes(): Promise<string> {
    const { address, privateKey: text } = anvil.accounts[0]!;
    const privateKey = ethereum.keys.decodePrivateKey(text, 'testnet');
    const key = testKey(ethereum, privateKey);
    const nonce = Number(await anvil.rpc('eth_getTransactionCount', [address, 'latest']));
    const rival = { from: 0, chainId: 11155111, nonce, to: receiver, value: '7', gas: '21000', gasPrice: '3000000000' };
    const context = { network: 'testnet', from: key.address, signers: [key] } as const;
    return (await ethereum.codec.parse(JSON.stringify(rival), context).sign([key])).raw;
  }

  /** As many rounds of the daemon as are needed until it is through with a transaction. */
  async function carry(id: string, request: Record<string, unknown>): Promise<{ state: string; events: string[] }> {
    const serializedTransaction = JSON.stringify({ from: 0, to: receiver, value: '1000', ...request });
    const pending = { id, chain: 'ETH', hashes: [signatureId], serializedTransaction };
    stub.queue('ETH').splice(0, Number.POSITIVE_INFINITY, pending);
    const flags = ['--testnet', '--runOnce', '--chain=ETH', `--node=ETH=${node.url}`];
    for (let round = 0; round < 4; round++) {
      await custos(['daemon', ...flags], { home, env: { ...env, CUSTOS_CLOUD_URL: stub.url } });
      const shown = await custos(['transaction', 'show', id], { home, env });
      const entry = JSON.parse(shown.stdout) as { state: string; events: { event: string }[] };
      if (['completed', 'failed'].includes(entry.state)) {
        return { state: entry.state, events: entry.events.map(({ event }) => event) };
      }
    }
    throw new Error(`the transaction ${id} does not end`);
  }

  const balance = async () => BigInt(String(await anvil.rpc('eth_getBalance', [receiver, 'latest'])));

  it('a transaction whose nonce was taken is made again under the next nonce, and pays once', async () => {
    rivals = 1;
    const { state, events } = await carry('1'.repeat(24), {});
    expect(state).toBe('completed');
    expect(events.filter((event) => event === 'signed')).toHaveLength(2);
    expect(events).toContain('expired');
    expect(await balance()).toBe(1007n);
  });

  it('a transaction whose requested nonce was taken has failed, and pays nothing', async () => {
    rivals = 1;
    const before = await balance();
    const nonce = Number(await anvil.rpc('eth_getTransactionCount', [anvil.accounts[0]!.address, 'latest']));
    const { state, events } = await carry('2'.repeat(24), { nonce });
    expect(state).toBe('failed');
    expect(events.filter((event) => event === 'signed')).toHaveLength(1);
    expect(stub.reports.map((report) => JSON.stringify(report)).join()).toContain('TRANSACTION_EXPIRED');
    expect((await balance()) - before).toBe(7n);
  });
});
