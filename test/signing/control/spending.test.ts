import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SignatureClaim } from '../../../src/core/signing/control.js';
import { Ledger } from '../../../src/signing/control/ledger.js';
import { type Reserving, Spending } from '../../../src/signing/control/spending.js';

const HOUR = 3_600_000;
const MAX = 100n;
const approval = (nonce: string) => ({ nonce, expires: 10 * HOUR });

function claim(mark: string, ...uses: string[]): SignatureClaim {
  return { mark, uses };
}

function wants(of: SignatureClaim, amount: bigint, change: Partial<Reserving> = {}): Reserving {
  return { claim: of, approvals: [], charges: [{ budget: 'day', since: 0, amount, max: MAX }], at: HOUR, ...change };
}

function account() {
  const ledger = new Ledger();
  const spending = new Spending(ledger);
  return {
    spending,
    used: (since = 0) => ledger.used({ budget: 'day', since }),
    take(reserving: Reserving): number {
      spending.check(reserving);
      return spending.take(reserving);
    },
  };
}

const exceeded = expect.objectContaining({ code: 'BUDGET_EXCEEDED' });
const spent = expect.objectContaining({ code: 'APPROVAL_SPENT' });

describe('what signatures take', () => {
  it('a budget is taken up to its last unit, and a refusal changes nothing', () => {
    const { take, used } = account();
    take(wants(claim('a'), 60n));
    expect(() => take(wants(claim('b'), 41n))).toThrow(exceeded);
    expect(used()).toBe(60n);
    take(wants(claim('b'), 40n));
    expect(used()).toBe(100n);
    expect(() => take(wants(claim('c'), 1n))).toThrow(exceeded);
    // A limit that approvals raised has no ceiling.
    take(wants(claim('c'), 1n, { charges: [{ budget: 'day', since: 0, amount: 1n }] }));
    expect(used()).toBe(101n);
  });

  it('the same bytes and bytes that exclude the first are charged once, for the larger amount', () => {
    const { take, used } = account();
    take(wants(claim('a', 'n#1'), 60n));
    take(wants(claim('a', 'n#1'), 60n));
    take(wants(claim('b', 'n#1'), 50n));
    expect(used()).toBe(60n);
    take(wants(claim('c', 'n#1'), 70n));
    expect(used()).toBe(70n);
    expect(() => take(wants(claim('d', 'n#1'), 101n))).toThrow(exceeded);
    take(wants(claim('e', 'n#2'), 30n));
    expect(() => take(wants(claim('f', 'n#3'), 1n))).toThrow(exceeded);
  });

  it('of three transactions, one that excludes only the second is charged by itself', () => {
    const { take, used } = account();
    take(wants(claim('a', 'one'), 20n));
    take(wants(claim('b', 'one', 'two'), 20n));
    expect(used()).toBe(20n);
    take(wants(claim('c', 'two'), 20n));
    expect(used()).toBe(40n);
  });

  it('what was charged before a window began is charged again for the same bytes', () => {
    const { take, used } = account();
    take(wants(claim('a', 'n#1'), 60n));
    const later = { at: 30 * HOUR, charges: [{ budget: 'day', since: 6 * HOUR, amount: 60n, max: MAX }] };
    take(wants(claim('a', 'n#1'), 60n, later));
    expect(used(6 * HOUR)).toBe(60n);
    expect(used()).toBe(120n);
  });

  it('an approval is used for one family of bytes', () => {
    const { take, used } = account();
    const with_ = (...nonces: string[]) => ({ approvals: nonces.map(approval) });
    take(wants(claim('a', 'n#1'), 10n, with_('x', 'y')));
    take(wants(claim('a', 'n#1'), 10n, with_('x', 'y')));
    take(wants(claim('b', 'n#1'), 10n, with_('x', 'z')));
    expect(() => take(wants(claim('c', 'n#2'), 10n, with_('x')))).toThrow(spent);
    expect(() => take(wants(claim('c', 'n#2'), 10n, with_('w', 'z')))).toThrow(spent);
    take(wants(claim('c', 'n#2'), 10n, with_('w')));
    // Approvals of two families fit neither.
    expect(() => take(wants(claim('a', 'n#1'), 10n, with_('x', 'w')))).toThrow(spent);
    // A chain without numbers and outputs lets nothing exclude anything.
    take(wants(claim('d'), 10n, with_('v')));
    expect(() => take(wants(claim('e'), 10n, with_('v')))).toThrow(spent);
    expect(used()).toBe(30n);
  });

  it('bytes that are signed again leave no second charge behind', () => {
    const { take, spending } = account();
    take(wants(claim('a', 'n#1'), 60n));
    take(wants(claim('a', 'n#1'), 60n));
    expect(spending.families().map(({ charges }) => charges)).toEqual([[{ budget: 'day', at: HOUR, amount: 60n }]]);
  });

  it('a charge of nothing takes nothing', () => {
    const { take, used, spending } = account();
    take(wants(claim('a'), 0n));
    expect(used()).toBe(0n);
    expect(spending.families()).toMatchObject([{ marks: ['a'], charges: [] }]);
  });

  it('of more than 20,000 families the oldest are forgotten, but for those whose approvals still count', () => {
    const { take, spending } = account();
    const of = (nonce: string, expires: number) => ({ approvals: [{ nonce, expires }], charges: [] });
    take(wants(claim('over'), 0n, of('x', HOUR)));
    take(wants(claim('held'), 0n, of('y', HOUR + 1)));
    for (let at = 0; at < 19_998; at++) take(wants(claim(`more ${at}`), 0n, { charges: [] }));
    expect(spending.families()).toHaveLength(20_000);
    take(wants(claim('one more'), 0n, { charges: [] }));
    expect(spending.families().slice(0, 2)).toMatchObject([{ marks: ['held'] }, { marks: ['more 0'] }]);
    take(wants(claim('another'), 0n, { charges: [] }));
    expect(spending.families().slice(0, 2)).toMatchObject([{ marks: ['held'] }, { marks: ['more 1'] }]);
    expect(spending.families()).toHaveLength(20_000);
    expect(() => take(wants(claim('z'), 0n, of('y', HOUR + 1)))).toThrow(spent);
  });

  it('a refused signature gives back what it took, unless another one shares it', () => {
    const { take, used, spending } = account();
    const first = take(wants(claim('a', 'n#1'), 60n, { approvals: [approval('x')] }));
    spending.release(first);
    expect(used()).toBe(0n);
    const again = take(wants(claim('b', 'n#2'), 60n, { approvals: [approval('x')] }));
    const shared = take(wants(claim('c', 'n#2'), 60n));
    expect(shared).toBe(again);
    spending.release(again);
    expect(used()).toBe(60n);
    expect(() => take(wants(claim('d', 'n#3'), 50n))).toThrow(exceeded);
    spending.release(shared);
    expect(used()).toBe(0n);
    // To release it once more gives nothing back that others took.
    take(wants(claim('e'), 60n));
    spending.release(shared);
    expect(used()).toBe(60n);
  });

  it('a budget never goes beyond its limit, whatever is asked and released in which order', () => {
    const step = fc.record({
      mark: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
      uses: fc.subarray(['1', '2', '3']),
      nonces: fc.subarray(['x', 'y', 'z']),
      amount: fc.bigInt(0n, 80n),
      isRefused: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const { take, used, spending } = account();
        /** Signatures that exist, by what they are. */
        const given: { readonly step: (typeof steps)[number]; readonly mark: string }[] = [];
        for (const one of steps) {
          // A mark decides its bytes, so it decides what they use.
          const mark = `${one.mark} ${one.uses.join()}`;
          const reserving = wants(claim(mark, ...one.uses), one.amount, { approvals: one.nonces.map(approval) });
          try {
            const family = take(reserving);
            if (one.isRefused) spending.release(family);
            else given.push({ step: one, mark });
          } catch (error) {
            expect(error).toMatchObject({ code: expect.stringMatching(/^(BUDGET_EXCEEDED|APPROVAL_SPENT)$/) });
          }
          expect(used() <= MAX).toBe(true);
        }
        // Two signatures with one approval are the same bytes, or exclude each other.
        for (const [at, first] of given.entries()) {
          for (const second of given.slice(at + 1)) {
            if (first.mark === second.mark) continue;
            if (!first.step.nonces.some((nonce) => second.step.nonces.includes(nonce))) continue;
            expect(first.step.uses.some((use) => second.step.uses.includes(use))).toBe(true);
          }
        }
      }),
      { numRuns: 500 },
    );
  });
});
