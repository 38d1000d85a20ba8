import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { House } from '../../dist/app/house.js';
import type { Journal } from '../../dist/core/store/journal.js';
import { ownNodePoints, points } from '../support/crash-points.js';
import { startHalting, until } from '../support/halting.js';
import { Payments } from '../support/payments.js';
import { freshSchema, whyNoPostgres } from '../support/postgres.js';
import { chainId, startWay, type Way } from '../support/way.js';

const noPostgres = await whyNoPostgres();

describe.each([
  { name: 'gateway, SQLite', ownNode: false, onPostgres: false },
  { name: 'own node, SQLite', ownNode: true, onPostgres: false },
  { name: 'own node, PostgreSQL', ownNode: true, onPostgres: true },
])('a daemon that is killed ($name)', ({ ownNode, onPostgres }) => {
  const isThere = !onPostgres || noPostgres === undefined;
  let way: Way;
  let house: House;
  let journal: Journal;
  let isShared = false;
  let payments: Payments;

  beforeAll(async () => {
    if (!isThere) return;
    way = await startWay(onPostgres ? await freshSchema() : undefined);
    house = way.house();
    ({ journal, shared: isShared } = await house.store());
    payments = new Payments(way, journal, [await way.wallet('key')]);
  });
  afterAll(async () => {
    await house?.close();
    await way?.close();
  });

  const flags = () => ({
    chainId: `ETH=${chainId}`,
    cloudUrl: way.gatewayUrl,
    ...(ownNode && { node: `ETH=${way.chain.url}` }),
  });

  // Each daemon finds what those before it left behind, and is killed over a transaction of its own.
  it.runIf(isThere).each(ownNode ? ownNodePoints : points)(
    'a daemon is killed at %s %s (%i)',
    async (step, moment, count) => {
      const id = await payments.send(`${step} ${moment} ${count}`);
      const daemon = startHalting(way, flags(), { step, moment, count, id });
      await daemon.halted;
      expect(await daemon.kill('SIGKILL')).toEqual({ signal: 'SIGKILL', code: null, stderr: '' });
      // Stands for the 30 seconds after which other daemons take over what a dead one held.
      if (isShared) await journal.endLeases();
    },
  );

  it.runIf(isThere)('each transaction was sent once, and a daemon that is left alone finishes the work', async () => {
    const daemon = startHalting(way, flags());
    await daemon.started;
    await until(() => payments.areCompleted());
    expect(await daemon.kill('SIGTERM')).toEqual({ signal: null, code: 0, stderr: '' });
    await payments.expectOnce();
  });
});
