import { execFile } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
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
const blocks = [...page.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, text = '']) => text);
const block = (part: string): string => blocks.find((text) => text.includes(part)) ?? '';

let home: string;
let node: Anvil;
let server: Running;

beforeAll(async () => {
  home = makeHome();
  node = await startAnvil({ chainId: SEPOLIA });
});
afterAll(async () => {
  await server?.kill('SIGTERM');
  await node?.close();
  removeHome(home);
});

it('from an empty home, the commands of the quick start mine a payment', async () => {
  const [, , ...flags] = block('custos serve --testnet').trim().split(' ');
  const given = flags.map((flag) => flag.replace('http://127.0.0.1:8545', node.url));
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
  const again = JSON.parse(await shell(pay, names));
  expect([again.id, again.txId]).toEqual([paid.id, paid.txId]);
  expect(await node.rpc('eth_getTransactionCount', [wallet.address, 'latest'])).toBe('0x1');
  const [, id = '', secret = ''] = TOKEN.split('_');
  const guessed = await fetch(`${URL}/v1/wallets`, {
    headers: { authorization: `Bearer ${tokenText(id, 'ab'.repeat(32))}` },
  });
  expect(guessed.status).toBe(401);
  const { stdout, stderr } = await server.kill('SIGTERM');
  expect(stdout.split(secret)).toHaveLength(2);
  expect(stderr).toContain('token-refused');
  for (const planted of [secret, 'ab'.repeat(32), CUSTOS_PASSWORD]) expect(stderr).not.toContain(planted);
}, 120_000);

// A file shows the moment at which the store is there.
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
