import { randomUUID } from 'node:crypto';
import type { Clock } from '../core/clock.js';
import { asCustosError } from '../core/errors.js';
import type { EventTable, FeedEvent } from '../core/events/feed.js';
import type { Delivery, Webhook, WebhookTable } from '../core/events/webhooks.js';
import { type Log, tell } from '../core/log.js';
import { pauses } from './schedule.js';
import { type Letter, post } from './send.js';
import { resolveTarget } from './target.js';

/** Messages that are on their way to one receiver at the same time. */
const AT_ONCE = 8;
/** Milliseconds between two looks for what other processes wrote, and for what is due again. */
const PERIOD = 250;
/** How long another process waits for one that was killed. */
const LEASE = 15_000;
/** The answer of a receiver that wants nothing more (RFC 9110: gone). */
const GONE = 410;

export interface DelivererParts {
  readonly webhooks: WebhookTable;
  readonly events: Pick<EventTable, 'number' | 'onWritten'>;
  readonly clock: Clock;
  readonly log: Log;
  /** Hosts that may be private and plain. */
  readonly allowedHosts: readonly string[];
  /** Writes an event as this receiver reads it, signed for now. */
  letter(webhook: Webhook, event: FeedEvent): Letter;
}

/** Sends events to webhooks. Of several processes one sends at a time; each receiver has its own lane, so none waits for another. */
export class Deliverer {
  readonly #parts: DelivererParts;
  readonly #owner = randomUUID();
  readonly #end = new AbortController();
  /** Numbers of events on their way, by webhook. */
  readonly #lanes = new Map<string, Set<number>>();
  readonly #sending = new Set<Promise<void>>();
  #woken = new AbortController();
  #running: Promise<void> | undefined;

  constructor(parts: DelivererParts) {
    this.#parts = parts;
  }

  start(): void {
    this.#running ??= this.#run();
  }

  /** Ends after the messages that are on their way; what was not noted is sent again. */
  async close(): Promise<void> {
    this.#end.abort();
    await this.#running;
    await Promise.all(this.#sending);
  }

  async #run(): Promise<void> {
    const { clock, events, log } = this.#parts;
    const stop = events.onWritten(() => this.#woken.abort());
    while (!this.#end.signal.aborted) {
      const woken = new AbortController();
      this.#woken = woken;
      await this.#look().catch((thrown: unknown) => {
        tell(log, 'webhooks-not-served', { code: asCustosError(thrown).code });
      });
      await clock.wait(PERIOD, AbortSignal.any([woken.signal, this.#end.signal]));
    }
    stop();
  }

  async #look(): Promise<void> {
    const { webhooks, events, clock } = this.#parts;
    const enabled = (await webhooks.all()).filter(({ isEnabled }) => isEnabled);
    if (enabled.length === 0) return;
    const now = clock.now();
    if (!(await webhooks.lease(this.#owner, now, now + LEASE))) return;
    await events.number();
    await Promise.all(enabled.map((webhook) => this.#serve(webhook)));
  }

  async #serve(webhook: Webhook): Promise<void> {
    const lane = this.#lanes.get(webhook.id) ?? new Set();
    this.#lanes.set(webhook.id, lane);
    if (lane.size >= AT_ONCE) return;
    const { webhooks, clock } = this.#parts;
    for (const one of await webhooks.due(webhook, clock.now(), AT_ONCE * 2)) {
      if (lane.has(one.seq) || lane.size >= AT_ONCE) continue;
      lane.add(one.seq);
      const sending = this.#send(webhook, one).finally(() => {
        lane.delete(one.seq);
        this.#sending.delete(sending);
        this.#woken.abort();
      });
      this.#sending.add(sending);
    }
  }

  async #send(webhook: Webhook, one: Delivery & { readonly event: FeedEvent | undefined }): Promise<void> {
    const { log } = this.#parts;
    try {
      await this.#note(webhook, one, one.event === undefined ? undefined : await this.attempt(webhook, one.event));
    } catch (thrown) {
      // It is sent again: the receiver knows it by its id.
      tell(log, 'webhooks-not-served', { webhook: webhook.id, code: asCustosError(thrown).code });
    }
  }

  /** One try. @returns a status, or the code of what was wrong before there was one */
  async attempt(webhook: Webhook, event: FeedEvent): Promise<number | string> {
    const { allowedHosts, letter } = this.#parts;
    try {
      const target = await resolveTarget(webhook.url, allowedHosts);
      return (await post(target, letter(webhook, event))) ?? 'NO_ANSWER';
    } catch (thrown) {
      return asCustosError(thrown).code;
    }
  }

  async #note(webhook: Webhook, one: Delivery, came: number | string | undefined): Promise<void> {
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
