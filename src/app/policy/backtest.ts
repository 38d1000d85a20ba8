import { asCustosError } from '../../core/errors.js';
import type { Charge, Judgement } from '../../core/policy/judgement.js';
import type { Policy } from '../../core/policy/policy.js';
import { isKept, type Journal, type JournalEntry } from '../../core/store/journal.js';
import { compilePolicy } from '../../policy/judging/compile.js';
import { judgePolicy } from '../../policy/judging/judge.js';
import { type DecodingParts, decodeEntry } from './decoded.js';

/** What a policy would have said about one transaction of the journal. */
export interface BacktestRow {
  readonly id: string;
  readonly chain: string;
  readonly state: JournalEntry['state'];
  readonly at: number;
  /** `unknown`: it cannot be decoded now. */
  readonly verdict: Judgement['verdict'] | 'unknown';
  readonly reasons: readonly string[];
  readonly shadow: Judgement['shadow'];
}

export interface Backtest {
  /** Oldest first. */
  readonly rows: readonly BacktestRow[];
  /** Signed then, and not allowed by the policy. */
  readonly changed: number;
  readonly undecided: number;
}

/**
 * Judges the journal's last transactions, oldest first, each as of the moment when it came. What was signed is charged to the
 * budgets, because it happened. Approvals are not known, so what needs them would have been held.
 */
export async function backtest(
  policy: Policy,
  parts: DecodingParts & { readonly journal: Pick<Journal, 'find'> },
  limit: number,
): Promise<Backtest> {
  const entries = [...(await parts.journal.find({ limit }))].sort((one, other) => one.createdAt - other.createdAt);
  const compiled = compilePolicy(policy);
  const spent: { readonly budget: string; readonly at: number; readonly amount: bigint }[] = [];
  const used = (budget: string, since: number) =>
    spent.filter((one) => one.budget === budget && one.at >= since).reduce((sum, { amount }) => sum + amount, 0n);
  const rows: BacktestRow[] = [];
  for (const entry of entries) {
    const { id, chain, state, createdAt: at } = entry;
    const about = { id, chain, state, at };
    try {
      const facts = await decodeEntry(entry, parts);
      const { verdict, reasons, charges, shadow } = judgePolicy(compiled, { ...facts, now: at, approvals: [], used });
      if (isKept(state)) spent.push(...charges.map(({ budget, amount }: Charge) => ({ budget, amount, at })));
      rows.push({ ...about, verdict, reasons, shadow });
    } catch (error) {
      const { code, message } = asCustosError(error);
      rows.push({ ...about, verdict: 'unknown', reasons: [`${code}: ${message}`], shadow: [] });
    }
  }
  const isChanged = ({ state, verdict }: BacktestRow) => isKept(state) && (verdict === 'deny' || verdict === 'hold');
  return {
    rows,
    changed: rows.filter(isChanged).length,
    undecided: rows.filter(({ verdict }) => verdict === 'unknown').length,
  };
}
