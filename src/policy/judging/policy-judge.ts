import type { Clock } from '../../core/clock.js';
import { CustosError } from '../../core/errors.js';
import type { ChainId } from '../../core/ids.js';
import { type Log, tell } from '../../core/log.js';
import type { Constitution } from '../../core/policy/constitution.js';
import type { GivenApproval } from '../../core/policy/facts.js';
import type { Judgement } from '../../core/policy/judgement.js';
import type { BudgetLook, Judge, Question, Verdict } from '../../core/signing/judge.js';
import type { ApprovalTable } from '../../core/store/approvals.js';
import type { BudgetWindow } from '../../core/store/budgets.js';
import type { Journal } from '../../core/store/journal.js';
import type { Asked } from '../approvals.js';
import { intentOf } from '../intent.js';
import { policyWallet } from '../wallet-states.js';
import type { CompiledPolicy } from './compile.js';
import { fourEyeApproval, type JudgedTransaction, prepareFacts } from './facts.js';
import { chargesOf, judgeBeforeReserving, judgeWithBudgets } from './judge-with-budgets.js';
import { demandsOf, missingOf, missingText } from './missing.js';

const NAME = 'policy';
/** A transaction may have hundreds of parts that nothing covers. */
const REASONS = 5;

/** The published policies at one moment. */
export interface PoliciesNow {
  /** Decides; undefined before the first. */
  readonly current?: CompiledPolicy;
  /** Only judged and logged. */
  readonly waiting?: CompiledPolicy;
  /** Why the policy in force cannot be read: then nothing is signed. */
  readonly damage?: CustosError;
}

/** What the judge of the policy asks. */
export interface PolicyJudgeParts {
  readonly storeId: string;
  readonly clock: Pick<Clock, 'now'>;
  readonly log: Log;
  policies(): Promise<PoliciesNow>;
  /** In force now; undefined where there is none. */
  constitution(): Promise<Constitution | undefined>;
  readonly approvals: Pick<ApprovalTable, 'of' | 'spend'>;
  readonly journal: Pick<Journal, 'budgetsUsed'>;
  /** Called when approvals are missing: services may be asked for them. It neither waits nor throws. */
  askMissing?(question: Question, asked: Asked, open: ReadonlySet<string>): void;
  /** The name that effects give to a chain's coin. */
  coinOf(chain: ChainId): string;
  /** Counts as an approver of class `legacy`, where a rule waits for it. */
  readonly fourEye?: Judge;
}

/**
 * Judges by the policy in force, as soon as there is one: what it does not permit is denied, what lacks approvals is held. As it
 * lets a transaction pass, it spends the approvals.
 */
export function policyJudge(parts: PolicyJudgeParts): Judge {
  return {
    name: NAME,
    recordsBeforeAsking: true,
    async applies() {
      const { current, damage } = await parts.policies();
      return current !== undefined || damage !== undefined;
    },
    async decide(question, look, record) {
      const { current, waiting, damage } = await parts.policies();
      if (damage !== undefined) return hold(damage.message, 'invalid');
      if (current === undefined) return { kind: 'allow' };
      const bench = { ...(await benchOf(parts, question, look)), record };
      const { verdict, judgement } = await decideBy(current, bench);
      tellShadow(bench, judgement);
      if (waiting !== undefined) await tellWaiting(bench, waiting, judgement);
      return verdict;
    },
  };
}

/** One transaction, and everything that any policy judges it by. */
interface Bench extends PolicyJudgeParts {
  readonly question: Question;
  readonly look: BudgetLook | undefined;
  /** Puts the question on the disk, before others are asked about it. */
  readonly record: (() => Promise<void>) | undefined;
  readonly transaction: JudgedTransaction;
  readonly kept: Awaited<ReturnType<ApprovalTable['of']>>;
}

async function benchOf(parts: PolicyJudgeParts, question: Question, look?: BudgetLook): Promise<Omit<Bench, 'record'>> {
  const { storeId, clock, approvals, coinOf } = parts;
  const { pending, chain, network, wallets, effects, summary, attempt, signedBy: signers } = question;
  const addresses = new Set([...signers, ...wallets.flatMap(({ address }) => address ?? [])]);
  const transaction: JudgedTransaction = {
    store: storeId,
    pending: pending.id,
    chain,
    network,
    coin: coinOf(chain),
    wallets: wallets.map(policyWallet),
    signers,
    isOwn: (address) => addresses.has(address),
    effects,
    now: clock.now(),
    ...(summary.feeRate !== undefined && { feeRate: summary.feeRate }),
    attempt,
  };
  return { ...parts, question, look, transaction, kept: await approvals.of(pending.id) };
}

interface Decision {
  readonly verdict: Verdict;
  readonly judgement: Judgement;
}

async function decideBy(current: CompiledPolicy, bench: Bench): Promise<Decision> {
  const first = await judgeBy(current, bench);
  const asked = await askFourEye(current, bench, first);
  const { judgement, nonces } = asked.given.length === 0 ? first : await judgeBy(current, bench, asked.given);
  if (judgement.verdict === 'deny') return { judgement, verdict: deny(judgement) };
  if (judgement.verdict === 'hold') {
    const reason = await askPersons(current, bench, { judgement, given: asked.given });
    return {
      judgement,
      verdict: asked.refusal ? { ...asked.refusal, reason: `${reason}; ${asked.refusal.reason}` } : hold(reason),
    };
  }
  return { judgement, verdict: await allow(bench, judgement, nonces) };
}

