import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, type IncomingMessage, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openApiDocument } from '../../src/api/openapi.js';
import { allRoutes } from '../../src/api/server.js';
import { allScopes, askingScopes } from '../../src/core/access/scopes.js';
import { openSqlite } from '../../src/storage/sqlite/connection.js';
import { rowCounts } from '../support/row-counts.js';
import { type Document, type Operation, Requests, type WireRequest } from './from-document.js';
import { TestApi } from './support.js';

/** A parse of our own document, whose form the tests of the document hold. */
const document = JSON.parse(JSON.stringify(openApiDocument(allRoutes('1.2.3'), '1.2.3'))) as Document;
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({
    name: `${method.toUpperCase()} ${path}`,
    method,
    path,
    operation,
  })),
);
const RUNS = 60;
const to = '0x1111111111111111111111111111111111111111';

interface Answered {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

const test = new TestApi();
const agent = new Agent({ keepAlive: true });
const folder = mkdtempSync(join(tmpdir(), 'custos-fuzz-'));
const known: string[] = ['ETH', 'BTC', '1', '0.5', '0x', '0x00', to, 'a'];
const requests = new Requests(document, () => known);
const reached = new Set<string>();
let database: Awaited<ReturnType<typeof openSqlite>>;
let asking = '';
let deciding = '';

beforeAll(async () => {
  const location = join(folder, 'store.db');
  await test.open(location);
  database = await openSqlite(location);
  asking = await test.token();
  deciding = await test.token({ scopes: allScopes.filter((scope) => !askingScopes.some((one) => one === scope)) });
  const { signatureId } = await test.wallet();
  known.push(signatureId);
  const form = {
    kind: 'raw',
    chain: 'ETH',
    keys: [{ wallet: signatureId }],
    unsigned: JSON.stringify({ to, value: '1' }),
  };
  const headers = { 'idempotency-key': 'first' };
  const made = await test.ask('POST /v1/transactions', { token: asking, body: form, headers });
  expect(made.status).toBe(202);
  known.push(String(made.body['id']), (await test.token({ scopes: ['wallets:read'] })).split('_')[1] ?? '');
});
afterAll(async () => {
  agent.destroy();
  await test.close();
  database.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Sends a request with a token that has the scope of an operation, and reads its answer; a stream that never ends is left. */
function send(
  { method, path, headers, body }: WireRequest,
  { 'x-scope': scope }: Partial<Operation>,
): Promise<Answered> {
  const token = scope === 'approvals:decide' ? deciding : asking;
  const { hostname, port } = new URL(test.api.url);
  const length = body === undefined ? {} : { 'content-length': String(body.length) };
  const all = { ...headers, ...length, authorization: `Bearer ${token}` };
  return new Promise((resolve, reject) => {
    const sent = request({ hostname, port, method, path, headers: all, agent }, (answer) => {
      const parts: Buffer[] = [];
      const end = () =>
        resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: Buffer.concat(parts).toString() });
      answer
        .on('data', (part: Buffer) => parts.push(part))
        .on('end', end)
        .on('error', reject);
      if (answer.headers['content-type']?.startsWith('text/event-stream') === true) {
        answer.off('error', reject).on('error', () => undefined);
        answer.destroy();
        end();
      }
    });
    sent.on('error', reject).end(body);
  });
}

/** Holds what is true of every answer. @returns whether it was a refusal */
function expectAnswer({ status, headers, body }: Answered): boolean {
  if (status < 400) return false;
  const problem = JSON.parse(body);
  expect(problem).toMatchObject({ status, code: expect.stringMatching(/^[A-Z_]+$/), detail: expect.any(String) });
  expect(headers['content-type']).toBe('application/problem+json');
  expect(problem.code).not.toBe('INTERNAL');
  if (status >= 500) expect([501, 502, 503, 504]).toContain(status);
  return true;
}

describe.each(operations)('$name', ({ name, method, path, operation }) => {
  const wanted = requests.of(method, path, operation);

  it(`${name} answers what its document says or refuses with a problem, and stores nothing of what it refuses`, async () => {
    const one = async (sent: WireRequest) => {
      const before = rowCounts(database);
      const answered = await send(sent, operation);
      const label = JSON.stringify({ ...sent, body: sent.body?.toString('latin1'), answered });
      if (expectAnswer(answered)) {
        expect(rowCounts(database), label).toBe(before);
        return;
      }
      expect(Object.keys(operation.responses), label).toContain(String(answered.status));
      reached.add(name);
    };
    await fc.assert(fc.asyncProperty(wanted, one), { numRuns: RUNS });
  });

  it(`${name} answers other methods, HEAD and OPTIONS as HTTP has it, and no GET with a body`, async () => {
    const others = ['PUT', 'PATCH', 'DELETE', 'POST', 'TRACE', 'PROPFIND', 'HEAD', 'OPTIONS', 'GET'];
    const offered = Object.keys(document.paths[path] ?? {}).map((one) => one.toUpperCase());
    const foreign = others.filter((one) => !offered.includes(one));
    await fc.assert(
      fc.asyncProperty(wanted, fc.constantFrom(...foreign), async (sent, other) => {
        const before = rowCounts(database);
        const answered = await send({ ...sent, method: other }, operation);
        if (other === 'HEAD') expect(answered.body).toBe('');
        // The path may be that of another operation, whose scope the token does not have, or longer than a header may be.
        else if (other !== 'OPTIONS') expect([400, 403, 404, 405, 413, 415, 431, 501]).toContain(answered.status);
        expect(answered.status).not.toBe(500);
        expect(rowCounts(database), `${other} ${sent.path}`).toBe(before);
      }),
      { numRuns: RUNS / 3 },
    );
    if (!offered.includes('GET')) return;
    const plain = { method: 'GET', path: path.replace(/\{\w+\}/g, 'x'), headers: {}, body: undefined };
    const got = await send(plain, operation);
    const before = rowCounts(database);
    const head = await send({ ...plain, method: 'HEAD' }, operation);
    expect([head.status, head.headers['content-type']]).toEqual([got.status, got.headers['content-type']]);
    expect(rowCounts(database), `HEAD ${path}`).toBe(before);
    expect((await send({ ...plain, body: Buffer.from('{}') }, operation)).status).toBe(400);
  });
});

it('requests that are made from the document are not all refused', () => {
  expect(reached.size).toBeGreaterThan(operations.length / 4);
});
