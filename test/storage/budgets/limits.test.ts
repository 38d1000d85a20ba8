import { describe, expect, it } from 'vitest';
import type { PolicyFacts } from '../../../src/core/policy/facts.js';
import { readPolicy } from '../../../src/policy/document/read.js';
import { compilePolicy } from '../../../src/policy/judging/compile.js';
import { chargesOf, judgeWithBudgets } from '../../../src/policy/judging/judge-with-budgets.js';
import { approves, ether, factsOf, fee, open, partner, pays, policyText, sends } from '../../support/policies.js';
import { kinds } from '../support.js';
import { claimOne, freshPlace, HOUR } from './support.js';

type Members = Readonly<Record<string, unknown>>;

describe.each(kinds)('the limits of a policy over the journal on %s', (kind) => {
  const place = freshPlace(kind);
  let number = 0;

  /** Judges by what the journal says. */
  async function judge(members: Members, given: Partial<PolicyFacts>, id: string) {
    const { used: _, ...facts } = factsOf({ now: place.clock.now(), ...given });
    const compiled = compilePolicy(readPolicy(policyText({ permits: [open], ...members })));
    const { journal } = place.store();
    return judgeWithBudgets(compiled, facts, (wanted) => journal.budgetsUsed(wanted, { id, attempt: '0' }));
  }

  /** Judges a transaction, and reserves what it takes if it is allowed. */
  async function spend(members: Members, given: Partial<PolicyFacts>, id = `t${++number}`): Promise<string> {
    const judgement = await judge(members, given, id);
    if (judgement.verdict !== 'allow') return judgement.verdict;
    const { journal } = place.store();
    await journal.reserveBudgets(await claimOne(journal, id), { attempt: '0', charges: chargesOf(judgement) });
    return 'allow';
  }

  const ethers = (amount: bigint) => ({ effects: [pays(amount * ether - (fee.amount ?? 0n)), fee] });
  const dollars = (amount: bigint) => ({ effects: [sends(amount * 1_000_000n), fee] });
  const day = (more: Members = {}) => ({ id: 'day', asset: 'ETH', rolling: '24h', max: '10', ...more });

  it('each limit counts its own asset, exact to the last unit', async () => {
    const limits = [day(), { id: 'dollars', asset: 'USDC', rolling: '24h', max: '9007199254.740993' }];
    expect(await spend({ limits }, ethers(9n))).toBe('allow');
    const much = { effects: [sends(2n ** 53n), { ...fee, amount: 0n }] };
    expect(await spend({ limits }, much)).toBe('allow');
    expect(await spend({ limits }, { effects: [sends(2n), { ...fee, amount: 0n }] })).toBe('deny');
    expect(await spend({ limits }, { effects: [sends(1n), { ...fee, amount: 0n }] })).toBe('allow');
    expect(await spend({ limits }, ethers(2n))).toBe('deny');
    expect(await spend({ limits }, ethers(1n))).toBe('allow');
  });

  it('the fee of tokens counts for the limit of the coin', async () => {
    const limits = [day({ max: '0.002' })];
    expect(await spend({ limits }, dollars(1n))).toBe('allow');
    expect(await spend({ limits }, dollars(1n))).toBe('allow');
    expect(await spend({ limits }, dollars(1n))).toBe('deny');
  });

  it('a number of transactions is counted for each destination, and the window moves on', async () => {
    const limits = [{ id: 'few', count: 2, rolling: '1h', per: 'destination' }];
    const to = (address: string) => ({ effects: [pays(1n, { to: address }), fee] });
    const said = [];
    for (const address of [partner, partner, partner, partner.toUpperCase().replace('0X', '0x')]) {
      said.push(await spend({ limits }, to(address)));
    }
    expect(said).toEqual(['allow', 'allow', 'deny', 'deny']);
    expect(await spend({ limits }, ethers(1n))).toBe('allow');
    place.clock.moment += HOUR;
    expect(await spend({ limits }, to(partner))).toBe('deny');
    place.clock.moment += 2 * 60_000;
    expect(await spend({ limits }, to(partner))).toBe('allow');
  });

  it.each([
    // 29 March 2026 has 23 hours in Vienna, and 25 October has 25.
    ['2026-03-29', 23],
    ['2026-10-25', 25],
  ])('a calendar day ends at midnight on the clocks of the policy: %s has %i hours', async (date, hours) => {
    const midnight = Date.parse(`${date}T00:00:00${hours === 23 ? '+01:00' : '+02:00'}`);
    const members = { timeZone: 'Europe/Vienna', limits: [{ ...day(), rolling: undefined, calendar: 'day' }] };
    const spendAt = (moment: number, amount: bigint) => {
      place.clock.moment = moment;
      return spend(members, ethers(amount));
    };
    expect(await spendAt(midnight - 1, 10n)).toBe('allow');
    expect(await spendAt(midnight, 6n)).toBe('allow');
    expect(await spendAt(midnight + hours * HOUR - 1, 5n)).toBe('deny');
    expect(await spendAt(midnight + hours * HOUR - 1, 4n)).toBe('allow');
    expect(await spendAt(midnight + hours * HOUR, 10n)).toBe('allow');
    expect(await spendAt(midnight + hours * HOUR, 1n)).toBe('deny');
  });

  it('what others spent while a transaction waited for approval counts when it is signed', async () => {
    const members = {
      permits: [{ ...open, needs: ['1 of ops'] }],
      limits: [day()],
    };
    expect(await spend(members, ethers(7n), 'late')).toBe('hold');
    expect(await spend(members, { ...ethers(6n), approvals: approves('ann') })).toBe('allow');
    expect(await spend(members, { ...ethers(7n), approvals: approves('ann') }, 'late')).toBe('deny');
    expect(await spend(members, { ...ethers(4n), approvals: approves('ann') }, 'late')).toBe('allow');
  });

  it('two that were judged at once do not both take what is left', async () => {
    const members = { limits: [day()] };
    const { journal } = place.store();
    const judged = await Promise.all(['a', 'b'].map((id) => judge(members, ethers(6n), id)));
    expect(judged.map(({ verdict }) => verdict)).toEqual(['allow', 'allow']);
    const taken = await Promise.allSettled(
      ['a', 'b'].map(async (id, at) => {
        const lease = await claimOne(journal, id);
        return journal.reserveBudgets(lease, { attempt: '0', charges: chargesOf(judged[at]!) });
      }),
    );
    expect(taken.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  });

  it('a policy that is published again goes on with what is spent, whatever changed but the name and the asset', async () => {
    expect(await spend({ limits: [day()] }, ethers(9n))).toBe('allow');
    for (const next of [
      { max: '10.5' },
      { rolling: '48h' },
      { stepUp: ['2 of ops'] },
      { rolling: undefined, calendar: 'month' },
      { rolling: undefined, lifetime: '10', max: undefined },
    ]) {
      const said = await spend({ version: 2, previous: `sha256:${'0'.repeat(64)}`, limits: [day(next)] }, ethers(2n));
      expect(said, JSON.stringify(next)).toBe('stepUp' in next ? 'hold' : 'deny');
    }
    expect(await spend({ limits: [day({ id: 'other' })] }, ethers(2n))).toBe('allow');
  });

  it('a limit that approvals raised counts what it let through', async () => {
    const limits = [day({ stepUp: ['1 of ops'] })];
    expect(await spend({ limits }, { ...ethers(50n), approvals: approves('ann') })).toBe('allow');
    expect(await spend({ limits }, ethers(1n))).toBe('hold');
  });
});