interface Judged {
  readonly judgement: Judgement;
  readonly nonces: readonly string[];
}

async function judgeBy(
  compiled: CompiledPolicy,
  { constitution, kept, transaction, journal, look }: Bench,
  unsigned: readonly GivenApproval[] = [],
): Promise<Judged> {
  const { pending: id, attempt } = transaction;
  const { version, hash } = compiled.policy;
  // Without approvals nothing depends on who may approve.
  const deciding = kept.length === 0 ? undefined : await constitution();
  const { facts, nonces } = prepareFacts(transaction, {
    policy: { version, hash },
    constitution: deciding,
    kept,
    unsigned,
  });
  const used = (wanted: readonly BudgetWindow[]) => journal.budgetsUsed(wanted, { id, attempt });
  // A yes spends approvals, so where there are any it has to be the final one.
  const judgeNow = look === 'unused' && kept.length === 0 ? judgeBeforeReserving : judgeWithBudgets;
  const judgement = await judgeNow(compiled, facts, used);
  return { judgement, nonces };
}

interface Answer {
  readonly given: readonly GivenApproval[];
  /** Why the service did not approve yet. */
  readonly refusal?: Extract<Verdict, { kind: 'hold' }>;
}

/** Asks the four-eye service only where its approval counts: nothing else waits for it. */
async function askFourEye(current: CompiledPolicy, bench: Bench, { judgement }: Judged): Promise<Answer> {
  const { fourEye, question } = bench;
  if (fourEye === undefined || judgement.verdict !== 'hold') return { given: [] };
  const { judgement: approved } = await judgeBy(current, bench, [fourEyeApproval]);
  const open = (one: Judgement) =>
    one.missing.flatMap(({ demands }) => demands).reduce((sum, { count }) => sum + count, 0);
  if (approved.verdict === 'hold' && open(approved) >= open(judgement)) return { given: [] };
  await bench.record?.();
  const said = await fourEye.decide(question);
  if (said.kind === 'hold') return { given: [], refusal: said };
  return { given: [said.kind === 'allow' ? fourEyeApproval : { ...fourEyeApproval, decision: 'reject' }] };
}

/** Has services asked for what is missing. @returns who is missing, in words */
async function askPersons(
  { policy }: CompiledPolicy,
  { constitution, transaction, kept, question, askMissing, record }: Bench,
  { judgement, given }: { readonly judgement: Judgement; readonly given: readonly GivenApproval[] },
): Promise<string> {
  const { version, hash } = policy;
  const known = await constitution();
  const { facts } = prepareFacts(transaction, {
    policy: { version, hash },
    constitution: known,
    kept,
    unsigned: given,
  });
  const missing = missingOf(judgement, { policy, facts, constitution: known });
  const open = new Set(missing.filter((one) => one.approved.length < one.demand.count).flatMap((one) => one.open));
  if (askMissing !== undefined && open.size > 0) {
    await record?.();
    const asked = { ...transaction, ...intentOf(transaction.effects), policy: { version, hash } };
    askMissing(question, { ...asked, demands: demandsOf(judgement, policy) }, open);
  }
  return missingText(missing);
}

async function allow(
  { approvals, transaction }: Bench,
  judgement: Judgement,
  nonces: readonly string[],
): Promise<Verdict> {
  try {
    if (nonces.length > 0) await approvals.spend({ nonces, attempt: transaction.attempt });
  } catch (error) {
    if (error instanceof CustosError && error.code === 'APPROVAL_SPENT') return hold(error.message);
    throw error;
  }
  const charges = chargesOf(judgement);
  return { kind: 'allow', ...(charges.length > 0 && { charges }) };
}

function deny({ reasons, forbidden, charges }: Judgement): Verdict {
  const rule = forbidden[0] ?? charges.find(({ fits }) => fits === 'no')?.limit ?? NAME;
  const more = reasons.length > REASONS ? [`and ${reasons.length - REASONS} more`] : [];
  return { kind: 'deny', rule, reason: [...reasons.slice(0, REASONS), ...more].join('; ') };
}

function hold(reason: string, because: 'undecided' | 'invalid' = 'undecided'): Extract<Verdict, { kind: 'hold' }> {
  return { kind: 'hold', rule: NAME, reason, because };
}

function tellShadow({ log, transaction }: Bench, { shadow, policy }: Judgement): void {
  for (const { rule, would } of shadow) {
    tell(log, 'policy-shadow', { id: transaction.pending, policy: policy.version, rule, would });
  }
}

/** What a version that waits would decide, where that differs. */
async function tellWaiting(bench: Bench, waiting: CompiledPolicy, { verdict: now }: Judgement): Promise<void> {
  // Nothing is reserved by it, so it is judged by what was charged.
  const { verdict, reasons } = (await judgeBy(waiting, { ...bench, look: 'used' })).judgement;
  if (verdict === now) return;
  const { log, transaction } = bench;
  const about = { id: transaction.pending, policy: waiting.policy.version };
  tell(log, 'policy-waiting', { ...about, verdict, reasons: reasons.slice(0, REASONS) });
}
