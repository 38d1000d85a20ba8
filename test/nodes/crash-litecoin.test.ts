import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Place } from '../support/crash-place.js';
import { outputPoints } from '../support/crash-points.js';
import { startHalting, until } from '../support/halting.js';
import { startLitecoinPlace, whyNoLitecoin } from '../support/litecoin-place.js';
import { freshSchema, whyNoPostgres } from '../support/postgres.js';

const noLitecoin = whyNoLitecoin();
const noPostgres = await whyNoPostgres();

describe.each([
  { name: 'SQLite', onPostgres: false },
  { name: 'PostgreSQL', onPostgres: true },
])('a daemon that is killed over Litecoin ($name)', ({ onPostgres }) => {
  const isThere = noLitecoin === undefined && (!onPostgres || noPostgres === undefined);
  let place: Place;

  beforeAll(async () => {
    if (isThere) place = await startLitecoinPlace(onPostgres ? await freshSchema() : undefined);
  });
  afterAll(() => place?.close());

  // Each daemon finds what those before it left behind, and is killed over a transaction of its own.
  it.runIf(isThere).each(outputPoints)(
    'a daemon over Litecoin is killed at %s %s (%i)',
    async (step, moment, count) => {
      const { payments, journal, flags, isShared } = place;
      const id = await payments.send(`${step} ${moment} ${count}`);
      const daemon = startHalting(place, flags, { step, moment, count, id });
      await daemon.halted;
      expect(await daemon.kill('SIGKILL')).toEqual({ signal: 'SIGKILL', code: null, stderr: '' });
      // Stands for the 30 seconds after which other daemons take over what a dead one held.
      if (isShared) await journal.endLeases();
    },
  );

  it.runIf(isThere)('each input was spent once, and a daemon that is left alone finishes the work', async () => {
    const { payments, flags } = place;
    const daemon = startHalting(place, flags);
    await daemon.started;
    await until(() => payments.areCompleted());
    expect(await daemon.kill('SIGTERM')).toEqual({ signal: null, code: 0, stderr: '' });
    await payments.expectOnce();
  });
});
