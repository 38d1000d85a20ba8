import type { Effect } from '../../src/core/chain/effect.js';
import type { PolicyFacts } from '../../src/core/policy/facts.js';
import type { Judgement } from '../../src/core/policy/judgement.js';
import { readPolicy } from '../../src/policy/document/read.js';
import { compilePolicy } from '../../src/policy/judging/compile.js';
import { judgePolicy } from '../../src/policy/judging/judge.js';

export const sender = '0x1111111111111111111111111111111111111111';
export const receiver = '0x2222222222222222222222222222222222222222';
export const partner = '0x3333333333333333333333333333333333333333';
export const token = '0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48';
export const ether = 10n ** 18n;
/** A Wednesday. */
export const noon = Date.parse('2026-07-15T12:00:00Z');

/** A policy with the usual assets and nothing that is permitted. */
export const empty = {
  custosPolicy: 1,
  version: 1,
  timeZone: 'UTC',
  assets: {
    ETH: { network: 'mainnet', chain: 'ETH', decimals: 18 },
    USDC: { network: 'mainnet', chain: 'ETH', token, decimals: 6 },
    BTC: { network: 'mainnet', chain: 'BTC', decimals: 8 },
  },
  books: { partners: { entries: [{ address: partner }] } },
  groups: { ops: ['ann', 'bob', 'cid'], risk: ['bob', 'rob'] },
  permits: [],
  forbids: [],
  limits: [],
};

/** Permits every plain payment of every declared asset. */
export const open = { id: 'open', asset: 'any', to: 'any', max: 'any' };

type Document = Readonly<Record<string, unknown>>;

export function policyText(members: Document = {}): string {
  return JSON.stringify({ ...empty, ...members });
}

export const fee: Effect = { op: 'fee', from: sender, asset: 'ETH', amount: ether / 1000n };

export function pays(amount: bigint, more: Partial<Effect> = {}): Effect {
  return { op: 'transfer', from: sender, to: receiver, asset: 'ETH', amount, ...more };
}

export function sends(amount: bigint, more: Partial<Effect> = {}): Effect {
  return { op: 'token-transfer', from: sender, to: receiver, asset: token, contract: token, amount, ...more };
}

/** A payment of one ether at noon by a wallet with the tag `hot`, unless something else is given. */
export function factsOf(given: Partial<PolicyFacts> = {}): PolicyFacts {
  return {
    chain: 'ETH',
    network: 'mainnet',
    coin: 'ETH',
    wallets: [{ id: '00000000-0000-4000-8000-000000000001', tags: ['hot'], owner: 'desk' }],
    signers: [sender],
    isOwn: (address) => address === sender,
    effects: [pays(ether), fee],
    now: noon,
    used: () => 0n,
    approvals: [],
    ...given,
  };
}

/** Judges facts by a policy that has these members besides the usual ones. */
export function judged(members: Document, given: Partial<PolicyFacts> = {}): Judgement {
  return judgePolicy(compilePolicy(readPolicy(policyText(members))), factsOf(given));
}

/** The verdict of a policy with these permits. */
export function permitted(permits: readonly Document[], given: Partial<PolicyFacts> = {}): Judgement['verdict'] {
  return judged({ permits }, given).verdict;
}

export function verdictOf(members: Document, given: Partial<PolicyFacts> = {}): Judgement['verdict'] {
  return judged(members, given).verdict;
}

export function approves(...persons: readonly string[]) {
  return persons.map((person) => ({ person, decision: 'approve', class: 'decoded', demands: 'any' }) as const);
}
