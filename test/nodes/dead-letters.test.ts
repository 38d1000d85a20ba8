import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Anvil, startAnvil } from '../support/anvil.js';
import { custos, removeHome } from '../support/custos.js';
import { type Reply, type Server, startServer } from '../support/http.js';
import { makeQuickHome } from '../support/quick-slot.js';
import { type StubCloud, startStubCloud } from '../support/stub-cloud.js';

const signatureId = randomUUID();
const receiver = `0x${'44'.repeat(20)}`;

let anvil: Anvil;
/** In front of the node: refuses broadcasts for as long as it is told to. */
let node: Server;
let stub: StubCloud;
let home: string;
let env: Record<string, string>;
let refuses = false;

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
  const isBroadcast = body.includes('eth_sendRawTransaction');
  if (refuses && isBroadcast) {
    const { id } = JSON.parse(body) as { id: unknown };
    const error = { code: -32000, message: 'insufficient funds for gas * price + value' };
    response.writeHead(200, headers).end(JSON.stringify({ jsonrpc: '2.0', id, error }));
    return;
  }
  const answer = await fetch(anvil.url, { method: 'POST', headers, body });
  response.writeHead(answer.status, headers).end(await answer.text());
};

const run = (...args: string[]) => custos(args, { home, env });
const round = () => run('daemon', '--testnet', '--runOnce', '--chain=ETH', `--node=ETH=${node.url}`);

interface Shown {
  readonly state: string;
  readonly nonce?: string | number;
  readonly txId?: string;
  readonly events: readonly { readonly event: string; readonly errorText?: string; readonly signed?: string }[];
}

async function show(id: string): Promise<Shown> {
  return JSON.parse((await run('transaction', 'show', id)).stdout) as Shown;
}

function list(id: string, value: string, request: Record<string, unknown> = {}): void {
  const serializedTransaction = JSON.stringify({ from: 0, to: receiver, value, gasPrice: '3000000000', ...request });
  stub.queue('ETH').push({ id, chain: 'ETH', hashes: [signatureId], serializedTransaction });
}

/** A payment that the network refuses, and another one that gets its nonce and is paid. */
async function failAndOvertake(failed: string, other: string): Promise<void> {
  refuses = true;
  list(failed, '1000');
  await round();
  expect((await show(failed)).state).toBe('failed');
  refuses = false;
  list(other, '20000');
  await round();
  expect(await show(other)).toMatchObject({ state: 'completed', nonce: (await show(failed)).nonce });
}

const balance = async () => BigInt(String(await anvil.rpc('eth_getBalance', [receiver, 'latest'])));

it('a failed payment whose nonce was taken by another one is made again on retry, and both are paid', async () => {
  const before = await balance();
  await failAndOvertake('retried', 'other-1');
  expect(await run('transaction', 'retry', 'retried')).toMatchObject({ code: 0 });
  for (let rounds = 0; rounds < 4 && (await show('retried')).state !== 'completed'; rounds++) await round();
  const { state, events } = await show('retried');
  expect(state).toBe('completed');
  expect(events.map(({ event }) => event)).toContain('expired');
  expect((await balance()) - before).toBe(21_000n);
});

it('a failed payment whose nonce was taken by another one is ended by cancel, with the proof in its story', async () => {
  const before = await balance();
  await failAndOvertake('ended', 'other-2');
  expect(await run('transaction', 'cancel', 'ended', `--node=ETH=${node.url}`)).toMatchObject({ code: 0 });
  const { state, events } = await show('ended');
  expect(state).toBe('cancelled');
  expect(events.at(-1)).toMatchObject({
    event: 'cancelled',
    signed: expect.stringMatching(/^0x/),
    errorText: expect.stringMatching(/^the ETH node shows that 0x[0-9a-f]{64} can never take effect any more$/),
  });
  await round();
  expect((await show('ended')).state).toBe('cancelled');
  expect((await balance()) - before).toBe(20_000n);
});

it('a transaction that took effect, or still may, is not cancelled', async () => {
  refuses = true;
  list('alive', '3');
  await round();
  const open = await run('transaction', 'cancel', 'alive', `--node=ETH=${node.url}`);
  expect(open).toMatchObject({ code: 1, stderr: expect.stringContaining('may still take effect') });
  const { events } = await show('alive');
  await anvil.rpc('eth_sendRawTransaction', [events.find(({ event }) => event === 'signed')!.signed!]);
  const paid = await run('transaction', 'cancel', 'alive', `--node=ETH=${node.url}`);
  expect(paid).toMatchObject({ code: 1, stderr: expect.stringContaining('transaction retry alive') });
  expect(await show('alive')).toMatchObject({ state: 'failed' });
  refuses = false;
  // The remedy that it names works.
  expect(await run('transaction', 'retry', 'alive')).toMatchObject({ code: 0 });
  await round();
  expect((await show('alive')).state).toBe('completed');
});

it('cancel ends a failed payment that was never signed without asking the node', async () => {
  list('unsigned', '5', { to: 'nowhere' });
  await round();
  expect((await show('unsigned')).state).toBe('failed');
  expect(await run('transaction', 'cancel', 'unsigned')).toMatchObject({ code: 0 });
  expect(await show('unsigned')).toMatchObject({ state: 'cancelled' });
  expect((await show('unsigned')).events.at(-1)).toMatchObject({ errorText: 'it has no signed bytes' });
});

it('a payment without bytes that the application withdraws is cancelled only because it was withdrawn', async () => {
  list('withdrawn', '7', { to: 'nowhere' });
  await round();
  expect((await show('withdrawn')).state).toBe('failed');
  stub.queue('ETH').length = 0;
  const missing = { statusCode: 403, errorCode: 'kms.missing', message: 'no such transaction' };
  for (const answer of [
    { status: 404, body: '<html>not here</html>' },
    { status: 403, body: '{"errorCode":"subscription.invalid"}' },
    { status: 200, body: '{"id":"withdrawn"}' },
    { status: 403, body: JSON.stringify(missing) },
  ]) {
    const end = stub.fail('/v3/kms/withdrawn', { kind: 'answer', ...answer });
    await round();
    end();
    expect((await show('withdrawn')).state).toBe('failed');
  }
  stub.fail('/v3/kms/withdrawn', {
    kind: 'answer',
    status: 403,
    body: JSON.stringify({ ...missing, state: 'withdrawn' }),
  });
  await round();
  const { state, events } = await show('withdrawn');
  expect(state).toBe('cancelled');
  expect(events.at(-1)?.event).toBe('withdrawn by the application');
});
