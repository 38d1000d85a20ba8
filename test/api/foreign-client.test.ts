import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from '@hey-api/openapi-ts';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openApiDocument } from '../../src/api/openapi.js';
import { allRoutes } from '../../src/api/server.js';
import { freshApi } from './support.js';

/** What an application writes with the client. */
const use = `
import { createClient } from './client/client';
import { createTransaction, createWallet, getTransaction, getWallet } from './client/sdk.gen';
import type { Transaction } from './client/types.gen';

// The proof of a user is another scheme of its own.
const asking = (baseUrl: string, token: string) =>
  createClient({ baseUrl, auth: ({ scheme }) => (scheme === 'bearer' ? token : undefined) });

export async function pay(baseUrl: string, token: string): Promise<Transaction['state'] | undefined> {
  const client = asking(baseUrl, token);
  const { data: made } = await createWallet({ client, body: { chain: 'ETH' } });
  const wallet: string = made !== undefined && 'id' in made ? made.id : '';
  const { data, error } = await createTransaction({
    client,
    body: { kind: 'transfer', chain: 'ETH', from: { wallet }, to: '0x', amount: '1.5' },
    headers: { 'Idempotency-Key': 'one', Prefer: 'wait=30' },
  });
  if (error !== undefined) throw new Error(error.code);
  if (!('id' in data)) throw new Error('only a dry run is answered without an id');
  const found = await getTransaction({ client, path: { id: data.id } });
  return found.data?.state;
}

export const address = async (baseUrl: string, token: string, id: string) =>
  (await getWallet({ client: asking(baseUrl, token), path: { id } })).data;
`;

/** The faults that the compiler finds in sources, as strictly as it can. @returns those of each source */
function faults(paths: readonly string[]): readonly (readonly string[])[] {
  const options: ts.CompilerOptions = {
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    lib: ['lib.es2022.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts'],
    types: [],
  };
  const found = ts.getPreEmitDiagnostics(ts.createProgram(paths, options));
  // What is wrong in the client itself is a fault of every source.
  const inOthers = found.filter(({ file }) => file === undefined || !paths.includes(file.fileName));
  return paths.map((path) =>
    [...inOthers, ...found.filter(({ file }) => file?.fileName === path)].map(({ messageText }) =>
      ts.flattenDiagnosticMessageText(messageText, '\n'),
    ),
  );
}

describe('a client that a foreign generator makes of the OpenAPI document', () => {
  const test = freshApi();
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'custos-foreign-client-'));
    const input = join(folder, 'openapi.json');
    await writeFile(input, JSON.stringify(openApiDocument(allRoutes('1.2.3'), '1.2.3')));
    await createClient({
      ...{
        input,
        output: join(folder, 'client'),
        plugins: ['@hey-api/client-fetch', '@hey-api/typescript', '@hey-api/sdk'],
      },
      logs: { level: 'silent' },
    });
    await writeFile(join(folder, 'use.ts'), use);
  }, 60_000);
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('compiles, and what an application writes with it, and no wrong use of it', { timeout: 60_000 }, async () => {
    const [right, wrong] = [join(folder, 'use.ts'), join(folder, 'wrong.ts')];
    await writeFile(wrong, use.replace("amount: '1.5'", 'amount: 1.5').replace('.state;', '.status;'));
    const [ofRight, ofWrong] = faults([right, wrong]);
    expect(ofRight).toEqual([]);
    expect(ofWrong?.join('\n')).toMatch(/number[\s\S]*status/);
  });

  it('asks the API', async () => {
    const token = await test.token({ scopes: ['wallets:read'] });
    const { signatureId } = await test.wallet();
    const { address } = await import(/* @vite-ignore */ join(folder, 'use.ts'));
    expect(await address(test.api.url, token, signatureId)).toMatchObject({ id: signatureId, chain: 'ETH' });
  });
});
