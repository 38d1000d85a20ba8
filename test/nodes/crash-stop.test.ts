import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Place, startEvmPlace } from '../support/crash-place.js';
import { startHalting, until } from '../support/halting.js';

const ends = { signal: null, code: 0, stderr: '' };

describe('a daemon', () => {
  let place: Place;
  beforeAll(async () => {
    place = await startEvmPlace();
  });
  afterAll(() => place?.close());

  it.each([
    ['poll', 1],
    ['claim', 1],
    ['complete', 1],
    ['judge', 1],
    ['sign', 1],
    ['record', 1],
    ['broadcast', 1],
    ['record', 2],
    ['confirm', 1],
    ['close', 1],
    ['record', 3],
  ])('a daemon that gets a stop signal during %s (%i) ends with 0', async (step, count) => {
    const { flags, payments } = place;
    const id = await payments.send(`${step} ${count}`);
    const daemon = startHalting(place, flags, { step, moment: 'begin', count, id });
    await daemon.halted;
    const ended = daemon.kill('SIGTERM');
    await daemon.goOn();
    expect(await ended).toEqual(ends);
  });

  it('a daemon that follows stopped ones loses and doubles nothing', async () => {
    const { flags, payments } = place;
    const daemon = startHalting(place, flags);
    await daemon.started;
    await until(() => payments.areCompleted());
    expect(await daemon.kill('SIGTERM')).toEqual(ends);
    await payments.expectOnce();
  });
});
