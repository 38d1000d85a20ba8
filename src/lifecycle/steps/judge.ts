import type { CustosError } from '../../core/errors.js';
import { tell } from '../../core/log.js';
import type { BudgetLook, Judge, Question } from '../../core/signing/judge.js';
import type { Wallet } from '../../core/signing/wallet.js';
import type { BudgetCharge } from '../../core/store/budgets.js';
import { refusalOf } from '../../policy/refusal.js';
import type { Claimed, LifecycleParts, Signers } from '../parts.js';
import { presentAttempt } from '../present-attempt.js';
import { step, type Traced } from '../step.js';
import type { Decoded } from './decode.js';

type JudgeParts = Traced & Pick<LifecycleParts, 'journal' | 'judges' | 'log' | 'meter' | 'publicVault'>;

/** What is judged. */
export interface Judged extends Pick<Signers, 'from' | 'sealed' | 'signers'>, Decoded {
  readonly look: BudgetLook;
}

/** A judge's no: `held` is asked again later, `denied` ends the transaction. */
export interface Objection {
  readonly to: 'held' | 'denied';
  readonly error: CustosError;
}

/** A yes of all judges, and what has to be reserved for it. */
export interface Permission {
  readonly charges: readonly BudgetCharge[];
}

/**
 * Asks the judges in order, until one objects.
 * @throws CustosError STEP_TIMEOUT, and whatever a judge throws: no answer is never a yes
 */
export function judge(parts: JudgeParts, claimed: Claimed, judged: Judged): Promise<Objection | Permission> {
  return step(parts, 'judge', claimed.entry.id, async () => {
    const charges: BudgetCharge[] = [];
    let question: Question | undefined;
    let opened: readonly Wallet[] | undefined;
    const wallets = () => {
      opened ??= judged.sealed.map((sealed) => parts.publicVault.wallet(sealed));
      return opened;
    };
    for (const one of parts.judges) {
      if ((await one.applies?.(wallets)) === false) continue;
      if (one.recordsBeforeAsking !== true) await judged.filling.note();
      question ??= await questionOf(parts, claimed, { ...judged, wallets: wallets() });
      const said = await ask(parts, one, { question, look: judged.look, record: judged.filling.note });
      if ('error' in said) return said;
      charges.push(...said.charges);
    }
    return { charges };
  });
}

async function questionOf(
  parts: JudgeParts,
  { entry, lease }: Claimed,
  judged: Judged & Pick<Question, 'wallets'>,
): Promise<Question> {
  const { pending, chain, network } = entry;
  const { from: sender, wallets, signers, signedBy, completed, digest, summary, effects } = judged;
  const attempt = await presentAttempt(parts, lease);
  return { pending, chain, network, wallets, signers, signedBy, sender, completed, digest, summary, effects, attempt };
}

interface Asked {
  readonly question: Question;
  readonly look: BudgetLook;
  record(): Promise<void>;
}

async function ask(
  { meter, log }: JudgeParts,
  judge: Judge,
  { question, look, record }: Asked,
): Promise<Objection | Permission> {
  const verdict = await judge.decide(question, look, record).catch((error: unknown) => {
    meter.judged(judge.name, 'error');
    throw error;
  });
  meter.judged(judge.name, verdict.kind);
  if (verdict.kind === 'allow') {
    tell(log, 'transaction-allowed', { id: question.pending.id, judge: judge.name });
    return { charges: verdict.charges ?? [] };
  }
  if (verdict.kind === 'hold' && verdict.distrust !== undefined) meter.judged(judge.name, 'distrust');
  return { to: verdict.kind === 'hold' ? 'held' : 'denied', error: refusalOf(judge, verdict) };
}
