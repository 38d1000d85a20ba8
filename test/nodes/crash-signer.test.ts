import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { crashRow } from '../suites/crash-row.js';
import { type Place, startEvmPlace } from '../support/crash-place.js';
import { outputPoints, ownNodePoints } from '../support/crash-points.js';
import { startHalting, until } from '../support/halting.js';
import { startLitecoinPlace, whyNoLitecoin } from '../support/litecoin-place.js';
import { freshSchema, whyNoPostgres } from '../support/postgres.js';

const noPostgres = await whyNoPostgres();
const noLitecoin = whyNoLitecoin();
/** Lines of a story that tell of nothing but time that went by. */
const ofDelay: ReadonlySet<string> = new Set(['postponed', 'taken over', 'included']);

describe.each([
  { name: 'anvil, SQLite', start: startEvmPlace, points: ownNodePoints, why: undefined },
  { name: 'anvil, PostgreSQL', start: startEvmPlace, points: ownNodePoints, onPostgres: true, why: noPostgres },
  { name: 'litecoind, SQLite', start: startLitecoinPlace, points: outputPoints, why: noLitecoin },
  {
    name: 'litecoind, PostgreSQL',
    start: startLitecoinPlace,
    points: outputPoints,
    onPostgres: true,
    why: noLitecoin ?? noPostgres,
  },
])('a daemon whose signer is killed ($name)', ({ start, points, onPostgres = false, why }) => {
  describe.skipIf(why !== undefined)('a daemon carries on after its signer is killed at every point', () => {
    const signers: number[] = [];
    const place = crashRow({
      points,
      open: async () => start(onPostgres ? await freshSchema() : undefined),
      async kill(daemon, halted) {
        const signer = halted.signer();
        signers.push(signer);
        process.kill(signer, 'SIGKILL');
        await daemon.goOn();
      },
    });

    it('a daemon had another signer each time, and its journal records no fault', async () => {
      expect(new Set(signers).size).toBe(points.length);
      for (const [at, id] of place().payments.ids.entries()) {
        const story = await place().journal.events(id);
        const point = points[at]?.join(' ');
        // A machine that is busy adds lines that tell of waiting; what is done is done once, in this order.
        const done = story.map(({ event }) => event).filter((event) => !ofDelay.has(event));
        expect([...new Set(done)], point).toEqual(['claimed', 'filled', 'signed', 'broadcast', 'completed']);
        for (const once of ['claimed', 'signed', 'completed']) {
          expect(
            done.filter((event) => event === once),
            point,
          ).toHaveLength(1);
        }
        // Its successor is asked without a word: the transaction knows nothing of a signer that died.
        expect(
          story.map(({ fact }) => fact['errorCode']),
          point,
        ).not.toContain('SIGNER_DIED');
      }
    });
  });
});

describe('a daemon whose signer hangs', () => {
  let place: Place;
  beforeAll(async () => {
    place = await startEvmPlace();
  });
  afterAll(() => place?.close());

  it('a daemon whose signer hangs in a request and is killed continues with another signer', async () => {
    const { payments, flags } = place;
    const id = await payments.send('signer');
    const halt = { step: 'sign', moment: 'begin', count: 1, id } as const;
    const daemon = startHalting(place, { ...flags, signers: '1' }, halt);
    const signer = (await daemon.halted).signer();
    // It gets the request and does nothing with it.
    process.kill(signer, 'SIGSTOP');
    await daemon.goOn();
    process.kill(signer, 'SIGKILL');
    await until(() => payments.areCompleted());
    expect(await daemon.kill('SIGTERM')).toEqual({ signal: null, code: 0, stderr: '' });
    await payments.expectOnce();
  });
});
