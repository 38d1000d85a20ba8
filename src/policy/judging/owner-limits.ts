import type { HazardKind } from '../../core/chain/hazards.js';
import { formatUnits } from '../../core/chain/units.js';
import type { Clock } from '../../core/clock.js';
import type { ChainId } from '../../core/ids.js';
import type { PolicyFacts } from '../../core/policy/facts.js';
import type { Charge, Judgement } from '../../core/policy/judgement.js';
import type { Limit, PolicyAsset } from '../../core/policy/policy.js';
import type { BudgetLook, Judge, Question, Verdict } from '../../core/signing/judge.js';
import type { OwnerSpending, SpendingLimit } from '../../core/signing/spending.js';
import type { Wallet } from '../../core/signing/wallet.js';
import type { Journal } from '../../core/store/journal.js';
import { policyWallet } from '../wallet-states.js';
import { type CompiledPolicy, compilePolicy } from './compile.js';
import { boundOps } from './effects.js';
import { judgePolicy } from './judge.js';
import { chargesOf, judgeWithBudgets } from './judge-with-budgets.js';

/** In the logs and errors of whoever is denied by it. */
const OWNER_LIMITS = 'owner-limits';
const DAY = 86_400_000;
/** With these an effect may spend anything, now or later. */
const unread: ReadonlySet<HazardKind> = new Set([
  'opaque-data',
  'blind-signature',
  'account-control',
  'closes-account',
]);

/** What the judge of owners' limits asks. */
export interface OwnerLimitsParts {
  readonly clock: Pick<Clock, 'now'>;
  readonly journal: Pick<Journal, 'budgetsUsed'>;
  /** The name that effects give to a chain's coin. */
  coinOf(chain: ChainId): string;
  /** What each owner of the wallets may spend; those without such limits are left out. */
  spendingOf(wallets: readonly Wallet[]): Promise<readonly OwnerSpending[]>;
}

/**
 * Keeps each owner to what they may spend, whatever the policy permits. The front alone knows these limits: what has to hold against
 * the front itself is a limit of the policy.
 */
export function ownerLimitsJudge(parts: OwnerLimitsParts): Judge {
  return {
    name: OWNER_LIMITS,
    // It asks nobody but the store.
    recordsBeforeAsking: true,
    applies: async (wallets) => (await parts.spendingOf(wallets())).length > 0,
    async decide(question, look) {
      const { chain, network } = question;
      const found = await parts.spendingOf(question.wallets);
      const rules = found.flatMap(({ budget, limits }) =>
        limits.filter((limit) => limit.chain === chain).flatMap((limit) => rulesOf(limit, { budget, network })),
      );
      if (rules.length === 0) return { kind: 'allow' };
      // What cannot be read may be anything of what is limited.
      if (question.effects.some(isUnread)) return deny(rules[0], 'what the transaction spends cannot be read');
      return verdictOn(await judgementOf(rules, { ...parts, question, look }), rules);
    },
  };
}

/** One amount that holds for an owner, and its rule in the words of policies. */
interface Rule {
  readonly text: string;
  readonly asset: PolicyAsset;
  readonly limit: Limit;
  /** Of an amount a day; one for a single transaction keeps no sum. */
  readonly budget?: string;
}

function rulesOf(
  { chain, token, decimals, aDay, aTransaction }: SpendingLimit,
  { budget, network }: { readonly budget: string; readonly network: Question['network'] },
): readonly Rule[] {
  // Several owners of one transaction share the asset.
  const name = `${network} ${chain} ${token?.toLowerCase() ?? ''}`.trimEnd();
  const asset = { name, network, chain, decimals, ...(token !== undefined && { token }) };
  const rule = (max: bigint, per: 'a day' | 'a transaction', keeps: Pick<Rule, 'budget'>): Rule => ({
    text: `${formatUnits(max, decimals)} ${token ?? chain} ${per}`,
    asset,
    limit: {
      id: `${budget} ${name} ${per}`,
      shadow: false,
      asset: new Set([name]),
      window: { kind: 'rolling', length: DAY },
      ceiling: { kind: 'amount', asset: name, max },
      class: 'decoded',
    },
    ...keeps,
  });
  return [
    ...(aTransaction === undefined ? [] : [rule(aTransaction, 'a transaction', {})]),
    ...(aDay === undefined ? [] : [rule(aDay, 'a day', { budget: `owner ${budget} ${name}` })]),
  ];
}

