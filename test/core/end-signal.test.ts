import { expect, test } from 'vitest';
import { systemClock } from '../../src/core/clock.js';
import { Ending, type EndSignal } from '../../src/core/end-signal.js';

test('an end is told once to whoever listens by then, as an AbortSignal tells it', () => {
  for (const made of [new Ending(), new AbortController()]) {
    const signal: EndSignal = made instanceof Ending ? made : made.signal;
    const heard: string[] = [];
    const gone = () => heard.push('gone');
    signal.addEventListener('abort', gone);
    signal.addEventListener('abort', () => heard.push('first'), { once: true });
    signal.removeEventListener('abort', gone);
    made.abort();
    made.abort();
    signal.addEventListener('abort', () => heard.push('late'));
    made.abort();
    expect([signal.aborted, heard]).toEqual([true, ['first']]);
  }
});

test('an end ends a wait, and a wait after it does not begin', async () => {
  const over = new Ending();
  const waited = systemClock.wait(60_000, over);
  over.abort();
  await waited;
  await systemClock.wait(60_000, over);
});
