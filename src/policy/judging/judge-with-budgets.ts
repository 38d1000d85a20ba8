import { CustosError } from '../../core/errors.js';
import type { PolicyFacts } from '../../core/policy/facts.js';
import type { Judgement } from '../../core/policy/judgement.js';
import type { BudgetCharge, BudgetWindow } from '../../core/store/budgets.js';
import type { CompiledPolicy } from './compile.js';
import { judgePolicy } from './judge.js';

/** Answers what was charged to each budget from a moment on, in the order of the question. */
export type BudgetsUsed = (wanted: readonly BudgetWindow[]) => Promise<readonly bigint[]>;

/**
 * Judges a transaction whose budgets are kept elsewhere: a first pass finds which budgets it touches, one question asks for all of
 * them, and a second pass judges. The evaluator touches the same budgets whatever was charged to them.
 * @throws whatever `used` throws; CustosError INTERNAL: an answer that does not fit the question
 */
export async function judgeWithBudgets(
  compiled: CompiledPolicy,
  facts: Omit<PolicyFacts, 'used'>,
  used: BudgetsUsed,
): Promise<Judgement> {
  const { wanted, judgement } = judgeUnused(compiled, facts);
  return wanted.size === 0 ? judgement : judgeUsed(compiled, facts, await answersTo(wanted, used));
}

/**
 * As `judgeWithBudgets`, for a transaction whose charges are reserved within their limits before it is signed: then a yes of the first
 * pass stands without the question. What was charged can only turn a yes into something else, and then the reservation fails.
 */
export async function judgeBeforeReserving(
  compiled: CompiledPolicy,
  facts: Omit<PolicyFacts, 'used'>,
  used: BudgetsUsed,
): Promise<Judgement> {
  const { wanted, judgement } = judgeUnused(compiled, facts);
  if (judgement.verdict === 'allow' && isAllCharged(judgement, wanted)) return judgement;
  return wanted.size === 0 ? judgement : judgeUsed(compiled, facts, await answersTo(wanted, used));
}

type Wanted = ReadonlyMap<string, BudgetWindow>;

/** Judges as if nothing had been charged, and finds which budgets are touched. */
function judgeUnused(compiled: CompiledPolicy, facts: Omit<PolicyFacts, 'used'>) {
  const wanted = new Map<string, BudgetWindow>();
  const judgement = judgePolicy(compiled, {
    ...facts,
    used: (budget, since) => {
      wanted.set(keyOf({ budget, since }), { budget, since });
      return 0n;
    },
  });
  return { wanted, judgement };
}

async function answersTo(wanted: Wanted, used: BudgetsUsed): Promise<ReadonlyMap<string, bigint | undefined>> {
  const answers = await used([...wanted.values()]);
  if (answers.length !== wanted.size) throw new CustosError('INTERNAL', 'the answer about budgets has another length');
  return new Map([...wanted.keys()].map((key, place) => [key, answers[place]]));
}

function judgeUsed(
  compiled: CompiledPolicy,
  facts: Omit<PolicyFacts, 'used'>,
  found: ReadonlyMap<string, bigint | undefined>,
): Judgement {
  return judgePolicy(compiled, {
    ...facts,
    used: (budget, since) => {
      const amount = found.get(keyOf({ budget, since }));
      if (typeof amount !== 'bigint') throw new CustosError('INTERNAL', `no answer about the budget ${budget}`);
      return amount;
    },
  });
}

/** What is only looked at, for a shadow rule, is not compared when the charges are reserved. */
function isAllCharged({ charges }: Judgement, wanted: Wanted): boolean {
  const charged = new Set(charges.map(keyOf));
  return [...wanted.keys()].every((key) => charged.has(key));
}

/** What has to be reserved before an allowed transaction is signed. A limit that approvals raised has no ceiling. */
export function chargesOf({ charges }: Judgement): readonly BudgetCharge[] {
  return charges.map(({ budget, since, amount, max, fits }) => ({
    budget,
    since,
    amount,
    ...(fits === 'yes' && { max }),
  }));
}

function keyOf({ budget, since }: BudgetWindow): string {
  return `${since} ${budget}`;
}
