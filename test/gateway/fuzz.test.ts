import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRegistry } from '../../src/chains/registry.js';
import { openSqlite } from '../../src/storage/sqlite/connection.js';
import { changed, odd, placesOf } from '../api/from-document.js';
import { rowCounts } from '../support/row-counts.js';
import { type Scene, startScene } from './clients/scene.js';
import { declaredRoutes } from './declared-routes.js';
import { exampleOf, forms } from './documented-forms.js';
import { apiKey, signatureId } from './running.js';

/** Of each form and route; all of them together are thousands. */
const RUNS = 5;
const registry = createRegistry();
const examples = forms.map((form) => ({ ...exampleOf(form), name: `${form.operation} ${form.form}` }));
const hash = `0x${'ab'.repeat(32)}`;
const somebody = '0x687422eea2cb73b5d3e242ba5456b782919afc85';

/** Values that programs have read wrongly, and those that mean something. */
const value = fc.oneof(
  odd,
  fc.constantFrom('1.5', '+1', '01', '.5', '1_000', '\u0663', '9'.repeat(80), `0.${'0'.repeat(40)}1`, '\ud800'),
  fc.constantFrom<unknown>(0, -0, -1, 0.1, 1e-7, 256, 2 ** 31, 2 ** 53, 2 ** 64, 1e300, null, true, [], {}),
  fc.constantFrom<unknown>(somebody, hash, signatureId, [somebody], [1, 2], ['1']),
  fc.jsonValue({ maxDepth: 2 }),
);
/** Members of some forms, or of none. */
const members = [
  ...new Set(examples.flatMap(({ body }) => Object.keys(body))),
  ...['index', 'nonce', 'fee', 'feeLimit', 'feePayer', 'type', 'maxFeePerGas', 'maxPriorityFeePerGas', 'message'],
  ...['memo', 'note', 'attr', 'destinationTag', 'sourceTag', 'initialize', 'isErc721', 'uri', 'creators', 'publicMint'],
  ...['cashbackValues', 'authorAddresses', 'fixedValues', 'tokenId', 'minter', 'provenance', 'issuerAccount', 'token'],
];
const more = fc.dictionary(fc.constantFrom(...members), value, { maxKeys: 3 });

interface Sent {
  readonly method: string;
  readonly path: string;
  readonly body?: unknown;
}

let scene: Scene;
let database: Awaited<ReturnType<typeof openSqlite>>;
let taken = 0;
beforeAll(async () => {
  scene = await startScene();
  database = await openSqlite(scene.queueFile);
});
afterAll(async () => {
  database.close();
  await scene.close();
});

/** Sends it, and holds what is true of every answer. */
async function expectAnswer({ method, path, body }: Sent): Promise<void> {
  const before = rowCounts(database);
  const hasBody = ['POST', 'PUT', 'PATCH', 'DELETE'].includes(method);
  const response = await fetch(scene.url + path, {
    method,
    headers: { 'x-api-key': apiKey, 'content-type': 'application/json' },
    ...(hasBody && { body: JSON.stringify(body) }),
  });
  const { status } = response;
  const text = await response.text();
  const label = JSON.stringify({ method, path, body, status, text });
  if (method === 'HEAD') expect(text, label).toBe('');
  else if (status >= 400) {
    const refusal = { statusCode: status, errorCode: expect.any(String), message: expect.any(String) };
    expect(JSON.parse(text), label).toMatchObject(refusal);
  }
  expect(status, label).not.toBe(500);
  if (status >= 400 || !hasBody) expect(rowCounts(database), label).toBe(before);
  else taken += 1;
}

describe('whatever comes to the gateway', () => {
  it.each(examples)('$name is taken or refused with a code, however its members are changed', async (example) => {
    const { method, path, body } = example;
    const one = fc.tuple(fc.nat(), value).map(([at, other]) => (whole: unknown) => {
      const places = placesOf(whole);
      return changed(whole, places[at % places.length] ?? [], other);
    });
    const sent = fc
      .tuple(more, fc.array(one, { maxLength: 2 }))
      .map(([added, changes]) => changes.reduce<unknown>((whole, change) => change(whole), { ...added, ...body }));
    const property = fc.asyncProperty(sent, (wrong) => expectAnswer({ method, path, body: wrong }));
    await fc.assert(property, { numRuns: RUNS });
  });

  it.each(declaredRoutes())(
    '%s %s answers every method, and only what is handed in is stored',
    async (method, path) => {
      const anyMethod = fc.constantFrom('GET', 'HEAD', 'OPTIONS', 'POST', 'PUT', 'PATCH', 'DELETE');
      const sent = fc.record({
        method: fc.oneof(fc.constant(method), anyMethod),
        path: fc
          .tuple(fc.tuple(...path.split('/').map(partOf)), query)
          .map(([parts, asked]) => parts.join('/') + asked),
        body: fc.oneof(more, value),
      });
      await fc.assert(fc.asyncProperty(sent, expectAnswer), { numRuns: RUNS });
    },
  );

  it('is not all refused', () => {
    expect(taken).toBeGreaterThan(examples.length / 4);
  });
});

const known = fc.constantFrom(
  ...registry.ids,
  '0',
  '1',
  '25',
  hash,
  hash.slice(2),
  somebody,
  '5e6645712b55823de7ea82f1',
);
// An empty part, or one of dots, would be another path.
const segment = fc
  .oneof({ weight: 3, arbitrary: known }, { weight: 1, arbitrary: odd })
  .map((text) => encodeURIComponent(text.toWellFormed()).replace(/^\.{0,2}$/, 'x'));
const asked = ['signatures', 'chain', 'address', 'totalValue', 'pageSize', 'offset', 'addresses', 'from', 'to', 'hash'];
const query = fc.dictionary(fc.constantFrom(...asked), fc.oneof(known, odd), { maxKeys: 3 }).map((values) => {
  const texts = Object.entries(values).map(([name, text]): [string, string] => [name, text.toWellFormed()]);
  return `?${new URLSearchParams(texts)}`;
});

/** What may stand in the place of a part of a route: a name for anything, perhaps one of some words or a number, or itself. */
function partOf(part: string): fc.Arbitrary<string> {
  const form = /^:\w+\{([^}]*)\}$/.exec(part)?.[1];
  if (form !== undefined) return /^[\w|-]+$/.test(form) ? fc.constantFrom(...form.split('|')) : fc.nat().map(String);
  if (part.startsWith(':')) return segment;
  return part === '*'
    ? fc.array(segment, { minLength: 1, maxLength: 3 }).map((all) => all.join('/'))
    : fc.constant(part);
}
