// Just enough of vitest to run the same tests many times in one process.
import { isDeepStrictEqual } from 'node:util';

export const tests = [];
let scope = newScope();

function newScope(outer) {
  return { outer, first: [], before: [], after: [], last: [] };
}

/** What a file says outside of every `describe` is about its own tests. */
export function startFile() {
  scope = newScope();
}

export function describe(_name, body) {
  scope = newScope(scope);
  body();
  scope = scope.outer;
}

describe.each = (rows) => (name, body) => {
  for (const row of rows) describe(`${name} ${row}`, () => body(...(Array.isArray(row) ? row : [row])));
};

export function it(name, ...given) {
  const run = given.find((one) => typeof one === 'function');
  tests.push({ name, run, scopes: scopesOf(scope) });
}

export const test = it;

it.each =
  (rows) =>
  (name, ...given) => {
    const run = given.find((one) => typeof one === 'function');
    for (const row of rows) it(`${name} ${row}`, () => run(...(Array.isArray(row) ? row : [row])));
  };

export const beforeAll = (work) => scope.first.push(work);
export const beforeEach = (work) => scope.before.push(work);
export const afterEach = (work) => scope.after.push(work);
export const afterAll = (work) => scope.last.push(work);

/** From the outermost inwards. */
function scopesOf(inner) {
  return inner === undefined ? [] : [...scopesOf(inner.outer), inner];
}

/** Runs tests until one fails. @param longest - seconds for each. @returns its name and why */
export async function firstFailure(some, longest) {
  const begun = new Set();
  try {
    for (const { name, run, scopes } of some) {
      try {
        await inTime(runIn(scopes, begun, run), longest);
      } catch (cause) {
        return { name, cause };
      }
    }
    return undefined;
  } finally {
    for (const one of begun) for (const work of one.last) await work();
  }
}

async function runIn(scopes, begun, run) {
  for (const one of scopes) {
    if (!begun.has(one)) for (const work of one.first) await work();
    begun.add(one);
  }
  for (const one of scopes) for (const work of one.before) await work();
  try {
    await run();
  } finally {
    for (const one of scopes) for (const work of one.after) await work();
  }
}

/** Counted second by second, because a process may be stopped for a while. */
async function inTime(work, longest) {
  let timer;
  let seconds = longest;
  const late = new Promise((_, reject) => {
    timer = setInterval(() => {
      seconds -= 1;
      if (seconds < 0) reject(new Error('it never ends'));
    }, 1_000);
  });
  await Promise.race([work, late]).finally(() => clearInterval(timer));
}

/** What is met by more than one value. */
class Some {
  constructor(isMet) {
    this.isMet = isMet;
  }
}

export function expect(value) {
  return {
    ...checksOf(value, (isMet) => isMet),
    not: checksOf(value, (isMet) => !isMet),
    rejects: later(async () => {
      const answer = await settled(value);
      if (!('error' in answer)) throw new Error('not rejected');
      return answer.error;
    }),
    resolves: later(() => value),
  };
}

expect.any = (type) => new Some((value) => typeof value === type.name.toLowerCase() || value instanceof type);
expect.objectContaining = (part) => new Some((value) => hasPart(value, part));
expect.arrayContaining = (part) => new Some((value) => part.every((one) => value.some((other) => isEqual(other, one))));
expect.stringContaining = (part) => new Some((value) => typeof value === 'string' && value.includes(part));
expect.stringMatching = (form) => new Some((value) => typeof value === 'string' && form.test(value));

async function settled(value) {
  try {
    return { value: await (typeof value === 'function' ? value() : value) };
  } catch (error) {
    return { error };
  }
}

/** Every check, of what a promise comes to. */
function later(find) {
  return new Proxy(
    {},
    {
      get(_, name) {
        return async (...expected) => {
          const found = await find();
          return checksOf(found, (isMet) => isMet)[name](...expected);
        };
      },
    },
  );
}

function checksOf(value, isRight) {
  const check = (isMet) => {
    if (!isRight(isMet)) throw new Error('not met');
  };
  return {
    toBe: (expected) => check(Object.is(value, expected)),
    toBeUndefined: () => check(value === undefined),
    toBeDefined: () => check(value !== undefined),
    toEqual: (expected) => check(isEqual(value, expected)),
    toMatchObject: (part) => check(hasPart(value, part)),
    toHaveProperty: (name) => check(value?.[name] !== undefined),
    toHaveLength: (length) => check((value.length ?? value.size) === length),
    toContain: (part) => check(value.includes(part)),
    toMatch: (form) => check(typeof form === 'string' ? value.includes(form) : form.test(value)),
    toBeLessThan: (most) => check(value < most),
    toBeLessThanOrEqual: (most) => check(value <= most),
    toBeGreaterThan: (least) => check(value > least),
    toBeGreaterThanOrEqual: (least) => check(value >= least),
    toThrow: (expected) => check(hasThrown(value, expected)),
  };
}

function hasThrown(run, expected) {
  try {
    if (typeof run === 'function') run();
    else throw run;
  } catch (error) {
    if (expected === undefined) return true;
    if (typeof expected === 'string') return error.message.includes(expected);
    return expected instanceof RegExp ? expected.test(error.message) : isEqual(error, expected);
  }
  return false;
}

function isEqual(value, expected) {
  if (expected instanceof Some) return expected.isMet(value);
  if (!isObject(expected) || !isObject(value)) return Object.is(value, expected);
  if (!isPlain(expected)) return isDeepStrictEqual(value, expected);
  const names = new Set([...Object.keys(value), ...Object.keys(expected)]);
  return (
    Array.isArray(value) === Array.isArray(expected) && [...names].every((name) => isEqual(value[name], expected[name]))
  );
}

function hasPart(value, part) {
  if (part instanceof Some) return part.isMet(value);
  if (!isObject(part) || !isObject(value)) return Object.is(value, part);
  if (Array.isArray(part)) {
    return Array.isArray(value) && value.length === part.length && part.every((one, at) => hasPart(value[at], one));
  }
  return Object.entries(part).every(([name, one]) => hasPart(value[name], one));
}

function isObject(value) {
  return typeof value === 'object' && value !== null;
}

function isPlain(value) {
  return Array.isArray(value) || [Object.prototype, null].includes(Object.getPrototypeOf(value));
}
