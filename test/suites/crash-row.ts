import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import type { Place } from '../support/crash-place.js';
import type { Point } from '../support/crash-points.js';
import { type Halted, type HaltingDaemon, startHalting, until } from '../support/halting.js';

/** A part of a daemon that is killed again and again while the daemon lives. */
export interface CrashRow {
  /** Where it is killed. */
  readonly points: readonly Point[];
  open(): Promise<Place>;
  /** Kills the part while the daemon stands still, lets the daemon go on, and starts what does not start by itself. */
  kill(daemon: HaltingDaemon, halted: Halted): Promise<void>;
}

/**
 * One daemon that lives through the death of one of its parts at every point of the way, each time over a payment of its own.
 * @returns the place, once it is open
 */
export function crashRow({ points, open, kill }: CrashRow): () => Place {
  let place: Place;
  let daemon: HaltingDaemon;

  beforeAll(async () => {
    place = await open();
    daemon = startHalting(place, { ...place.flags, signers: '1', idlePeriod: '0' });
    await daemon.started;
  });
  afterEach(async ({ task }) => {
    // It may stand still for ever; without it the tests that follow fail at once.
    if (task.result?.state === 'fail') await daemon.kill('SIGKILL');
  });
  afterAll(async () => {
    await daemon?.kill('SIGKILL');
    await place?.close();
  });

  const areCompleted = () =>
    Promise.race([
      until(() => place.payments.areCompleted()),
      daemon.ended.then((end) => Promise.reject(new Error(`the daemon ended: ${JSON.stringify(end)}`))),
    ]);

  it.each(points)('the daemon continues at %s %s (%i)', async (step, moment, count) => {
    const { payments } = place;
    const send = () => payments.send(`${step} ${moment} ${count}`);
    await kill(daemon, await daemon.haltOver(send, { step, moment, count }));
    await areCompleted();
  });

  it('the daemon has lost and doubled nothing, and serves as before', async () => {
    const { payments } = place;
    await payments.send('afterwards');
    await areCompleted();
    expect(await daemon.kill('SIGTERM')).toEqual({ signal: null, code: 0, stderr: '' });
    expect(payments.ids).toHaveLength(points.length + 1);
    await payments.expectOnce();
  });

  return () => place;
}
