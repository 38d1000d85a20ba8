import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { policyFindings } from '../../src/app/policy/findings.js';
import { createRegistry } from '../../src/chains/registry.js';
import type { Effect } from '../../src/core/chain/effect.js';
import type { PolicyFacts } from '../../src/core/policy/facts.js';
import { readPolicy } from '../../src/policy/document/read.js';
import { compilePolicy } from '../../src/policy/judging/compile.js';
import { judgePolicy } from '../../src/policy/judging/judge.js';
import { approves, ether, factsOf, fee, noon, partner, pays, receiver, sender, sends } from '../support/policies.js';

const folder = fileURLToPath(new URL('../../docs/policies/', import.meta.url));
const policyOf = (name: string) => readPolicy(readFileSync(`${folder}${name}.json`, 'utf8'));

function verdict(name: string, given: Partial<PolicyFacts>) {
  return judgePolicy(compilePolicy(policyOf(name)), factsOf(given)).verdict;
}

it.each(readdirSync(folder))('docs/policies/%s has no mistake', (file) => {
  const findings = policyFindings(policyOf(file.replace('.json', '')), createRegistry());
  expect(findings.filter(({ level }) => level === 'mistake')).toEqual([]);
});

describe('the policy of an exchange', () => {
  const pay = (amount: bigint, given: Partial<PolicyFacts> = {}) =>
    verdict('exchange', { effects: [pays(amount), fee], ...given });

  it('pays up to 20 ETH at once, and up to 500 with one approval', () => {
    expect(pay(20n * ether)).toBe('allow');
    expect(pay(20n * ether + 1n)).toBe('hold');
    expect(pay(500n * ether, { approvals: approves('ann') })).toBe('allow');
    expect(pay(501n * ether, { approvals: approves('ann') })).toBe('deny');
  });

  it('pays tokens up to their own ceiling, from hot wallets only', () => {
    expect(verdict('exchange', { effects: [sends(50_000_000_000n), fee] })).toBe('allow');
    expect(verdict('exchange', { effects: [sends(50_000_000_001n), fee] })).toBe('deny');
    expect(pay(1n, { wallets: [{ id: '00000000-0000-4000-8000-000000000001', tags: ['cold'] }] })).toBe('deny');
  });

  it('asks the treasury for what goes beyond 2,000 ETH in a day', () => {
    const used = () => 1990n * ether;
    expect(pay(15n * ether, { used })).toBe('hold');
    expect(pay(15n * ether, { used, approvals: approves('cid', 'dan') })).toBe('allow');
  });
});

describe('the policy of a game', () => {
  const gold = '0x4444444444444444444444444444444444444444';
  const reward = (amount: bigint, given: Partial<PolicyFacts> = {}) =>
    verdict('game', {
      chain: 'MATIC',
      coin: 'MATIC',
      initiator: 'token:game',
      effects: [sends(amount, { asset: gold, contract: gold }), { ...fee, asset: 'MATIC' }],
      ...given,
    });

  it('gives up to 100 GOLD a payment, if the game asks', () => {
    expect(reward(100n * ether)).toBe('allow');
    expect(reward(101n * ether)).toBe('deny');
    expect(reward(ether, { initiator: 'token:shop' })).toBe('deny');
  });

  it('gives a player five rewards an hour, and all players a million', () => {
    const players = (count: bigint) => ({ used: (budget: string) => (budget.startsWith('often') ? count : 0n) });
    expect(reward(ether, players(4n))).toBe('allow');
    expect(reward(ether, players(5n))).toBe('deny');
    const given = (amount: bigint) => ({ used: (budget: string) => (budget.startsWith('supply') ? amount : 0n) });
    expect(reward(ether, given(999_999n * ether))).toBe('allow');
    expect(reward(ether + 1n, given(999_999n * ether))).toBe('deny');
  });
});

describe('the policy of a treasury', () => {
  const all = approves('ann', 'bob', 'rob');
  const pay = (given: Partial<PolicyFacts> = {}) =>
    verdict('treasury', {
      wallets: [{ id: '00000000-0000-4000-8000-000000000001', tags: ['vault'] }],
      effects: [pays(500n * ether, { to: partner }), fee],
      approvals: all,
      ...given,
    });

  it('pays partners what two of the treasury and one of risk approve', () => {
    expect(pay()).toBe('allow');
    expect(pay({ approvals: approves('ann', 'rob') })).toBe('hold');
    expect(pay({ approvals: [] })).toBe('hold');
    expect(pay({ approvals: all.map((one) => ({ ...one, class: 'presence' as const })) })).toBe('hold');
  });

  it('pays neither others, nor more, nor outside of office hours', () => {
    expect(pay({ effects: [pays(1n, { to: receiver }), fee] })).toBe('deny');
    expect(pay({ effects: [pays(501n * ether, { to: partner }), fee] })).toBe('deny');
    expect(pay({ now: noon + 3 * 3_600_000 })).toBe('deny');
    expect(pay({ now: noon + 3 * 86_400_000 })).toBe('deny');
  });
});

