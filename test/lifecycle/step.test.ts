import { expect, test, vi } from 'vitest';
import { deadlines, step } from '../../src/lifecycle/step.js';

const parts = {};

test('a step that does not end is given up at its deadline, with its name', async () => {
  vi.useFakeTimers();
  try {
    for (const name of Object.keys(deadlines) as (keyof typeof deadlines)[]) {
      const given = step(parts, name, 'id', () => new Promise(() => undefined)).catch((error: unknown) => error);
      await vi.advanceTimersByTimeAsync(deadlines[name] ?? 0);
      expect(await given).toMatchObject({ code: 'STEP_TIMEOUT', message: expect.stringContaining(`"${name}"`) });
    }
  } finally {
    vi.useRealTimers();
  }
});

test('a step in time gives its answer or its failure', async () => {
  expect(await step(parts, 'complete', 'id', async () => 7)).toBe(7);
  await expect(step(parts, 'judge', 'id', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
});
