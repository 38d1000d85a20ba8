import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Finding } from '../../src/app/doctor/finding.js';
import { type Anvil, startAnvil } from '../support/anvil.js';
import { custos, removeHome } from '../support/custos.js';
import { type Reply, type Server, startServer } from '../support/http.js';
import { makeQuickHome } from '../support/quick-slot.js';
import { type StubCloud, startStubCloud } from '../support/stub-cloud.js';

const signatureId = randomUUID();
const receiver = `0x${'45'.repeat(20)}`;
const missing = JSON.stringify({ statusCode: 403, errorCode: 'kms.missing', message: 'no such transaction' });

let anvil: Anvil;
/** In front of the node: has no time for broadcasts while it is told so, and then of which chain it says it is. */
let node: Server;
let stub: StubCloud;
let home: string;
let env: Record<string, string>;
let isBusy = false;
let chainId: string | undefined;

beforeAll(async () => {
  [anvil, stub] = await Promise.all([startAnvil({ chainId: 11155111 }), startStubCloud()]);
  node = await startServer(passOn);
  const base = { CUSTOS_PASSWORD: 'password of a node test', CUSTOS_API_KEY: 'x', CUSTOS_LOG_LEVEL: 'warn' };
  env = { ...base, CUSTOS_CLOUD_URL: stub.url };
  home = await makeQuickHome(env);
  const wallet = { privateKey: anvil.accounts[0]!.privateKey, chain: 'ETH', testnet: true };
  const input = JSON.stringify({ [signatureId]: wallet });
  expect(await custos(['wallet', 'import'], { home, env, input })).toMatchObject({ code: 0 });
});
afterAll(async () => {
  await Promise.all([node?.close(), stub?.close(), anvil?.close()]);
  removeHome(home);
});

const passOn: Reply = async (response, { body }) => {
  const headers = { 'content-type': 'application/json' };
  if (isBusy && body.includes('eth_sendRawTransaction')) return void response.writeHead(503, headers).end('{}');
  if (chainId !== undefined && body.includes('eth_chainId')) {
    const { id } = JSON.parse(body) as { id: unknown };
    return void response.writeHead(200, headers).end(JSON.stringify({ jsonrpc: '2.0', id, result: chainId }));
  }
  const answer = await fetch(anvil.url, { method: 'POST', headers, body });
  response.writeHead(answer.status, headers).end(await answer.text());
};

const run = (...args: string[]) => custos(args, { home, env });
const round = () => run('daemon', '--testnet', '--runOnce', '--chain=ETH', `--node=ETH=${node.url}`);
const cancel = (id: string) => run('transaction', 'cancel', id, `--node=ETH=${node.url}`);

interface Shown {
  readonly state: string;
  readonly nonce?: string;
  readonly signed?: string;
  readonly txId?: string;
  readonly error?: { readonly code: string };
  readonly events: readonly { readonly event: string; readonly errorText?: string; readonly signed?: string }[];
}

async function show(id: string): Promise<Shown> {
  return JSON.parse((await run('transaction', 'show', id)).stdout) as Shown;
}

/** Signed while the node takes nothing, and deleted at a cloud that keeps no word of that. */
async function leaveUnknown(id: string, value: string): Promise<void> {
  const serializedTransaction = JSON.stringify({ to: receiver, value, gasPrice: '3000000000' });
  stub.queue('ETH').push({ id, chain: 'ETH', hashes: [signatureId], serializedTransaction });
  isBusy = true;
  await round();
  isBusy = false;
  stub.queue('ETH').length = 0;
  stub.fail(`/v3/kms/${id}`, { kind: 'answer', status: 403, body: missing });
  for (let rounds = 0; rounds < 20 && (await show(id)).error?.code !== 'KMS_MISSING'; rounds++) await round();
  expect(await show(id)).toMatchObject({ state: 'signed', error: { code: 'KMS_MISSING' } });
}

async function unknownTo(): Promise<readonly Finding[]> {
  const { stdout } = await run('doctor', '--testnet', '--offline', '--json');
  return (JSON.parse(stdout) as Finding[]).filter(({ check }) => check === 'unknown to the cloud');
}

it('doctor names a signed transaction that the cloud does not know, and it ends once its bytes are proved dead', async () => {
  await leaveUnknown('deleted', '1000');
  expect(await unknownTo()).toMatchObject([
    {
      state: 'problem',
      text: expect.stringContaining('deleted (KMS_MISSING)'),
      remedy: expect.stringContaining('transaction cancel'),
    },
  ]);
  const open = await cancel('deleted');
  expect(open).toMatchObject({ code: 1, stderr: expect.stringContaining('may still take effect') });
  expect(open.stderr).not.toContain('transaction retry');

  const from = anvil.accounts[0]!.address;
  await anvil.rpc('eth_sendTransaction', [{ from, to: receiver, value: '0x7', nonce: '0x0' }]);
  await anvil.rpc('anvil_mine', ['0x80']);
  // A node of another chain proves nothing.
  chainId = '0x1';
  expect(await cancel('deleted')).toMatchObject({ code: 1, stderr: expect.stringContaining('CHAIN_ID_MISMATCH') });
  expect(await show('deleted')).toMatchObject({ state: 'signed' });
  chainId = undefined;

  const ended = await cancel('deleted');
  expect(ended).toMatchObject({ code: 0, stderr: expect.stringContaining('never take effect') });
  const { state, events, signed } = await show('deleted');
  expect({ state, signed }).toEqual({ state: 'cancelled', signed: undefined });
  expect(events.at(-1)).toMatchObject({ event: 'cancelled', signed: expect.stringMatching(/^0x/) });
  expect(await unknownTo()).toEqual([]);
  await round();
  expect((await show('deleted')).state).toBe('cancelled');
  expect(BigInt(String(await anvil.rpc('eth_getBalance', [receiver, 'latest'])))).toBe(7n);
});

it('the daemon finishes a signed transaction that the network has but the cloud does not know', async () => {
  await leaveUnknown('sent', '2000');
  const { signed = '' } = await show('sent');
  await anvil.rpc('eth_sendRawTransaction', [signed]);
  const refused = await cancel('sent');
  expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('a daemon brings sent to its end') });
  for (let rounds = 0; rounds < 20 && (await show('sent')).state !== 'completed'; rounds++) await round();
  expect(await show('sent')).toMatchObject({ state: 'completed', signed });
});
