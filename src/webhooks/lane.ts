import type { Clock } from '../core/clock.js';
import { asCustosError } from '../core/errors.js';
import type { FeedEvent } from '../core/events/feed.js';
import type { Delivery, Webhook, WebhookTable } from '../core/events/webhooks.js';
import { type Log, tell } from '../core/log.js';
import { pauses } from './schedule.js';
import { Line } from './send.js';

/** Messages that are on their way to one receiver at the same time. */
const AT_ONCE = 8;
/** Messages that were answered and are not noted yet. */
const UNNOTED = 256;
/** Deliveries that one look at the store brings. */
const A_LOOK = 64;
/** The answer of a receiver that wants nothing more (RFC 9110: gone). */
const GONE = 410;

interface LaneParts {
  readonly webhooks: Pick<WebhookTable, 'due' | 'note' | 'disable'>;
  readonly clock: Clock;
  readonly log: Log;
  /** Resolves for all who wait at the same time: what they write then shares one durable commit. */
  beat(): Promise<void>;
  /** One try. @returns a status, or why there was none */
  attempt(webhook: Webhook, event: FeedEvent, line: Line): Promise<number | string>;
}

type Due = Delivery & { readonly event: FeedEvent | undefined };

/** Sends to one receiver, the oldest event first. */
export class Lane {
  readonly #parts: LaneParts;
  /** Numbers of events on their way, until what came of them is noted. */
  readonly #sending = new Map<number, Promise<void>>();
  /** Of these, those without an answer. */
  #unanswered = 0;
  readonly #line = new Line();
  #queue: Due[] = [];
  /** The last look did not bring everything that is due. */
  #isMore = false;
  /** Absent: nothing is sent now. */
  #webhook: Webhook | undefined;
  #looking: Promise<void> | undefined;
  #isCut = false;

  constructor(parts: LaneParts) {
    this.#parts = parts;
  }

  /** Sends what is due. @param webhook - as it is now */
  serve(webhook: Webhook): Promise<void> {
    this.#webhook = webhook;
    return this.#fill(webhook);
  }

  /** It was stopped, and nothing is on its way. */
  get isStopped(): boolean {
    return this.#webhook === undefined && this.#sending.size === 0;
  }

  /** Sends nothing more. @returns when nothing is on its way; what was not noted then is sent again */
  async stop(): Promise<void> {
    this.#webhook = undefined;
    this.#queue = [];
    await this.#looking?.catch(() => undefined);
    await Promise.all(this.#sending.values());
    if (this.isStopped) this.#line.close();
  }

  /** Waits for no answer any longer. What has none is as if it was never sent, and is sent again. */
  cut(): void {
    this.#isCut = true;
    this.#line.cut();
  }

  #fill(webhook: Webhook): Promise<void> {
    this.#looking ??= this.#look(webhook).finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  async #look(webhook: Webhook): Promise<void> {
    const { webhooks, clock } = this.#parts;
    do {
      const known = [...this.#sending.keys(), ...this.#queue.map(({ seq }) => seq)];
      const due = await webhooks.due(webhook, { now: clock.now(), limit: A_LOOK, without: known });
      if (this.#webhook === undefined) return;
      this.#queue.push(...due);
      this.#isMore = due.length === A_LOOK;
      this.#start();
    } while (this.#isMore && this.#queue.length < AT_ONCE);
  }

  #start(): void {
    while (this.#webhook !== undefined && this.#unanswered < AT_ONCE && this.#sending.size < UNNOTED) {
      const one = this.#queue.shift();
      if (one === undefined) return;
      const sending = this.#send(this.#webhook, one).finally(() => {
        this.#sending.delete(one.seq);
        this.#goOn();
      });
      this.#sending.set(one.seq, sending);
    }
  }

  #goOn(): void {
    this.#start();
    if (this.#webhook === undefined || !this.#isMore || this.#queue.length > 0) return;
    const { log } = this.#parts;
    const { id } = this.#webhook;
    this.#fill(this.#webhook).catch((thrown: unknown) => {
      tell(log, 'webhooks-not-served', { webhook: id, code: asCustosError(thrown).code });
    });
  }

  async #send(webhook: Webhook, one: Due): Promise<void> {
    const { log, beat } = this.#parts;
    try {
      const came = one.event === undefined ? undefined : await this.#try(webhook, one.event);
      if (this.#isCut) return;
      await beat();
      await this.#note(webhook, one, came);
    } catch (thrown) {
      // It is sent again: the receiver knows it by its id.
      tell(log, 'webhooks-not-served', { webhook: webhook.id, code: asCustosError(thrown).code });
    }
  }

  async #try(webhook: Webhook, event: FeedEvent): Promise<number | string> {
    this.#unanswered += 1;
    try {
      return await this.#parts.attempt(webhook, event, this.#line);
    } finally {
      this.#unanswered -= 1;
      this.#goOn();
    }
  }

  async #note(webhook: Webhook, one: Due, came: number | string | undefined): Promise<void> {
    const { webhooks, clock, log } = this.#parts;
    const attempts = one.attempts + 1;
    const answer = String(came ?? 'RECORD_DAMAGED');
    const { seq } = one;
    const step = { webhook: webhook.id, seq, attempts, answer, nextAt: clock.now() };
    if (typeof came === 'number' && came >= 200 && came < 300) return webhooks.note({ ...step, state: 'delivered' });
    const pause = pauses[one.attempts];
    if (came === undefined || pause === undefined || came === GONE) {
      await webhooks.note({ ...step, state: 'failed' });
      if (came === undefined) return;
      const reason = came === GONE ? 'the receiver wants nothing more' : `an event was refused ${attempts} times`;
      tell(log, 'webhook-disabled', { webhook: webhook.id, tenant: webhook.tenant, answer });
      return webhooks.disable(webhook, reason);
    }
    return webhooks.note({ ...step, state: 'waiting', nextAt: clock.now() + pause });
  }
}
