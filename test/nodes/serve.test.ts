import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { tokenText } from '../../src/core/access/token-text.js';
import { type Anvil, startAnvil } from '../support/anvil.js';
import { custos, makeHome, program, type Running, removeHome, start } from '../support/custos.js';
import { storeOf } from '../support/home-store.js';
import { onPostgres } from '../support/postgres.js';

const CUSTOS_PASSWORD = 'correct horse battery staple';
const SEPOLIA = 11155111;
const run = promisify(execFile);
const page = readFileSync(new URL('../../docs/serve.md', import.meta.url), 'utf8');
const receiver = '0x52908400098527886E0F7030069857D2E4169EE7';

/** The commands of a block of the quick start, the ones of one block together. */
const blocks = [...page.matchAll(/^```(?:sh|js)\n([\s\S]*?)^```$/gm)].map(([, text = '']) => text);
const block = (part: string): string => blocks.find((text) => text.includes(part)) ?? '';

let home: string;
let node: Anvil;
let server: Running;
let receiving: Running | undefined;

beforeAll(async () => {
  home = makeHome();
  node = await startAnvil({ chainId: SEPOLIA });
});
afterAll(async () => {
  await receiving?.kill('SIGTERM');
  await server?.kill('SIGTERM');
  await node?.close();
  removeHome(home);
});

it('from an empty home, the commands of the quick start mine a payment, and its webhook hears of it', async () => {
  const [, , ...flags] = block('custos serve --testnet').trim().split(' ');
  // Nobody else gets the port of the receiver before it listens.
  const held = createServer().listen(0, '127.0.0.1');
  await once(held, 'listening');
  const { port } = held.address() as AddressInfo;
  const here = (text: string) => text.replace('http://127.0.0.1:8545', node.url).replaceAll('9000', String(port));
  const given = flags.map(here);
  const args = ['serve', ...given, '--listen', '127.0.0.1:0'];
  server = start(args, { home, env: { CUSTOS_PASSWORD, CUSTOS_LOG_LEVEL: 'debug' } });
  const [, TOKEN = ''] = /"(custos_[0-9a-f_]+)"/.exec(await server.line(/"token"/)) ?? [];
  const [, URL = ''] = /"(http:[^"]+)"/.exec(await server.line(/"url": "http/)) ?? [];
  writeFileSync(join(home, 'token.header'), `Authorization: Bearer ${TOKEN}\n`, { mode: 0o600 });
  const called = (text: string) => text.replace(/^custos /gm, `"${process.execPath}" "${program}" `);
  const shell = async (text: string, more: Record<string, string> = {}) => {
    const path = [join(process.execPath, '..'), process.env['PATH']].join(delimiter);
    const env = { PATH: path, HOME: home, CUSTOS_PASSWORD, URL, ...storeOf(home), ...more };
    return (await run('bash', ['-euc', called(text)], { env, cwd: home })).stdout;
  };
  const [create = '', list = ''] = block('"kind":"key"').trim().split('\n');
  const made = JSON.parse(await shell(create));
  const [wallet] = JSON.parse(await shell(list)).data;
  expect(wallet).toEqual(made);
  expect(JSON.parse(await shell(create))).toEqual(made);
  const [hear = '', receive = ''] = here(block('> webhook.json')).split(/^(?=node )/m);
  writeFileSync(join(home, 'receiver.mjs'), here(block('createServer')));
  expect(await shell(hear)).toBe('');
  held.close();
  await once(held, 'close');
  receiving = start([], { home, cwd: home, program: receive.trim().split(' ')[1] ?? '' });
  await receiving.line(/^waiting on port \d+$/);
  await node.rpc('anvil_setBalance', [wallet.address, '0xde0b6b3a7640000']);
  const [preview = '', pay = ''] = block('dryRun')
    .split(/(?<=})'\n(?=curl)/)
    .map((one, at) => (at === 0 ? `${one}'` : one));
  const names = { WALLET: wallet.id, TO: receiver };
  const said = JSON.parse(await shell(preview, names));
  expect(said).toMatchObject({ summary: { text: expect.any(String) } });
  expect(said.summary.text).toContain('0.25 ETH');
  const paid = JSON.parse(await shell(pay, names));
  expect(paid).toMatchObject({ chain: 'ETH', error: null, sender: wallet.address });
  expect(['broadcast', 'completed']).toContain(paid.state);
  expect((await node.receipt(paid.txId)).status).toBe('0x1');
  expect(await node.rpc('eth_getBalance', [receiver, 'latest'])).toBe('0x3782dace9d90000');
  const mined = JSON.parse(await receiving.line(new RegExp(`"transaction.completed".*"${paid.id}"`)));
  expect(mined.data).toMatchObject({ chain: 'ETH', state: 'completed', txId: paid.txId });
  const again = JSON.parse(await shell(pay, names));
  expect([again.id, again.txId]).toEqual([paid.id, paid.txId]);
  expect(await node.rpc('eth_getTransactionCount', [wallet.address, 'latest'])).toBe('0x1');
  const forged = await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', body: JSON.stringify(mined) });
  expect(forged.status).toBe(401);
  const [, id = '', secret = ''] = TOKEN.split('_');
  const guessed = await fetch(`${URL}/v1/wallets`, {
    headers: { authorization: `Bearer ${tokenText(id, 'ab'.repeat(32))}` },
  });
  expect(guessed.status).toBe(401);
  const { stdout, stderr } = await server.kill('SIGTERM');
  expect(stdout.split(secret)).toHaveLength(2);
  expect(stderr).toContain('token-refused');
  const hook = JSON.parse(readFileSync(join(home, 'webhook.json'), 'utf8'));
  for (const planted of [secret, hook.secret, 'ab'.repeat(32), CUSTOS_PASSWORD]) expect(stderr).not.toContain(planted);
}, 120_000);

// A file shows the moment at which the store is there.
if (onPostgres) console.info('skipped: a store in PostgreSQL is no file that shows when it is there');
it.skipIf(onPostgres)(
  'a first start that is killed before it prints anything leaves a store to go on with',
  async () => {
    const fresh = makeHome();
    const env = { CUSTOS_PASSWORD };
    const args = ['serve', '--testnet', '--node', `ETH=${node.url}`, '--listen', '127.0.0.1:0'];
    const first = start(args, { home: fresh, env });
    while (!existsSync(join(fresh, '.custos', 'store.db'))) await new Promise((resolve) => setImmediate(resolve));
    const { stdout } = await first.kill('SIGKILL');
    expect(stdout).not.toContain('custos_');
    const second = start(args, { home: fresh, env });
    await second.line(/"url": "http/);
    const made = await custos(['token', 'create', 'first'], { home: fresh, env });
    expect(made.stdout).toMatch(/^custos_/);
    const key = await custos(['password', 'recovery-key'], { home: fresh, env });
    expect([made.code, key.code]).toEqual([0, 0]);
    expect((await second.kill('SIGTERM')).stdout).not.toContain('recoveryKey');
    removeHome(fresh);
  },
);
