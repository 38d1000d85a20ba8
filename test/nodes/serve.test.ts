import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Anvil, startAnvil } from '../support/anvil.js';
import { makeHome, program, type Running, removeHome, start } from '../support/custos.js';
import { storeOf } from '../support/home-store.js';

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
  server = start(['serve', ...given, '--listen', '127.0.0.1:0'], { home, env: { CUSTOS_PASSWORD } });
  const [, TOKEN = ''] = /"(custos_[0-9a-f_]+)"/.exec(await server.line(/"token"/)) ?? [];
  const [, URL = ''] = /"(http:[^"]+)"/.exec(await server.line(/"url": "http/)) ?? [];
  const custos = (text: string) => text.replace(/^custos /gm, `"${process.execPath}" "${program}" `);
  const shell = async (text: string, more: Record<string, string> = {}) => {
    const path = [join(process.execPath, '..'), process.env['PATH']].join(delimiter);
    const env = { PATH: path, HOME: home, CUSTOS_PASSWORD, TOKEN, URL, ...storeOf(home), ...more };
    return (await run('bash', ['-euc', custos(text)], { env })).stdout;
  };
  const [create = '', list = ''] = block('custos wallet create').trim().split('\n');
  await shell(create);
  const [wallet] = JSON.parse(await shell(list)).data;
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
}, 120_000);
