import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { freePort, startAnvil } from '../support/anvil.js';
import { custos, program } from '../support/custos.js';
import { freshSchema, whyNoPostgres } from '../support/postgres.js';
import { makeQuickHome } from '../support/quick-slot.js';
import { type Death, soakServe } from '../support/serve-soak/soak.mjs';

const scopes = 'wallets:create,wallets:read,owners:read,transactions:create,transactions:read,events:read';

/**
 * The first server only accepts and is killed; the second one signs, too, and ends in order, or loses its keeper. What a killed
 * one that signs had begun is taken up after 30 seconds, which is too long for a test: bench/soak-serve.js kills those.
 */
const deaths: readonly Death[] = [
  { kind: 'server', place: 0, after: 20 },
  { kind: 'stop', place: 1, after: 25 },
  { kind: 'server', place: 0, after: 20 },
  { kind: 'keeper', place: 1, after: 25 },
];

test.each(['sqlite', 'postgres'] as const)(
  'requests that clients repeat by HTTP while servers on %s are killed are paid once, and everyone who looks sees the same',
  async (kind) => {
    if (kind === 'postgres' && (await whyNoPostgres()) !== undefined) return;
    const directory = mkdtempSync(join(tmpdir(), 'custos-serve-killed-'));
    const CUSTOS_STORE = kind === 'postgres' ? await freshSchema() : join(directory, 'store.db');
    const given = { CUSTOS_PASSWORD: 'correct horse battery staple', CUSTOS_STORE, CUSTOS_LOG_LEVEL: 'silent' };
    const home = await makeQuickHome(given);
    const made = await custos(['token', 'create', 'soak', '--rate', '100000', '--scope', scopes], { home, env: given });
    const node = await startAnvil({ chainId: 11155111 });
    try {
      const { verdict, fleet } = await soakServe({
        ...{ program, node, requests: 100, owners: 20 },
        env: { ...given, PATH: process.env['PATH'], HOME: home },
        token: made.stdout.trim(),
        servers: [{ port: await freePort(), args: ['--no-signer'] }, { port: await freePort() }],
        nextDeath: (number) => deaths[number],
      });
      expect(Object.entries(verdict).filter(([, mistakes]) => mistakes !== 0)).toEqual([]);
      expect([fleet.deaths, fleet.badStops]).toEqual([{ server: 2, front: 0, keeper: 1, signer: 0, stop: 1 }, 0]);
    } finally {
      await node.close();
      for (const place of [directory, home]) rmSync(place, { recursive: true, force: true });
    }
  },
);
