import type { FeedEvent, FeedHead } from '../core/events/feed.js';
import type { Feeds } from './feeds.js';

/** Milliseconds after which a silent stream says that it lives, so that proxies and the client know. */
const HEARTBEAT = 15_000;
/** Milliseconds that a reader has for what it was sent. */
const STALL = 30_000;

/** What a stream of events is made of. */
export interface StreamParts {
  readonly feeds: Feeds;
  /** The last number that the reader has. */
  readonly after: number;
  readonly signal: AbortSignal;
  /** Milliseconds; for tests. */
  readonly heartbeat?: number;
  readonly stall?: number;
  /** Ends the connection of a reader that takes nothing. It comes back with its cursor and misses nothing. */
  cut(): void;
  /** @throws whatever ends the stream: the right of the reader has ended */
  requireRight(): Promise<void>;
  /** Events after a number, as the reader may see them. */
  read(after: number, head: FeedHead): Promise<{ readonly events: readonly FeedEvent[]; readonly last: number }>;
  /** One event as lines of the stream. */
  write(event: FeedEvent, head: FeedHead): string;
}

/** Server-Sent Events (WHATWG HTML, 9.2). A page at a time is in memory, however far behind the reader is. */
export function eventStream(parts: StreamParts): ReadableStream<Uint8Array> {
  const { cut, stall = STALL } = parts;
  const gone = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  let after = parts.after;
  let isFirst = true;
  const lines = async (): Promise<string | undefined> => {
    if (isFirst) {
      isFirst = false;
      // The answer begins at once.
      return ': events follow\n\n';
    }
    const found = await nextLines({ ...parts, after, signal: AbortSignal.any([parts.signal, gone.signal]) });
    after = found?.last ?? after;
    return found?.text;
  };
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        clearTimeout(timer);
        const text = await lines().catch(() => undefined);
        if (text === undefined) return controller.close();
        controller.enqueue(Buffer.from(text));
        timer = setTimeout(cut, stall);
        timer.unref();
      },
      cancel() {
        clearTimeout(timer);
        gone.abort();
      },
    },
    // Nothing is read ahead of the reader.
    { highWaterMark: 0 },
  );
}

/** @returns undefined when the stream is over */
async function nextLines(parts: StreamParts): Promise<{ readonly text: string; readonly last: number } | undefined> {
  const { feeds, signal, heartbeat = HEARTBEAT } = parts;
  const end = performance.now() + heartbeat;
  for (let after = parts.after; ; ) {
    const head = await feeds.head();
    await parts.requireRight();
    if (signal.aborted || feeds.signal.aborted) return undefined;
    const { events, last } = await parts.read(after, head);
    if (events.length > 0) return { text: events.map((event) => parts.write(event, head)).join(''), last };
    const left = end - performance.now();
    if (left <= 0) return { text: ': still here\n\n', last };
    // Pages without an event for this reader follow at once.
    if (last >= head.last) await feeds.beyond(last, left, signal);
    after = last;
  }
}
