import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Scene, startScene } from './clients/scene.js';
import { type Answer, apiKey } from './running.js';

/** What an official client sent, unmodified, with the answer that it read: its members with their types. */
interface Recording {
  readonly source: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly requests: readonly Recorded[];
}

interface Recorded {
  /** Function of the client that the application called. */
  readonly function: string;
  readonly method: string;
  /** The key stands as {key}; the n-th pending transaction and subscription of the run as {pending n} and {subscription}. */
  readonly path: string;
  readonly body?: unknown;
  readonly status: number;
  readonly answer?: unknown;
}

const folder = new URL('../vectors/clients/', import.meta.url);
const recordings = readdirSync(folder).map(
  (name): Recording => JSON.parse(readFileSync(new URL(name, folder), 'utf8')),
);

describe.each(recordings)('$source', ({ headers, requests }) => {
  let scene: Scene;
  const given: { pending: string[]; subscription?: string } = { pending: [] };

  beforeAll(async () => {
    scene = await startScene();
  });
  afterAll(() => scene.close());

  test.each(requests.map((one, at) => ({ ...one, at })))(
    '$at: $function is answered in the types that the client declares',
    async ({ method, path, body, status, answer }) => {
      const got = await ask(method, path, body);
      if (path === '/v3/subscription' && method === 'POST') given.subscription ??= got.body.id;
      if (Array.isArray(got.body) && path.startsWith('/v3/kms/pending')) given.pending = got.body.map(({ id }) => id);
      expect(got.status, JSON.stringify(got.body)).toBe(status);
      expect(shapeOf(got.body)).toEqual(answer);
    },
  );

  async function ask(method: string, path: string, body: unknown): Promise<Answer> {
    const named = path
      .replace('{key}', encodeURIComponent(apiKey))
      .replace(/\{pending (\d)\}/, (_text, at: string) => given.pending[Number(at)] ?? '')
      .replace('{subscription}', given.subscription ?? '');
    const response = await fetch(scene.url + named, {
      method,
      headers: { ...headers, 'x-api-key': apiKey, ...(body !== undefined && { 'content-type': 'application/json' }) },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, body: text === '' ? undefined : JSON.parse(text) };
  }
});

test('each client sends a signature ID and gets one', () => {
  for (const { source, requests } of recordings) {
    const queued = requests.filter(({ answer }) => answer instanceof Object && 'signatureId' in answer);
    expect(queued.length, source).toBeGreaterThan(10);
  }
});

/** Members and their types; of a list those of its first entry. */
function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.slice(0, 1).map(shapeOf);
  if (value === null) return 'null';
  if (typeof value !== 'object') return value === undefined ? undefined : typeof value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, shapeOf(member)]));
}