interface Judging extends OwnerLimitsParts {
  readonly question: Question;
  readonly look: BudgetLook | undefined;
}

/** Counts as a policy with these limits would; what such a policy permits is of no interest. */
async function judgementOf(rules: readonly Rule[], { question, look, ...parts }: Judging): Promise<Judgement> {
  const compiled = compiledRules(rules);
  const facts = factsOf(question, parts);
  if (look === 'unused') return judgePolicy(compiled, { ...facts, used: () => 0n });
  const { pending, attempt } = question;
  const kept = new Set(rules.flatMap(({ budget }) => budget ?? []));
  return judgeWithBudgets(compiled, facts, async (wanted) => {
    const asked = wanted.filter(({ budget }) => kept.has(budget));
    const answers = await parts.journal.budgetsUsed(asked, { id: pending.id, attempt });
    return wanted.map((one) => answers[asked.indexOf(one)] ?? 0n);
  });
}

function compiledRules(rules: readonly Rule[]): CompiledPolicy {
  const compiled = compilePolicy({
    ...{ version: 1, timeZone: 'UTC', text: '', hash: '' },
    ...{ books: new Map(), groups: new Map(), permits: [], forbids: [] },
    assets: new Map(rules.map(({ asset }) => [asset.name, asset])),
    limits: rules.map(({ limit }) => limit),
  });
  return { ...compiled, budgets: new Map(rules.map(({ limit, budget = limit.id }) => [limit.id, budget])) };
}

function factsOf(question: Question, { clock, coinOf }: OwnerLimitsParts): Omit<PolicyFacts, 'used'> {
  const { chain, network, wallets, effects, signedBy: signers } = question;
  return {
    ...{ chain, network, effects, signers },
    coin: coinOf(chain),
    wallets: wallets.map(policyWallet),
    isOwn: (address) => signers.includes(address),
    now: clock.now(),
    approvals: [],
  };
}

function isUnread({ op, code, asset }: Question['effects'][number]): boolean {
  if (op === 'note' || op === 'fee') return false;
  if (op === 'hash' || (code !== undefined && unread.has(code))) return true;
  return boundOps.includes(op) && asset === undefined;
}

function verdictOn({ charges, unbounded }: Judgement, rules: readonly Rule[]): Verdict {
  const ruleOf = (charge: Pick<Charge, 'limit'>) => rules.find(({ limit }) => limit.id === charge.limit);
  const open = unbounded[0];
  if (open !== undefined) return deny(ruleOf(open), 'the transaction gives away something without a bound');
  const beyond = charges.find(({ fits }) => fits !== 'yes');
  if (beyond !== undefined) {
    const rule = ruleOf(beyond);
    const { used, amount } = beyond;
    const units = (one: bigint) => formatUnits(one, rule?.asset.decimals ?? 0);
    const before = used > 0n ? `, after ${units(used)}` : '';
    return deny(rule, `the transaction takes ${units(amount)}, fee included${before}`);
  }
  const kept = chargesOf({ charges } as Judgement).filter(({ budget }) => budget.startsWith('owner '));
  return { kind: 'allow', ...(kept.length > 0 && { charges: kept }) };
}

function deny(rule: Rule | undefined, reason: string): Verdict {
  const text = `the owner may spend ${rule?.text ?? 'nothing'}; ${reason}`;
  return { kind: 'deny', rule: OWNER_LIMITS, reason: text, code: 'OWNER_SPENT' };
}