describe('the policy of a collection', () => {
  const items = '0x5555555555555555555555555555555555555555';
  const data = (count: number) =>
    `0x40c10f19${'22'.repeat(20).padStart(64, '0')}${count.toString(16).padStart(64, '0')}`;

  /** What the chain itself decodes. */
  function mint(count: number, change: object = {}) {
    const request = { from: sender, to: items, value: '0', nonce: 1, gas: '100000', data: data(count), chainId: 8453 };
    const prices = { maxFeePerGas: '1000000000', maxPriorityFeePerGas: '1' };
    const context = { network: 'mainnet', from: sender, signers: [{ address: sender }] } as const;
    const text = JSON.stringify({ ...request, ...prices, ...change });
    const { effects } = createRegistry().get('BASE').codec.parse(text, context);
    return verdict('nft', { chain: 'BASE', effects });
  }

  it('mints up to ten, and sends no coins along', () => {
    expect(mint(10)).toBe('allow');
    expect(mint(11)).toBe('deny');
    expect(mint(1, { value: '1' })).toBe('deny');
  });

  it('calls no other contract and no other method', () => {
    expect(mint(1, { to: receiver })).toBe('deny');
    expect(mint(1, { data: data(1).replace('40c10f19', 'a9059cbb') })).toBe('deny');
    expect(mint(1, { data: data(1).replace('40c10f19', '12345678') })).toBe('deny');
  });
});

describe('the policy of a program on Solana', () => {
  const program = '9xQeWvG816bUx9EPjHmaT23yvVM2ZWbrrpZb9PusVFin';
  const call: Effect = {
    op: 'call',
    code: 'opaque-data',
    from: sender,
    asset: 'SOL',
    contract: program,
    data: 'e51701',
    accounts: [receiver, sender],
  };
  const run = (...effects: readonly Effect[]) =>
    verdict('solana', { chain: 'SOL', coin: 'SOL', effects: [...effects, { ...fee, asset: 'SOL' }] });

  it('calls its program by the beginning of the data, for its own account', () => {
    expect(run(call)).toBe('allow');
    expect(run({ ...call, data: 'e51801' })).toBe('deny');
    expect(run({ ...call, accounts: [sender, receiver] })).toBe('deny');
    expect(run({ ...call, contract: receiver })).toBe('deny');
  });

  it('lets no other instruction ride along, and at most six', () => {
    expect(run(call, pays(1n, { asset: 'SOL' }))).toBe('deny');
    expect(run(...Array(6).fill(call))).toBe('allow');
    expect(run(...Array(7).fill(call))).toBe('deny');
  });
});

describe('the policy of a Bitcoin wallet', () => {
  const cold = 'bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4';
  const coins = 10n ** 8n;
  const out = (amount: bigint, to = 'bc1qrp33g0q5c5txsp9arysrx4k6zdkfs4nce4xj0gdcccefvpysxf3qccfmv3') =>
    pays(amount, { asset: 'BTC', to });
  const change = pays(7n * coins, { asset: 'BTC', to: sender, own: true });
  const spend = (effects: readonly Effect[], feeRate = 20) =>
    verdict('bitcoin', { chain: 'BTC', coin: 'BTC', effects: [...effects, { ...fee, asset: 'BTC' }], feeRate });

  it('pays half a coin in all, and ten to cold storage', () => {
    expect(spend([out(coins / 2n), change])).toBe('allow');
    expect(spend([out(coins / 4n), out(coins / 4n + 1n), change])).toBe('deny');
    expect(spend([out(10n * coins, cold), change])).toBe('allow');
    expect(spend([out(10n * coins + 1n, cold), change])).toBe('deny');
  });

  it('pays no higher fee rate, and no more outputs', () => {
    expect(spend([out(1n)], 80)).toBe('allow');
    expect(spend([out(1n)], 80.01)).toBe('deny');
    expect(spend(Array.from({ length: 50 }, () => out(1n)))).toBe('allow');
    expect(spend(Array.from({ length: 51 }, () => out(1n)))).toBe('deny');
  });
});
