import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { House } from '../../dist/app/house.js';
import type { Journal } from '../../dist/core/journal.js';
import { type Halt, startHalting, until } from '../support/halting.js';
import { Payments } from '../support/payments.js';
import { whyNoPostgres } from '../support/postgres.js';
import { makePostgres, type PostgresServer } from '../support/postgres-server.js';
import { chainId, startWay, type Way } from '../support/way.js';

const noPostgres = await whyNoPostgres();
const ends = { signal: null, code: 0, stderr: '' };

interface Place {
  readonly way: Way;
  readonly house: House;
  readonly journal: Journal;
  readonly payments: Payments;
  readonly flags: Readonly<Record<string, unknown>>;
}

async function makePlace(store?: string): Promise<Place> {
  const way = await startWay(store);
  const house = way.house();
  const { journal } = await house.store();
  const payments = new Payments(way, journal, [await way.wallet('key')]);
  const flags = { chainId: `ETH=${chainId}`, cloudUrl: way.gatewayUrl, node: `ETH=${way.chain.url}` };
  return { way, house, journal, payments, flags };
}

describe('a daemon', () => {
  let place: Place;
  beforeAll(async () => {
    place = await makePlace();
  });
  afterAll(async () => {
    await place?.house.close();
    await place?.way.close();
  });

  it('whose signer is killed while it signs goes on with another', async () => {
    const { way, flags, payments } = place;
    const id = await payments.send('signer');
    const daemon = startHalting(way, { ...flags, signers: '1' }, { step: 'sign', moment: 'begin', count: 1, id });
    const { signer } = await daemon.halted;
    // It gets the request and does nothing with it.
    process.kill(signer, 'SIGSTOP');
    await daemon.goOn();
    process.kill(signer, 'SIGKILL');
    await until(() => payments.areCompleted());
    expect(await daemon.kill('SIGTERM')).toEqual(ends);
    await payments.expectOnce();
  }, 170_000);

  it.each([
    ['poll', 1],
    ['claim', 1],
    ['complete', 1],
    ['record', 1],
    ['judge', 1],
    ['sign', 1],
    ['record', 2],
    ['broadcast', 1],
    ['record', 3],
    ['confirm', 1],
    ['close', 1],
    ['record', 4],
  ])(
    'that is told to stop during %s (%i) ends with 0',
    async (step, count) => {
      const { way, flags, payments } = place;
      const id = await payments.send(`${step} ${count}`);
      const daemon = startHalting(way, flags, { step, moment: 'begin', count, id });
      await daemon.halted;
      const ended = daemon.kill('SIGTERM');
      await daemon.goOn();
      expect(await ended).toEqual(ends);
    },
    170_000,
  );

  it('that comes after those which were stopped loses and doubles nothing', async () => {
    const { way, flags, payments } = place;
    const daemon = startHalting(way, flags);
    await daemon.started;
    await until(() => payments.areCompleted());
    expect(await daemon.kill('SIGTERM')).toEqual(ends);
    await payments.expectOnce();
  }, 170_000);
});

describe.skipIf(noPostgres !== undefined)('a daemon whose database is killed', () => {
  let database: PostgresServer;
  let place: Place;
  beforeAll(async () => {
    database = await makePostgres();
    place = await makePlace(await database.createDatabase());
  });
  afterAll(async () => {
    await place?.house.close();
    await place?.way.close();
    await database?.destroy();
  });

  it.each<[Halt['step'], Halt['moment'], number, string]>([
    ['claim', 'begin', 1, 'before the claim'],
    ['record', 'begin', 2, 'between signing and recording'],
    ['record', 'end', 2, 'between recording and broadcasting'],
    ['record', 'begin', 3, 'after the broadcast'],
  ])(
    'at %s %s (%i), %s, goes on once it is back',
    async (step, moment, count) => {
      const { way, flags, payments } = place;
      const id = await payments.send(`${step} ${moment} ${count}`);
      const daemon = startHalting(way, flags, { step, moment, count, id });
      await daemon.halted;
      await database.kill();
      await daemon.goOn();
      await database.start();
      await until(() => payments.areCompleted());
      expect(await daemon.kill('SIGTERM')).toEqual(ends);
      await payments.expectOnce();
    },
    170_000,
  );

  it('for longer than a write waits makes anew what was never recorded', async () => {
    const { way, flags, payments } = place;
    const id = await payments.send('long');
    const halt = { step: 'record', moment: 'begin', count: 2, id } as const;
    const daemon = startHalting(way, { ...flags, logLevel: 'error' }, halt);
    await daemon.halted;
    await database.kill();
    await daemon.goOn();
    await daemon.complains(/"id":"[0-9a-f]{24}".*"code":"STORE_UNREACHABLE".*transaction not recorded/);
    await database.start();
    await until(() => payments.areCompleted());
    expect(await daemon.kill('SIGTERM')).toMatchObject({ signal: null, code: 0 });
    await payments.expectOnce();
  }, 170_000);
});
