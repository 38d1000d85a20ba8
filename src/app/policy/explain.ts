import type { Clock } from '../../core/clock.js';
import { CustosError } from '../../core/errors.js';
import type { EffectFinding, Judgement } from '../../core/policy/judgement.js';
import type { Policy } from '../../core/policy/policy.js';
import type { Journal, JournalEntry } from '../../core/store/journal.js';
import { counted } from '../../core/text/counted.js';
import { compilePolicy } from '../../policy/judging/compile.js';
import { judgePolicy } from '../../policy/judging/judge.js';
import { effectText } from '../../policy/judging/reasons.js';
import { type DecodingParts, decodeEntry } from './decoded.js';
import { type EntryJudgingParts, judgeEntry } from './judge-entry.js';

type ExplainParts = DecodingParts & { readonly journal: Pick<Journal, 'get'>; readonly clock: Pick<Clock, 'now'> };

/**
 * Judges a transaction of the journal as of now, without approvals and with empty budgets.
 * @throws CustosError PENDING_UNKNOWN, and what `decodeEntry` throws
 */
export async function explain(policy: Policy, id: string, parts: ExplainParts): Promise<Judgement> {
  const facts = await decodeEntry(await entryOf(parts, id), parts);
  return judgePolicy(compilePolicy(policy), { ...facts, now: parts.clock.now(), approvals: [], used: () => 0n });
}

/**
 * Judges a transaction of the journal as of now by the policy in force, with its approvals and budgets.
 * @throws CustosError PENDING_UNKNOWN, and what `judgeEntry` throws
 */
export async function explainNow(
  id: string,
  parts: EntryJudgingParts & { readonly journal: Pick<Journal, 'get'> },
): Promise<Judgement> {
  return (await judgeEntry(await entryOf(parts, id), parts)).judgement;
}

async function entryOf({ journal }: Pick<ExplainParts, 'journal'>, id: string): Promise<JournalEntry> {
  const entry = await journal.get(id);
  if (entry === undefined) throw new CustosError('PENDING_UNKNOWN', `the journal has no transaction ${id}`);
  return entry;
}

/** The tree of a judgement as lines. */
export function explainLines({ verdict, reasons, effects, charges, shadow, considered }: Judgement): readonly string[] {
  return [
    verdict.toUpperCase(),
    ...reasons.map((reason) => `  ${reason}`),
    ...effects.flatMap(effectLines),
    ...charges.map(
      ({ limit, amount, max, fits }) =>
        `limit ${limit}: takes ${amount} of ${max} smallest units or transactions (${fits})`,
    ),
    ...shadow.map(({ rule, would }) => `shadow ${rule}: would ${would}`),
    `${counted(considered, 'rule')} considered; the others are about other chains, wallets, tags or receivers`,
  ];
}

function effectLines({ effect, covered, by, misses }: EffectFinding): readonly string[] {
  const how = {
    permit: `covered by ${by.join(', ')}`,
    awaits: `covered by ${by.join(', ')} after approvals`,
    no: 'not covered',
  };
  const state = covered === 'change' || covered === 'fee' ? 'goes with the rest' : how[covered];
  return [
    `${effectText(effect)}: ${state}`,
    ...misses.map(({ rule, because }) =>
      rule === '' ? `  ${because} is not declared` : `  ${rule}: ${because} is not met`,
    ),
  ];
}
