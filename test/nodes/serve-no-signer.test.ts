import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { kinds } from '../storage/support.js';
import { custos, type Running, removeHome, start } from '../support/custos.js';
import { json, type Server, startServer } from '../support/http.js';
import { freshSchema, whyNoPostgres } from '../support/postgres.js';
import { makeQuickHome } from '../support/quick-slot.js';
import { startTakingNode, type TakingNode, txIdOf } from '../support/taking-node.js';

const noPostgres = await whyNoPostgres();
const to = '0x52908400098527886E0F7030069857D2E4169EE7';

describe.each(kinds)('a server that signs nothing, with a store on %s,', (kind) => {
  const isThere = kind === 'sqlite' || noPostgres === undefined;
  const running: Running[] = [];
  let home = '';
  let env: Readonly<Record<string, string>> = {};
  let node: TakingNode;
  let cloud: Server;
  let token = '';

  beforeAll(async () => {
    if (!isThere) return;
    node = await startTakingNode();
    // A cloud that has nothing: all that is signed came in through the API.
    cloud = await startServer(json([]));
    const location = kind === 'sqlite' ? join(mkdtempSync(join(tmpdir(), 'custos-accepts-')), 'store.db') : undefined;
    const CUSTOS_STORE = location ?? (await freshSchema());
    env = { CUSTOS_PASSWORD: 'password of two processes', CUSTOS_API_KEY: 'any key', CUSTOS_STORE };
    home = await makeQuickHome(env);
    token = (await custos(['token', 'create', 'shop'], { home, env })).stdout.trim();
  });
  afterEach(async () => {
    await Promise.all(running.splice(0).map((one) => one.kill('SIGKILL')));
  });
  afterAll(async () => {
    await node?.close();
    await cloud?.close();
    if (home !== '') removeHome(home);
  });

  async function begin(command: readonly string[], ready: RegExp): Promise<string> {
    const begun = start([...command, '--testnet', `--node=ETH=${node.url}`], { home, env });
    running.push(begun);
    return begun.line(ready);
  }

  it.runIf(isThere)(
    'hands over to a daemon beside it, which signs what it accepted before and since',
    async () => {
      const made = await custos(['wallet', 'create', 'ETH', '--private-key', '--testnet'], { home, env });
      const { signatureId } = JSON.parse(made.stdout);
      const line = await begin(['serve', '--no-signer', '--listen', '127.0.0.1:0'], /"url": "http/);
      const url = /"(http:[^"]+)"/.exec(line)?.[1] ?? '';
      const authorization = `Bearer ${token}`;
      async function ask(method: string, path: string, body?: object, headers: Readonly<Record<string, string>> = {}) {
        const answer = await fetch(`${url}${path}`, {
          ...{ method, headers: { authorization, 'content-type': 'application/json', ...headers } },
          ...(body && { body: JSON.stringify(body) }),
        });
        return { status: answer.status, body: (await answer.json()) as Readonly<Record<string, unknown>> };
      }
      const pay = (nonce: number) => {
        const unsigned = { to, value: '1', nonce, gas: '21000', gasPrice: '1000000000', chainId: 11155111 };
        const form = { kind: 'raw', chain: 'ETH', keys: [{ wallet: signatureId }], unsigned: JSON.stringify(unsigned) };
        return ask('POST', '/v1/transactions', form, { 'idempotency-key': `payment-${nonce}` });
      };
      const first = await pay(0);
      expect([first.status, first.body['state']]).toEqual([202, 'claimed']);
      expect((await ask('POST', '/v1/wallets', { chain: 'ETH' })).body['code']).toBe('CREATE_NOT_ALLOWED');
      const waited = await ask('GET', `/v1/transactions/${first.body['id']}`, undefined, { prefer: 'wait=1' });
      expect([waited.body['state'], node.sent]).toEqual(['claimed', []]);

      await begin(['daemon', `--cloud-url=${cloud.url}`, '--period=0.5'], /daemon started/);
      const second = await pay(1);
      for (const { body } of [first, second]) {
        const ended = await ask('GET', `/v1/transactions/${body['id']}`, undefined, { prefer: 'wait=60' });
        expect(ended.body).toMatchObject({ state: expect.stringMatching(/broadcast|completed/), error: null });
        expect(node.sent.map(txIdOf)).toContain(ended.body['txId']);
      }
      expect(new Set(node.sent).size).toBe(2);
    },
    120_000,
  );
});
