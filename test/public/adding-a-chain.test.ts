import { randomUUID } from 'node:crypto';
import { stripVTControlCharacters } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startAnvil } from '../support/anvil.js';
import { custos, removeHome, start } from '../support/custos.js';
import { accountVectors, evmVectors, type MadeUpVectors } from '../support/made-up-vectors.js';
import { copyProject, type ProjectCopy } from '../support/project-copy.js';
import { makeQuickHome } from '../support/quick-slot.js';
import { startStubCloud } from '../support/stub-cloud.js';
import type { TransactionVector } from '../support/vectors.js';
import { type WrittenFile, writtenFiles } from '../support/written-files.js';

const env = { CUSTOS_PASSWORD: 'password of the vectors', CUSTOS_API_KEY: 'test-api-key', CUSTOS_LOG_LEVEL: 'error' };
const slugs: Readonly<Record<string, string>> = { MADE: 'made-up', GLEAM: 'gleam' };

let copy: ProjectCopy;
let home: string;
let vectors: readonly MadeUpVectors[] = [];
const touched: Record<string, readonly string[]> = {};
let generated: readonly string[] = [];
/** By the last command of the document, which tests the effects. */
let printed = '';

/** Follows docs/adding-a-chain.md to the letter. */
beforeAll(async () => {
  copy = copyProject();
  const page = copy.read('docs/adding-a-chain.md');
  const [, family = '', own = ''] = page.split(/^## A chain of .*$/m);
  vectors = [await evmVectors(), accountVectors()];
  for (const [at, text] of [family, own].entries()) {
    const made = vectors[at];
    for (const file of writtenFiles(text)) await follow(file);
    await copy.write(`test/vectors/chains/${made?.chain}.json`, JSON.stringify(made, undefined, 2));
    touched[made?.chain ?? ''] = copy.changes();
  }
  const [, commands = ''] = /^## Try it\n\n```sh\n([^`]*)```/m.exec(page) ?? [];
  for (const command of commands.trim().split('\n')) printed = await copy.run(command);
  generated = copy.changes();
  home = await makeQuickHome(env);
}, 600_000);

afterAll(() => {
  copy.remove();
  removeHome(home);
});

async function follow({ path, kind, text }: WrittenFile): Promise<void> {
  if (kind === 'file') return copy.write(path, text);
  // In the order of the paths.
  const place = (line: string) => /'(.*)'/.exec(line)?.[1] ?? '';
  const lines = copy.read(path).split('\n');
  const at = lines.findIndex((line) => place(line) > place(text));
  lines.splice(at < 0 ? lines.length - 1 : at, 0, text.trimEnd());
  return copy.write(path, lines.join('\n'));
}

const run = (...args: readonly string[]) => custos(args, { home, env, program: copy.program });

describe('adding a chain as the document says', () => {
  it('a chain of the Ethereum family takes one file of the engine, one line of the list and one vector file', () => {
    expect(touched['MADE']).toEqual([
      'src/chains/evm/chains/made-up.ts',
      'src/chains/list.ts',
      'test/vectors/chains/MADE.json',
    ]);
  });

  it('a chain of its own takes one folder, one line of the list and one vector file', () => {
    const files = ['effects', 'format', 'index', 'key', 'node', 'summary', 'transaction'];
    expect(touched['GLEAM']).toEqual([
      ...files.map((name) => `src/chains/gleam/${name}.ts`),
      'src/chains/list.ts',
      'test/vectors/chains/GLEAM.json',
    ]);
  });

  it('each chain adds one line to the list', () => {
    const lines = copy.read('src/chains/list.ts').split('\n');
    expect(lines.filter((line) => /madeUp|gleam/.test(line))).toEqual([
      "export { madeUp } from './evm/chains/made-up.js';",
      "export { gleam } from './gleam/index.js';",
    ]);
  });

  it('`npm run docs` changes only the generated parts of pages', () => {
    expect(generated).toEqual(['README.md', 'docs/chains.md', 'docs/commands.md', 'docs/gateway.md']);
    const rows = copy.read('docs/chains.md').match(/^\| `(MADE|GLEAM)` .*$/gm);
    expect(rows).toEqual([
      expect.stringMatching(/Gleam \| GLEAM, 6 \| 1 GLEAM \| ed25519 \| mnemonic \| m\/44'\/99999'.*\/v3\/gleam \|$/),
      expect.stringMatching(/Made-up Chain \| MADE, 18 \| 1 MADE \| secp256k1 \| mnemonic .*\/v3\/made-up \|$/),
    ]);
  });

  it('the effects of both chains are complete, and are what their summaries are made from', async () => {
    expect(stripVTControlCharacters(printed)).toMatch(/Tests .*\b2 passed/);
    const ofFamily = await copy.run('npx vitest run test/chains/effects.test.ts -t MADE');
    expect(stripVTControlCharacters(ofFamily)).toMatch(/Tests .*\b2 passed/);
  });

  it('the help shows both chains', async () => {
    const { stdout } = await run('wallet', 'create', '--help');
    expect(stdout).toMatch(/^Chains: .*\bGLEAM\b.*\bMADE\b/m);
  });
});

describe.each(['MADE', 'GLEAM'])('the made-up chain %s', (chain) => {
  const file = () => vectors.find((one) => one.chain === chain) ?? expect.fail(chain);

  it('it makes wallets', async () => {
    const { stdout, code } = await run('wallet', 'create', chain, '--testnet');
    expect(code).toBe(0);
    const shown: unknown = JSON.parse(stdout);
    const known =
      chain === 'MADE' ? { xpub: expect.stringMatching(/^xpub/) } : { address: expect.stringMatching(/^glm/) };
    expect(shown).toEqual({ signatureId: expect.any(String), ...known });
  });

  it('it imports the keys of the vectors, and gives their addresses and private keys', async () => {
    const ids = new Map(file().privateKeys.map((key) => [key, randomUUID()]));
    const entries = file().privateKeys.map((key) => {
      const { privateKey, address, testnet } = key;
      return [ids.get(key), { privateKey, address, testnet, chain }];
    });
    const mnemonics = file().wallets.map((wallet) => [randomUUID(), { ...wallet, chain }] as const);
    const input = JSON.stringify(Object.fromEntries([...entries, ...mnemonics]));
    const imported = await custos(['wallet', 'import'], { home, env, program: copy.program, input });
    expect(imported).toMatchObject({ code: 0 });
    const exported: unknown = JSON.parse((await run('export')).stdout);
    for (const [id, wallet] of mnemonics) expect(exported).toMatchObject({ [id]: wallet });
    for (const [{ privateKey }, id] of ids) expect(exported).toMatchObject({ [id]: { privateKey } });
    for (const key of file().privateKeys) {
      const [id] = mnemonics.find(([, { testnet }]) => testnet === key.testnet) ?? expect.fail();
      const shown = await run('getaddress', id, String(key.index));
      expect(JSON.parse(shown.stdout)).toEqual({ address: key.address });
    }
  });

  it('it signs and broadcasts its vectors as another library signed them', async () => {
    const fresh = await makeQuickHome(env);
    const stub = await startStubCloud();
    try {
      const entries = file().transactions.flatMap(({ wallets }) =>
        Object.entries(wallets).map(([id, wallet]) => [id, { ...wallet, chain, testnet: true }]),
      );
      for (const vector of file().transactions as readonly unknown[] as readonly TransactionVector[]) {
        stub.replay(vector);
        stub.queue(chain).push(vector.pending);
      }
      const place = { home: fresh, env: { ...env, CUSTOS_CLOUD_URL: stub.url }, program: copy.program };
      await custos(['wallet', 'import'], { ...place, input: JSON.stringify(Object.fromEntries(entries)) });
      const { code, stderr } = await custos(['daemon', '--runOnce', '--testnet'], place);
      expect({ code, stderr, unanswered: stub.unanswered }).toEqual({ code: 0, stderr: '', unanswered: [] });
      const expected = file().transactions.map(({ broadcast: { path, body } }) => ({ path, body }));
      expect(stub.broadcasts).toHaveLength(expected.length);
      expect(stub.broadcasts).toEqual(expect.arrayContaining(expected));
    } finally {
      await stub.close();
      removeHome(fresh);
    }
  });
});

describe('the gateway', () => {
  it('the gateway takes a transfer of the made-up Ethereum chain, and says that it does not offer the other chain', async () => {
    const node = await startAnvil({ chainId: 987_655 });
    const queue = `--queue=${home}/queue.db`;
    const args = ['gateway', '--testnet', `--node=MADE=${node.url}`, '--port=0', queue];
    const gateway = start(args, { home, env: { ...env, CUSTOS_GATEWAY_API_KEY: 'a key' }, program: copy.program });
    try {
      const [, url = ''] = /"url": "(.*)"/.exec(await gateway.line(/"url"/)) ?? [];
      const ask = async (path: string, body: object) => {
        const headers = { 'x-api-key': 'a key', 'content-type': 'application/json' };
        const answer = await fetch(`${url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
        return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
      };
      const to = '0x70997970c51812dc3a010c7d01b50e0d17dc79c8';
      const form = { to, amount: '0.5', currency: 'MADE', signatureId: randomUUID() };
      expect(await ask('/v3/made-up/transaction', form)).toMatchObject({ status: 200 });
      const listed = await ask('/v3/kms/pending/MADE', { signatureIds: [form.signatureId] });
      expect(listed.body).toMatchObject([{ chain: 'MADE', hashes: [form.signatureId] }]);
      const call = { jsonrpc: '2.0', id: 1, method: 'eth_chainId', params: [] };
      for (const name of ['MADE', 'made-up', 'made-up-testnet']) {
        expect((await ask(`/v3/blockchain/node/${name}/x`, call)).body).toMatchObject({ result: '0xf1207' });
      }
      expect(await ask(`/v3/${slugs['GLEAM']}/transaction`, {})).toMatchObject({ status: 501 });
    } finally {
      await gateway.kill('SIGTERM');
      await node.close();
    }
  });
});
