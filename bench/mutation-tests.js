// Just enough of vitest to run the same tests many times in one process.
import { isDeepStrictEqual } from 'node:util';

const tests = [];

export function describe(_name, body) {
  body();
}

export function it(name, run) {
  tests.push({ name, run });
}

it.each = (rows) => (name, run) => {
  for (const row of rows) it(`${name} ${row}`, () => run(...[row].flat(1)));
};

/** Runs the tests until one fails. @returns its name */
export async function firstFailure() {
  for (const { name, run } of tests) {
    try {
      await run();
    } catch {
      return name;
    }
  }
  return undefined;
}

export function expect(value) {
  const check = (isMet) => {
    if (!isMet) throw new Error('not met');
  };
  return {
    toBe: (expected) => check(Object.is(value, expected)),
    toEqual: (expected) => check(isDeepStrictEqual(value, expected)),
    toHaveLength: (length) => check(value.length === length),
    toContain: (part) => check(value.includes(part)),
    toBeLessThan: (most) => check(value < most),
    toBeLessThanOrEqual: (most) => check(value <= most),
    toBeGreaterThan: (least) => check(value > least),
    toBeGreaterThanOrEqual: (least) => check(value >= least),
    toThrow: (text) => check(messageOf(value).includes(text)),
  };
}

function messageOf(run) {
  try {
    run();
  } catch (error) {
    return error.message;
  }
  return '';
}
