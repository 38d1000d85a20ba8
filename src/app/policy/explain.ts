import type { Clock } from '../../core/clock.js';
import { CustosError } from '../../core/errors.js';
import type { EffectFinding, Judgement } from '../../core/policy/judgement.js';
import type { Policy } from '../../core/policy/policy.js';
import type { Journal, JournalEntry } from '../../core/store/journal.js';
import { counted } from '../../core/text/counted.js';
import { compilePolicy } from '../../policy/judging/compile.js';
import { assetsOf, judgePolicy } from '../../policy/judging/judge.js';
import { type AssetOf, chargeTexts, effectText } from '../../policy/judging/reasons.js';
import { type DecodingParts, decodeEntry } from './decoded.js';
import { type EntryJudgingParts, judgeEntry } from './judge-entry.js';

type ExplainParts = DecodingParts & { readonly journal: Pick<Journal, 'get'>; readonly clock: Pick<Clock, 'now'> };

/** A judgement, and what its amounts are written with. */
export interface Explained {
  readonly judgement: Judgement;
  readonly policy: Policy;
  readonly assetOf: AssetOf;
}

/**
 * Judges a transaction of the journal as of now, without approvals and with empty budgets.
 * @throws CustosError PENDING_UNKNOWN, and what `decodeEntry` throws
 */
export async function explain(policy: Policy, id: string, parts: ExplainParts): Promise<Explained> {
  const facts = await decodeEntry(await entryOf(parts, id), parts);
  const compiled = compilePolicy(policy);
  const judgement = judgePolicy(compiled, { ...facts, now: parts.clock.now(), approvals: [], used: () => 0n });
  return { judgement, policy, assetOf: assetsOf(compiled, facts) };
}

/**
 * Judges a transaction of the journal as of now by the policy in force, with its approvals and budgets.
 * @throws CustosError PENDING_UNKNOWN, and what `judgeEntry` throws
 */
export async function explainNow(
  id: string,
  parts: EntryJudgingParts & { readonly journal: Pick<Journal, 'get'> },
): Promise<Explained> {
  const { judgement, facts } = await judgeEntry(await entryOf(parts, id), parts);
  const { policy } = parts;
  return { judgement, policy, assetOf: assetsOf(compilePolicy(policy), facts) };
}

async function entryOf({ journal }: Pick<ExplainParts, 'journal'>, id: string): Promise<JournalEntry> {
  const entry = await journal.get(id);
  if (entry === undefined) throw new CustosError('PENDING_UNKNOWN', `the journal has no transaction ${id}`);
  return entry;
}

/** The tree of a judgement as lines. */
export function explainLines({ judgement, policy, assetOf }: Explained): readonly string[] {
  const { verdict, reasons, effects, charges, shadow, considered } = judgement;
  return [
    verdict.toUpperCase(),
    ...reasons.map((reason) => `  ${reason}`),
    ...effects.flatMap((finding) => effectLines(finding, assetOf)),
    ...charges.map((charge) => {
      const { amount, used, max } = chargeTexts(charge, policy);
      return `limit ${charge.limit}: takes ${amount} of ${max}, of which ${used} are used (${room[charge.fits]})`;
    }),
    ...shadow.map(({ rule, would }) => `shadow ${rule}: would ${would}`),
    `${counted(considered, 'rule')} considered; the others are about other chains, wallets, tags or receivers`,
  ];
}

/** Whether a charge has room in its limit, in words. */
const room: Readonly<Record<Judgement['charges'][number]['fits'], string>> = {
  yes: 'fits',
  raised: 'raised by approvals',
  awaits: 'waits for approvals',
  no: 'does not fit',
};

/** Members of rules whose names are plural. */
const plural: ReadonlySet<string> = new Set([
  'wallets',
  'tags',
  'days',
  'hours',
  'args',
  'accounts',
  'outputs',
  'instructions',
]);

function effectLines({ effect, covered, by, misses }: EffectFinding, assetOf: AssetOf): readonly string[] {
  const how = {
    permit: `covered by ${by.join(', ')}`,
    awaits: `covered by ${by.join(', ')} after approvals`,
    no: 'not covered',
  };
  const state = covered === 'change' || covered === 'fee' ? 'goes with the rest' : how[covered];
  return [
    `${effectText(effect, assetOf)}: ${state}`,
    ...misses.map(({ rule, because }) =>
      rule === ''
        ? `  the ${because} is not declared`
        : `  ${rule}: ${because} ${plural.has(because) ? 'are' : 'is'} not met`,
    ),
  ];
}
