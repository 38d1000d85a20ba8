import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Places } from '../../src/daemon/places.js';

function chains(all: number, count: number) {
  const places = new Places(all);
  return Array.from({ length: count }, () => {
    const user = { running: 0, waiting: 0 };
    return { user, width: places.admit(user) };
  });
}

test('one chain may have all places while no other has work', () => {
  const [eth] = chains(128, 29);
  expect(eth?.width()).toBe(128);
});

test('a chain that begins has its part at once, although another one has all of them', () => {
  const [eth, sol] = chains(128, 2);
  Object.assign(eth?.user ?? {}, { running: 128, waiting: 500 });
  Object.assign(sol?.user ?? {}, { waiting: 500 });
  expect(sol?.width()).toBe(64);
  // Which begins no more until it has less than its part.
  expect(eth?.width()).toBe(128);
  Object.assign(sol?.user ?? {}, { running: 64 });
  expect(eth?.width()).toBe(64);
});

test('a chain has what the others leave: a dead one that begins nothing takes no places from it', () => {
  const [eth, dead] = chains(128, 2);
  Object.assign(dead?.user ?? {}, { running: 1, waiting: 10_000 });
  expect(eth?.width()).toBe(127);
});

test('a chain always has a place, with less places than chains', () => {
  const all = chains(4, 29);
  for (const { user } of all) Object.assign(user, { running: 1, waiting: 1 });
  expect(all.map(({ width }) => width())).toEqual(all.map(() => 1));
});

test('chains that begin one after another, and end nothing, have all places, half of them, a third of them, and so on: never more', () => {
  const turn = fc.record({ chain: fc.nat(28), ends: fc.nat(200), comes: fc.nat(300) });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 300 }), fc.array(turn, { maxLength: 300 }), (most, turns) => {
      const all = chains(most, 29);
      const bound = all.reduce((sum, _one, place) => sum + Math.ceil(most / (place + 1)), 0);
      const begin = ({ user, width }: (typeof all)[number]) => {
        const begun = Math.max(0, Math.min(user.waiting, width() - user.running));
        Object.assign(user, { running: user.running + begun, waiting: user.waiting - begun });
      };
      for (const { chain, ends, comes } of turns) {
        const one = all[chain];
        if (one === undefined) throw new Error('no such chain');
        one.user.running -= Math.min(one.user.running, ends);
        one.user.waiting += comes;
        begin(one);
        if (one.user.waiting > 0) expect(one.user.running).toBeGreaterThan(0);
        const together = all.reduce((sum, { user }) => sum + user.running, 0);
        expect(together).toBeLessThanOrEqual(bound);
      }
    }),
  );
});
