import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Step } from '../../src/lifecycle/step.js';
import { childProgram } from '../support/child-program.js';
import { custos, removeHome } from '../support/custos.js';
import { storeOf } from '../support/home-store.js';
import { makeQuickHome } from '../support/quick-slot.js';
import { startTakingNode, type TakingNode, txIdOf } from '../support/taking-node.js';

const script = await childProgram('handing-over');
const password = { CUSTOS_PASSWORD: 'password of a plain call' };

let home: string;
let signatureId: string;
let node: TakingNode;
let number = 0;

beforeAll(async () => {
  node = await startTakingNode();
  home = await makeQuickHome(password);
  const env = { ...storeOf(home), ...password };
  const { stdout } = await custos(['wallet', 'create', 'ETH', '--private-key', '--testnet', '--json'], { home, env });
  const [made] = [JSON.parse(stdout)].flat();
  signatureId = made.signatureId;
});
afterAll(async () => {
  await node.close();
  removeHome(home);
});
beforeEach(() => {
  number += 1;
});
afterEach(() => {
  node.sent.length = 0;
});

/** A payment of this test's number, whose nonce is Custos's to give. */
function payment(): Readonly<Record<string, unknown>> {
  const request = { to: `0x${'11'.repeat(20)}`, value: String(number), gas: '21000', gasPrice: '1000000000' };
  const serializedTransaction = JSON.stringify({ ...request, chainId: 11155111 });
  return { id: `handed-over-${number}`, chain: 'ETH', hashes: [signatureId], serializedTransaction };
}

/** Runs a process that hands over, or looks through the journal. */
async function run(request: { pending?: object; kill?: readonly [Step, 'begin' | 'end'] }) {
  const args = [script, home, node.url, JSON.stringify(request)];
  const env = { PATH: process.env['PATH'], HOME: home, ...storeOf(home), ...password };
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'inherit'] });
  const [stdout, [, signal]] = await Promise.all([text(child.stdout), once(child, 'exit')]);
  return { signal, ...(stdout !== '' && JSON.parse(stdout)) };
}

async function shown(): Promise<Readonly<Record<string, unknown>>> {
  const args = ['transaction', 'show', `handed-over-${number}`, '--json'];
  const { stdout } = await custos(args, { home, env: { ...storeOf(home), ...password } });
  return JSON.parse(stdout);
}

test('a transaction from a plain function call passes each step once, without a cloud', async () => {
  const { came, steps } = await run({ pending: payment() });
  expect(came).toEqual({ id: `handed-over-${number}`, kind: 'completed' });
  expect(node.sent).toHaveLength(1);
  expect(await shown()).toMatchObject({ state: 'completed', txId: txIdOf(node.sent[0]!) });
  // `way` is around all the others.
  const once = steps.filter((step: string) => step !== 'record' && step !== 'way');
  expect(once).toEqual(['claim', 'complete', 'judge', 'sign', 'broadcast', 'confirm', 'close']);
});

test.each<readonly [what: string, kill: readonly [Step, 'begin' | 'end'], state: string, times: number]>([
  ['before it is signed', ['sign', 'begin'], 'claimed', 1],
  ['between sign and broadcast', ['broadcast', 'begin'], 'signed', 1],
  ['after the node took the bytes', ['broadcast', 'end'], 'signed', 2],
])(
  'a transaction from a function call survives a process that is killed %s, and the same bytes take effect once',
  async (_, kill, state, times) => {
    expect(await run({ pending: payment(), kill })).toEqual({ signal: 'SIGKILL' });
    expect(await shown()).toMatchObject({ state });
    const recorded = (await shown())['txId'];
    const { came } = await run({});
    expect(came).toMatchObject({ completed: 1, failed: 0, waiting: 0, pollErrors: 0 });
    expect(new Set(node.sent).size).toBe(1);
    expect(node.sent.length).toBeLessThanOrEqual(times);
    const { txId } = await shown();
    expect(txId).toBe(txIdOf(node.sent[0]!));
    if (state === 'signed') expect(txId).toBe(recorded);
  },
);
