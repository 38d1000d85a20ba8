import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Anvil, startAnvil } from '../support/anvil.js';
import { custos, makeHome, type Running, removeHome, start } from '../support/custos.js';

const env = { CUSTOS_PASSWORD: 'correct horse battery staple' };
const receiver = '0x52908400098527886E0F7030069857D2E4169EE7';

let home: string;
let node: Anvil;
let server: Running | undefined;
beforeAll(async () => {
  home = makeHome();
  node = await startAnvil({ chainId: 11155111 });
});
afterAll(async () => {
  await server?.kill('SIGTERM');
  await node?.close();
  removeHome(home);
});

it('a transfer in the form of the documented API is signed, mined, and seen by both APIs of one server', async () => {
  const args = ['serve', '--testnet', '--node', `ETH=${node.url}`, '--tatum', '--listen', '127.0.0.1:0'];
  server = start(args, { home, env });
  const [, first = ''] = /"(custos_[0-9a-f_]+)"/.exec(await server.line(/"token"/)) ?? [];
  const [, url = ''] = /"(http:[^"]+)"/.exec(await server.line(/"url": "http/)) ?? [];
  const made = await custos(['token', 'create', 'old', '--scope', 'gateway:submit,gateway:read'], { home, env });
  const ask = async (path: string, headers: Record<string, string>, body?: object) => {
    const sent = body && { method: 'POST', body: JSON.stringify(body) };
    const answer = await fetch(url + path, { ...sent, headers: { 'content-type': 'application/json', ...headers } });
    return (await answer.json()) as Record<string, string>;
  };
  const [api, tatum] = [{ authorization: `Bearer ${first}` }, { 'x-api-key': made.stdout.trim() }];
  const wallet = await ask('/v1/wallets', api, { chain: 'ETH', kind: 'key', owner: 'u-17' });
  await node.rpc('anvil_setBalance', [wallet['address'], '0xde0b6b3a7640000']);
  const form = { to: receiver, amount: '0.25', currency: 'ETH', signatureId: wallet['id'] };
  const { signatureId: id } = await ask('/v3/ethereum/transaction', tatum, form);
  // The answer is waited for, not a time.
  const sent = await ask(`/v1/transactions/${id}`, { ...api, prefer: 'wait=60' });
  expect(sent).toMatchObject({ id, chain: 'ETH', sender: wallet['address'], txId: expect.any(String), error: null });
  expect((await node.receipt(sent['txId'] ?? '')).status).toBe('0x1');
  expect(await ask(`/v3/kms/${id}`, tatum)).toMatchObject({ id, hashes: [wallet['id']], txId: sent['txId'] });
  expect(await node.rpc('eth_getBalance', [receiver, 'latest'])).toBe('0x3782dace9d90000');
}, 120_000);
