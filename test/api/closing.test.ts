import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openClefSocket } from '../../src/app/serve/rpc/clef-socket.js';
import { defaultTenant } from '../../src/core/ids.js';
import { parsePending } from '../../src/core/signing/pending.js';
import { eth } from '../storage/support.js';
import { freshApi } from './support.js';

const receiver = '0x52908400098527886e0f7030069857d2e4169ee7';
const whole = { to: receiver, value: '0x1', nonce: '0x0', gas: '0x5208', gasPrice: '0x3b9aca00', chainId: '0xaa36a7' };

describe('a server that ends', () => {
  const test = freshApi();
  /** Resolves when a method of the store was called so often from now on. */
  const called = <K extends string>(part: { [name in K]: (...given: never[]) => unknown }, name: K, times: number) =>
    new Promise<void>((resolve) => {
      const method = part[name].bind(part);
      let count = 0;
      part[name] = (...given) => {
        count += 1;
        if (count === times) resolve();
        return method(...given);
      };
    });
  const happen = async () => {
    const received = { id: 'ab'.repeat(12), chain: 'ETH', hashes: [wallet], serializedTransaction: '{"to":"0x1"}' };
    const pending = parsePending(received, eth, 'testnet');
    await test.store.journal.accept({
      tenant: defaultTenant,
      source: 'api',
      kind: 'transaction',
      delivery: 'broadcast',
      pending,
    });
    return received.id;
  };
  const wallet = '26d3883e-4e17-48b3-a0ee-09a3e484ac83';

  it('answers who waits for a transaction with what it is', async () => {
    const id = await happen();
    const token = await test.token();
    // Once to find it, then to look at it again.
    const waits = called(test.store.journal, 'get', 2);
    const answer = test.ask(`GET /v1/transactions/${id}`, { token, headers: { prefer: 'wait=60' } });
    await Promise.race([waits, answer]);
    await test.api.close();
    expect(await answer).toMatchObject({ status: 200, body: { id, state: 'claimed' } });
  });

  it('answers who asks for a payment and waits for its end that it is taken over', async () => {
    const { signatureId } = await test.wallet();
    const unsigned = JSON.stringify({ to: receiver, value: '1' });
    const token = await test.token();
    const waits = called(test.store.journal, 'get', 1);
    const answer = test.ask('POST /v1/transactions', {
      token,
      body: { kind: 'raw', chain: 'ETH', keys: [{ wallet: signatureId }], unsigned },
      headers: { prefer: 'wait=60', 'idempotency-key': 'one' },
    });
    await Promise.race([waits, answer]);
    await test.api.close();
    const { status, body } = await answer;
    expect([status, body]).toMatchObject([202, { state: 'claimed' }]);
    expect((await test.store.journal.get(String(body['id'])))?.state).toBe('claimed');
  });

  it('answers who waits for events with none, and where to read on', async () => {
    const token = await test.token();
    // Once for the request, and then for what it waits for.
    const waits = called(test.store.events, 'number', 2);
    const answer = test.ask('GET /v1/events?wait=60', { token });
    await Promise.race([waits, answer]);
    await test.api.close();
    expect(await answer).toMatchObject({ status: 200, body: { data: [], next: expect.any(String) } });
  });

  it('tells who called by JSON-RPC that the request goes on, so that it is not asked for once more', async () => {
    const { address } = await test.wallet();
    const token = await test.token();
    const waits = called(test.store.journal, 'get', 1);
    const body = { jsonrpc: '2.0', id: 1, method: 'eth_sendTransaction', params: [{ ...whole, from: address }] };
    const answer = test.ask('POST /rpc/ETH', { token, body });
    await Promise.race([waits, answer]);
    await test.api.close();
    const [entry] = await test.store.journal.find({});
    const error = { code: -32002, data: { code: 'REQUEST_WAITS', id: entry?.id } };
    expect(await answer).toMatchObject({ status: 200, body: { error } });
  });

  it('answers what was called through the socket of clef before it ends the connection', async () => {
    const { address } = await test.wallet();
    const folder = mkdtempSync(join(tmpdir(), 'custos-clef-'));
    const [tokenFile, path] = [join(folder, 'token'), join(folder, 'clef.ipc')];
    writeFileSync(tokenFile, `${await test.token()}\n`, { mode: 0o600 });
    const socket = await openClefSocket({ path, tokenFile }, test.door());
    const idle = connect(path);
    const busy = connect(path);
    const waits = called(test.store.journal, 'get', 1);
    let said = '';
    busy.on('data', (part) => {
      said += String(part);
    });
    const params = [{ ...whole, from: address }];
    busy.write(JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'eth_sendTransaction', params }));
    await waits;
    const ended = [idle, busy].map((one) => new Promise((resolve) => one.once('close', resolve)));
    await Promise.all([socket.close(), test.api.close(), ...ended]);
    expect(JSON.parse(said)).toMatchObject({ id: 1, error: { data: { code: 'REQUEST_WAITS' } } });
    rmSync(folder, { recursive: true });
  });
});
