import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CustosClient, createClient } from '../../src/client/index.js';
import { type Anvil, startAnvil } from '../support/anvil.js';
import { custos, type Running, removeHome, start } from '../support/custos.js';
import { makeQuickHome } from '../support/quick-slot.js';

const CUSTOS_PASSWORD = 'correct horse battery staple';
const SEPOLIA = 11155111;
const COIN = 10n ** 18n;
const run = promisify(execFile);
const root = fileURLToPath(new URL('../..', import.meta.url));
const page = readFileSync(join(root, 'docs/client.md'), 'utf8');

let home: string;
let node: Anvil;
let server: Running;
let url: string;
let token: string;
let tokenFile: string;

/** One server for everything in this file. */
async function serve(): Promise<void> {
  const args = ['serve', '--testnet', '--node', `ETH=${node.url}`, '--listen', '127.0.0.1:0'];
  server = start(args, { home, env: { CUSTOS_PASSWORD } });
  url = /"(http:[^"]+)"/.exec(await server.line(/"url": ?"http/))?.[1] ?? '';
}

beforeAll(async () => {
  [home, node] = await Promise.all([makeQuickHome({ CUSTOS_PASSWORD }), startAnvil({ chainId: SEPOLIA })]);
  token = (await custos(['token', 'create', 'test'], { home, env: { CUSTOS_PASSWORD } })).stdout.trim();
  tokenFile = join(home, 'custos.token');
  writeFileSync(tokenFile, token, { mode: 0o600 });
  await serve();
});
afterAll(async () => {
  await server?.kill('SIGTERM');
  await node?.close();
  removeHome(home);
});

const client = (more: object = {}): CustosClient => createClient({ url, token, ...more });
const balanceOf = async (address: string) => BigInt(String(await node.rpc('eth_getBalance', [address, 'latest'])));
const nonceOf = async (address: string) => Number(await node.rpc('eth_getTransactionCount', [address, 'latest']));

/** A wallet with 100 coins. */
async function rich(): Promise<{ readonly id: string; readonly address: string }> {
  const made = await client().call('createWallet', { body: { chain: 'ETH', kind: 'key' } });
  const { id, address } = Object(made);
  await node.rpc('anvil_setBalance', [address, `0x${(100n * COIN).toString(16)}`]);
  return { id, address };
}

/** What a program of the repository prints. */
async function shown(file: string, ...args: string[]) {
  const env = { PATH: process.env['PATH'] };
  const { stdout, stderr } = await run(process.execPath, [file, ...args], { env, cwd: home });
  expect(`${stdout}${stderr}`).not.toContain(token);
  return stdout;
}

// First: it pays from every wallet that there is.
it('the quick start of docs/client.md pays as it stands there', async () => {
  const { address } = await rich();
  const [, text = ''] = /^```ts\n([\s\S]*?)^```$/m.exec(page) ?? [];
  mkdirSync(join(home, 'node_modules'));
  symlinkSync(root, join(home, 'node_modules/custos-kms'));
  const { outputText } = ts.transpileModule(text, {
    compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 },
  });
  writeFileSync(join(home, 'quick-start.mjs'), outputText.replace('http://127.0.0.1:8646', url));
  expect(await shown('quick-start.mjs')).toMatch(/^(broadcast|completed) 0x[0-9a-f]{64}\n$/);
  const txId = (await shown('quick-start.mjs')).trim().split(' ')[1] ?? '';
  expect((await node.receipt(txId)).status).toBe('0x1');
  expect([await nonceOf(address), await balanceOf('0x52908400098527886E0F7030069857D2E4169EE7')]).toEqual([
    1,
    COIN / 4n,
  ]);
});

