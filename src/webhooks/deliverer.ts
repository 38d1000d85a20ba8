import { randomUUID } from 'node:crypto';
import type { Clock } from '../core/clock.js';
import { asCustosError } from '../core/errors.js';
import type { EventTable, FeedEvent } from '../core/events/feed.js';
import type { Webhook, WebhookTable } from '../core/events/webhooks.js';
import { type Log, tell } from '../core/log.js';
import { Lane } from './lane.js';
import { type Letter, Line } from './send.js';
import { resolveTarget } from './target.js';

/** Milliseconds between two looks for what other processes wrote, and for what is due again. */
const PERIOD = 250;
/** Milliseconds in which events are gathered, so that many share a durable commit. */
const PACE = 20;
/** The same for answers of receivers. They are in no hurry: what was not noted is sent again. */
const BEAT = 100;
/** How long another process waits for one that was killed. */
const LEASE = 15_000;
/** When the process that sends takes its lease again. */
const RENEWAL = 5000;
/** How long the end waits for receivers, in milliseconds. */
const GRACE = 2000;
/** Milliseconds between two rounds of looks for old deliveries. */
const TIDY_PERIOD = 60_000;
/** Deliveries that are removed at once. */
const TIDY_LIMIT = 1000;
const DAY = 24 * 60 * 60 * 1000;

export interface DelivererParts {
  readonly webhooks: Pick<WebhookTable, 'all' | 'lease' | 'due' | 'note' | 'disable' | 'tidy'>;
  readonly events: Pick<EventTable, 'onWritten'> & { number(): Promise<unknown> };
  readonly clock: Clock;
  readonly log: Log;
  /** Hosts that may be private and plain. */
  readonly allowedHosts: readonly string[];
  /** For how many days deliveries are kept that have ended. */
  readonly days: number;
  /** Writes an event as this receiver reads it, signed for now. */
  letter(webhook: Webhook, event: FeedEvent): Letter | Promise<Letter>;
}

/** Sends events to webhooks. Of several processes one sends at a time; each receiver has its own lane, so none waits for another. */
export class Deliverer {
  readonly #parts: DelivererParts;
  readonly #owner = randomUUID();
  readonly #end = new AbortController();
  /** By webhook. */
  readonly #lanes = new Map<string, Lane>();
  #woken = new AbortController();
  #running: Promise<void> | undefined;
  #beating: Promise<void> | undefined;
  /** When the lease was taken. */
  #leasedAt: number | undefined;
  #tidy = { after: '', at: 0 };

  constructor(parts: DelivererParts) {
    this.#parts = parts;
  }

  start(): void {
    this.#running ??= this.#run();
  }

  /** Ends after the messages that are on their way, but waits for no receiver longer than two seconds; what was not noted is sent again. */
  async close(): Promise<void> {
    this.#end.abort();
    await this.#running;
    const { clock } = this.#parts;
    const ended = new AbortController();
    const stopped = this.#stop().finally(() => ended.abort());
    await clock.wait(GRACE, ended.signal);
    if (!ended.signal.aborted) for (const lane of this.#lanes.values()) lane.cut();
    await stopped;
  }

  async #run(): Promise<void> {
    const { clock, events, log } = this.#parts;
    const stop = events.onWritten(() => this.#woken.abort('written'));
    while (!this.#end.signal.aborted) {
      const woken = new AbortController();
      this.#woken = woken;
      await this.#look().catch((thrown: unknown) => {
        tell(log, 'webhooks-not-served', { code: asCustosError(thrown).code });
      });
      await clock.wait(PACE, this.#end.signal);
      await clock.wait(PERIOD, AbortSignal.any([woken.signal, this.#end.signal]));
    }
    stop();
  }

  async #look(): Promise<void> {
    const { webhooks, events, clock } = this.#parts;
    const enabled = (await webhooks.all()).filter(({ isEnabled }) => isEnabled);
    const leads = enabled.length > 0 && (await this.#leads());
    const sent = new Set(leads ? enabled.map(({ id }) => id) : []);
    void this.#stop((id) => !sent.has(id));
    if (leads) {
      await events.number();
      await Promise.all(enabled.map((webhook) => this.#laneOf(webhook.id).serve(webhook)));
    }
    if (clock.now() >= this.#tidy.at) await this.#removeOld();
  }

  /** Whether this process sends. */
  async #leads(): Promise<boolean> {
    const now = this.#parts.clock.now();
    const age = this.#leasedAt === undefined ? RENEWAL : now - this.#leasedAt;
    if (age >= 0 && age < RENEWAL) return true;
    const isMine = await this.#parts.webhooks.lease(this.#owner, now, now + LEASE);
    this.#leasedAt = isMine ? now : undefined;
    return isMine;
  }

  async #removeOld(): Promise<void> {
    const { webhooks, clock, days } = this.#parts;
    const { after } = this.#tidy;
    const found = await webhooks.tidy(after, { before: clock.now() - days * DAY, limit: TIDY_LIMIT });
    // One that has more left is looked at again.
    if (found === undefined) this.#tidy = { after: '', at: clock.now() + TIDY_PERIOD };
    else if (found.isWhole) this.#tidy = { after: found.webhook, at: 0 };
  }

  #beat(): Promise<void> {
    this.#beating ??= this.#parts.clock.wait(BEAT).then(() => {
      this.#beating = undefined;
    });
    return this.#beating;
  }

  #laneOf(id: string): Lane {
    const { webhooks, clock, log } = this.#parts;
    const attempt = (...given: Parameters<Deliverer['attempt']>) => this.attempt(...given);
    const beat = () => this.#beat();
    const found = this.#lanes.get(id) ?? new Lane({ webhooks, clock, log, beat, attempt });
    this.#lanes.set(id, found);
    return found;
  }

  /** Stops lanes: all, or some of them. */
  async #stop(isMeant: (id: string) => boolean = () => true): Promise<void> {
    const stopped = [...this.#lanes].filter(([id]) => isMeant(id));
    await Promise.all(
      stopped.map(async ([id, lane]) => {
        await lane.stop();
        if (lane.isStopped) this.#lanes.delete(id);
      }),
    );
  }

  /**
   * One try.
   * @param line - to this receiver; absent: a new one, for once
   * @returns a status, or the code of what was wrong before there was one
   */
  async attempt(webhook: Webhook, event: FeedEvent, line = new Line()): Promise<number | string> {
    const { allowedHosts, letter } = this.#parts;
    try {
      const target = await resolveTarget(webhook.url, allowedHosts);
      return (await line.post(target, await letter(webhook, event))) ?? 'NO_ANSWER';
    } catch (thrown) {
      return asCustosError(thrown).code;
    }
  }
}
