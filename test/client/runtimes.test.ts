import { fileURLToPath } from 'node:url';
import { createContext, runInContext } from 'node:vm';
import { rolldown } from 'rolldown';
import { expect, it } from 'vitest';
import { freshSaying, shownTransaction } from './support.js';

const door = fileURLToPath(new URL('../../src/client/index.ts', import.meta.url));
/** What every runtime of the web has, and nothing of Node. */
const ofTheWeb = { fetch, AbortController, URL, Response, crypto, performance, setTimeout, clearTimeout };

const server = freshSaying();

it('the client pays, waits and lists where there is nothing but what the web has', async () => {
  const bundle = await rolldown({ input: door, platform: 'browser' });
  const { output } = await bundle.generate({ format: 'iife', name: 'client' });
  const [{ code }] = output;
  const context = createContext({ ...ofTheWeb });
  const work = `${code};
    (async (url) => {
      const custos = client.createClient({ url, token: 'custos_x' });
      const payment = await custos.submit({ kind: 'raw', chain: 'ETH', keys: [], unsigned: 'x' });
      const { state } = await payment.wait();
      const found = [];
      for await (const one of custos.list('listWallets')) found.push(one);
      return JSON.stringify([typeof process, typeof Buffer, state, found]);
    })`;
  server().answers = [
    { status: 202, body: shownTransaction() },
    { status: 200, body: shownTransaction({ state: 'broadcast' }) },
    { status: 200, body: { data: [1], next: null } },
  ];
  const said = await runInContext(work, context)(server().url);
  expect(JSON.parse(said)).toEqual(['undefined', 'undefined', 'broadcast', [1]]);
});