describe('examples', () => {
  const example = (name: string) => join(root, 'examples', name);

  it('examples/withdrawals.mjs pays each withdrawal of an exchange once, and refuses what is wrong', async () => {
    const { id, address } = await rich();
    const rows = JSON.parse(await shown(example('withdrawals.mjs'), url, tokenFile, id));
    expect(rows).toMatchObject([
      { number: 4711, state: 'paid', again: true },
      { number: 4712, state: 'paid', again: true },
      { number: 4713, state: 'refused', why: 'ADDRESS_INVALID' },
    ]);
    expect(await balanceOf(rows[0].to)).toBe(COIN / 2n);
    expect([await balanceOf(rows[1].to), await nonceOf(address)]).toEqual([COIN / 4n, 2]);
  });

  it('examples/payouts.mjs pays the winners of a game, and finds them under the name of the season', async () => {
    const { id, address } = await rich();
    for (const _round of [1, 2]) {
      const said = JSON.parse(await shown(example('payouts.mjs'), url, tokenFile, id));
      expect([said.summary, said.winners, said.paid.length]).toEqual([expect.stringContaining('0.07 ETH'), 7, 7]);
      expect(said.paid.every(({ state }: { state: string }) => state === 'completed')).toBe(true);
      expect(new Set(said.paid.map(({ txId }: { txId: string }) => txId)).size).toBe(7);
    }
    expect([await nonceOf(address), await balanceOf(`0x${'7'.repeat(40)}`)]).toEqual([7, COIN / 100n]);
  });

  it('examples/deposits.mjs gives each user an address, and sweeps what arrived once', async () => {
    const treasury = '0x9999000000000000000000000000000000009999';
    const first = JSON.parse(await shown(example('deposits.mjs'), url, tokenFile, node.url, treasury));
    expect(first).toMatchObject([
      { owner: 'user-17', swept: '1.990000000000000000' },
      { owner: 'user-18', swept: null },
      { owner: 'user-19', swept: null },
    ]);
    const again = JSON.parse(await shown(example('deposits.mjs'), url, tokenFile, node.url, treasury));
    const addresses = (rows: { address: string }[]) => rows.map(({ address }) => address);
    expect([new Set(addresses(first)).size, addresses(again)]).toEqual([3, addresses(first)]);
    expect([await balanceOf(treasury), await nonceOf(addresses(first)[0] ?? '')]).toEqual([(199n * COIN) / 100n, 1]);
  });
});

/** Stands before the server, so that the server may come back elsewhere. The first answer goes nowhere. */
async function swallowing(onAnswer: () => void): Promise<{ readonly url: string; close(): Promise<void> }> {
  let isFirst = true;
  const open = new Set<Socket>();
  const door = createServer((inner: Socket) => {
    const outer = connect(Number(new URL(url).port), '127.0.0.1');
    const end = () => {
      inner.destroy();
      outer.destroy();
    };
    for (const socket of [inner, outer]) open.add(socket.on('error', end).on('close', end));
    inner.pipe(outer);
    outer.on('data', (part) => {
      if (!isFirst) inner.write(part);
      else {
        isFirst = false;
        onAnswer();
        end();
      }
    });
  });
  await new Promise<void>((resolve) => door.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${Object(door.address()).port}`,
    async close() {
      for (const socket of open) socket.destroy();
      await new Promise((resolve) => door.close(resolve));
    },
  };
}

it('a server that is killed between a payment and its answer pays once, although the client asks again', async () => {
  const { id, address } = await rich();
  let isAnswered = (): void => undefined;
  const answered = new Promise<void>((resolve) => {
    isAnswered = resolve;
  });
  const front = await swallowing(() => isAnswered());
  const paying = client({ url: front.url, retries: 200 });
  const receivers = [1, 2, 3, 4].map((last) => `0x${'ab'.repeat(19)}0${last}`);
  const asked = receivers.map((to) =>
    paying.submit({ kind: 'transfer', chain: 'ETH', from: { wallet: id }, to, amount: '1' }),
  );
  // The server has one request durably, and has answered it; the others are somewhere on their way.
  await answered;
  await server.kill('SIGKILL');
  await serve();
  const handles = await Promise.all(asked);
  const ends = await Promise.all(handles.map((handle) => handle.wait({ until: 'completed', timeout: 240_000 })));
  expect(new Set(ends.map(({ txId }) => txId)).size).toBe(4);
  expect(await Promise.all(receivers.map(balanceOf))).toEqual(receivers.map(() => COIN));
  expect(await nonceOf(address)).toBe(4);
  await front.close();
});
