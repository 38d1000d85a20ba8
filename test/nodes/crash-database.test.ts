import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { crashRow } from '../suites/crash-row.js';
import { type Place, startEvmPlace } from '../support/crash-place.js';
import { outputPoints, ownNodePoints } from '../support/crash-points.js';
import { startHalting, until } from '../support/halting.js';
import { startLitecoinPlace, whyNoLitecoin } from '../support/litecoin-place.js';
import { whyNoPostgres } from '../support/postgres.js';
import { makePostgres, type PostgresServer, query } from '../support/postgres-server.js';

const noPostgres = await whyNoPostgres();
const noLitecoin = whyNoLitecoin();

// SQLite runs in the daemon's own process: to kill it is to kill the daemon, as crash.test.ts and crash-litecoin.test.ts do.
describe.each([
  { name: 'anvil', start: startEvmPlace, points: ownNodePoints, why: noPostgres },
  { name: 'litecoind', start: startLitecoinPlace, points: outputPoints, why: noLitecoin ?? noPostgres },
])('a daemon whose PostgreSQL server is killed ($name)', ({ start, points, why }) => {
  let server: PostgresServer;
  beforeAll(async () => {
    if (why === undefined) server = await makePostgres();
  });
  afterAll(() => server?.destroy());

  describe.skipIf(why !== undefined)('a daemon carries on after its PostgreSQL server is killed at every point', () => {
    crashRow({
      points,
      open: async () => start(await server.createDatabase()),
      async kill(daemon) {
        await server.kill();
        await daemon.goOn();
        await server.start();
      },
    });
  });
});

describe.skipIf(noPostgres !== undefined)('a daemon whose PostgreSQL server is away', () => {
  let server: PostgresServer;
  let place: Place;
  beforeAll(async () => {
    server = await makePostgres();
    place = await startEvmPlace(await server.createDatabase());
  });
  afterAll(async () => {
    await place?.close();
    await server?.destroy();
  });

  it('a daemon whose database is away for longer than a write waits makes again only what was never recorded', async () => {
    const { payments, flags } = place;
    const id = await payments.send('long');
    const halt = { step: 'record', moment: 'begin', count: 1, id } as const;
    const daemon = startHalting(place, { ...flags, logLevel: 'error' }, halt);
    await daemon.halted;
    await server.kill();
    await daemon.goOn();
    await daemon.complains(/"id":"[0-9a-f]{24}".*"code":"STORE_UNREACHABLE".*transaction not recorded/);
    await server.start();
    await until(() => payments.areCompleted());
    expect(await daemon.kill('SIGTERM')).toMatchObject({ signal: null, code: 0 });
    await payments.expectOnce();
  });

  it('a daemon below which a backup of the database is put back signs nothing, and goes on when the newer one is back', async () => {
    const { payments, flags } = place;
    await server.keep('older');
    const id = await payments.send('in the newer one only');
    const halt = { step: 'broadcast', moment: 'begin', count: 1, id } as const;
    const daemon = startHalting(place, { ...flags, logLevel: 'error' }, halt);
    await daemon.halted;
    await server.keep('newer');
    await server.putBack('older');
    const late = await payments.send('while the older one is there');
    await daemon.goOn();
    await daemon.complains(/"code":"STORE_OLDER".*poll failed/);
    const url = server.url(new URL(place.environment['CUSTOS_STORE'] ?? '').pathname.slice(1));
    expect(await query(url, `SELECT * FROM transactions WHERE id IN ('${id}', '${late}')`)).toEqual([]);
    await server.putBack('newer');
    await until(() => payments.areCompleted());
    expect(await daemon.kill('SIGTERM')).toMatchObject({ signal: null, code: 0 });
    await payments.expectOnce();
  });
});
