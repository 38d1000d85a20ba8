import type { Clock } from '../../core/clock.js';
import { asCustosError, CustosError } from '../../core/errors.js';
import type { ChainId } from '../../core/ids.js';
import { type Log, tell } from '../../core/log.js';
import type { SignedApproval } from '../../core/policy/approval.js';
import type { Constitution } from '../../core/policy/constitution.js';
import { demandText } from '../../core/policy/demand.js';
import type { ApproverService } from '../../core/signing/approver-service.js';
import type { Question } from '../../core/signing/judge.js';
import type { ApprovalTable } from '../../core/store/approvals.js';
import type { Journal } from '../../core/store/journal.js';
import { type Asked, checkApproval, verifyApproval } from '../../policy/approvals.js';
import { readServiceAnswer } from '../../policy/service-answer.js';
import { requireDemand } from './asked.js';
import { serviceQuestion } from './service-question.js';

/** Questions of one service that wait for an answer at the same time. */
const MOST_AT_ONCE = 16;
/** Transactions of which it is remembered when a service is asked next. */
const REMEMBERED = 10_000;
/** Milliseconds until a service that said RETRY without a time is asked again. */
const PAUSE = 30_000;
/** The same after a failure, doubled up to ten minutes. */
const FIRST_PAUSE = 5_000;
const LONGEST_PAUSE = 600_000;
/** Milliseconds after which a transaction is surely no longer in the work of the question itself. */
const SETTLED = 1_000;

export interface ServiceParts {
  /** By the person for whom each approves. */
  readonly services: ReadonlyMap<string, ApproverService>;
  readonly clock: Clock;
  readonly log: Log;
  readonly approvals: Pick<ApprovalTable, 'add'>;
  readonly journal: Pick<Journal, 'wake'>;
  readonly developmentChainIds: ReadonlyMap<ChainId, bigint>;
  /** In force now. */
  constitution(): Promise<Constitution | undefined>;
}

/** When a service is asked about a transaction again. */
interface Rest {
  readonly until: number;
  readonly failures: number;
}

/** One question to one service. */
interface Errand {
  readonly name: string;
  readonly service: ApproverService;
  readonly question: Question;
  readonly asked: Asked;
}

/**
 * Asks services for approvals, in the background: what a service says is an approval of its person like any other, kept in the
 * store and judged when the transaction is looked at next. Each is asked once for each making of a transaction, and again only
 * after RETRY or a failure.
 */
export class ServiceAsker {
  readonly #parts: ServiceParts;
  readonly #rests = new Map<string, Rest>();
  readonly #running = new Map<string, Promise<void>>();

  constructor(parts: ServiceParts) {
    this.#parts = parts;
  }

  /** @param open - persons who can still approve */
  askMissing(question: Question, asked: Asked, open: ReadonlySet<string>): void {
    for (const [name, service] of this.#parts.services) {
      const key = keyOf(name, asked);
      const { until } = this.#rests.get(key) ?? { until: 0 };
      if (!open.has(name) || this.#running.has(key) || this.#parts.clock.now() < until || this.#isBusy(name)) continue;
      const errand = this.#run(key, { name, service, question, asked }).finally(() => this.#running.delete(key));
      this.#running.set(key, errand);
    }
  }

  /** Waits for the answers to what was asked. */
  async close(): Promise<void> {
    await Promise.all(this.#running.values());
  }

  #isBusy(name: string): boolean {
    return [...this.#running.keys()].filter((key) => key.startsWith(`${name} `)).length >= MOST_AT_ONCE;
  }

  async #run(key: string, errand: Errand): Promise<void> {
    const { clock, log } = this.#parts;
    const { name, asked } = errand;
    try {
      const { said, pause } = await this.#ask(errand);
      this.#rest(key, { until: clock.now() + pause, failures: 0 });
      tell(log, 'approver-answered', { id: asked.pending, approver: name, answer: said });
      if (said !== 'APPROVE' && said !== 'REJECT') return;
      // The answer may have come before the transaction was put aside, which would have undone the first call.
      await this.#parts.journal.wake(asked.pending);
      await clock.wait(SETTLED);
      await this.#parts.journal.wake(asked.pending);
    } catch (thrown) {
      const { code, message } = asCustosError(thrown);
      const failures = (this.#rests.get(key)?.failures ?? 0) + 1;
      const pause = Math.min(FIRST_PAUSE * 2 ** Math.min(failures - 1, 10), LONGEST_PAUSE);
      this.#rest(key, { until: clock.now() + pause, failures });
      tell(log, 'approver-failed', { id: asked.pending, approver: name, code, error: message });
    }
  }

  async #ask({ name, service, question, asked }: Errand): Promise<{ readonly said: string; readonly pause: number }> {
    const { constitution, developmentChainIds } = this.#parts;
    const person = (await constitution())?.persons.get(name);
    if (person === undefined) throw new CustosError('APPROVAL_REFUSED', `${name} is not in the constitution any more`);
    const developmentChainId = developmentChainIds.get(asked.chain);
    const { request, lines } = serviceQuestion(question, { asked, person, developmentChainId });
    const answer = readServiceAnswer(await service.ask({ custosQuestion: 1, request, lines }));
    if (answer.kind === 'ignore') return { said: 'IGNORE', pause: Number.POSITIVE_INFINITY };
    if (answer.kind === 'retry') return { said: 'RETRY', pause: answer.after ?? PAUSE };
    return { said: await this.#take(answer.signed, name, asked), pause: PAUSE };
  }

  /** @throws CustosError APPROVAL_*: it would not count */
  async #take(signed: SignedApproval, name: string, asked: Asked): Promise<string> {
    const { clock, approvals, constitution } = this.#parts;
    const inForce = await constitution();
    if (inForce === undefined) throw new CustosError('CONSTITUTION_MISSING', 'the store has no constitution');
    const verified = verifyApproval(inForce, signed);
    const { approval, person } = verified;
    if (person.name !== name) {
      throw new CustosError('APPROVAL_SIGNATURE', `the service of ${name} answered with a signature of ${person.name}`);
    }
    checkApproval(verified, { ...asked, now: clock.now() });
    requireDemand(verified, asked.demands);
    const { nonce, pending, decision } = approval;
    await approvals.add({ ...signed, nonce, pendingId: pending, at: clock.now() });
    return decision.toUpperCase();
  }

  #rest(key: string, rest: Rest): void {
    this.#rests.delete(key);
    this.#rests.set(key, rest);
    const [oldest] = this.#rests.keys();
    if (this.#rests.size > REMEMBERED && oldest !== undefined) this.#rests.delete(oldest);
  }
}

/** Each making of a transaction's bytes needs approvals of its own, and so does what another policy asks for. */
function keyOf(name: string, { pending, attempt, policy, demands }: Asked): string {
  return [name, pending, attempt, policy?.hash ?? 'none', ...demands.map(demandText)].join(' ');
}
