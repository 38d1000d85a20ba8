import { signal } from '@preact/signals';
import { Refusal, send } from './api.js';
import { may, session } from './session.js';

/** Whether what is on the screen follows the server. */
export const connection = signal<'live' | 'connecting' | 'offline'>('connecting');
/** Counts what happened on the server; whoever shows something reads it again. */
export const happened = signal(0);

const PAUSES = [500, 1000, 2000, 5000, 10_000];
/** Not everything has an event: freezes of persons, approvals and policies are looked for. */
const PERIOD = 10_000;
/** Many events at once are one reason to look. */
const TOGETHER = 300;

let timer: ReturnType<typeof setTimeout> | undefined;

function note(): void {
  if (timer !== undefined) return;
  timer = setTimeout(() => {
    timer = undefined;
    happened.value += 1;
  }, TOGETHER);
}

/** Reads the stream of events for as long as somebody is logged in, and connects again when it breaks. */
export async function follow(): Promise<void> {
  setInterval(() => {
    if (document.visibilityState === 'visible' && connection.peek() === 'live') note();
  }, PERIOD);
  let cursor = '';
  for (let tries = 0; ; ) {
    if (session.peek().kind !== 'in' || !may('events:read')) {
      await pause(500);
      continue;
    }
    try {
      const query = cursor === '' ? '' : `?after=${encodeURIComponent(cursor)}`;
      const answer = await send('GET', `/v1/events/stream${query}`);
      connection.value = 'live';
      tries = 0;
      note();
      for await (const { id } of messages(answer.body)) {
        if (id !== '') cursor = id;
        note();
      }
    } catch (error) {
      if (error instanceof Refusal && error.code === 'EVENTS_GONE') cursor = '';
    }
    connection.value = tries === 0 ? 'connecting' : 'offline';
    await pause(PAUSES[Math.min(tries, PAUSES.length - 1)] ?? 0);
    tries += 1;
  }
}

interface Message {
  readonly id: string;
}

/** The messages of a stream (HTML, section 9.2). `EventSource` cannot send the header that keeps other pages out. */
async function* messages(body: ReadableStream<Uint8Array> | null): AsyncGenerator<Message> {
  if (body === null) return;
  const reader = body
    .pipeThrough(new TextDecoderStream() as unknown as ReadableWritablePair<string, Uint8Array>)
    .getReader();
  let left = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const parts = (left + value).split('\n\n');
    left = parts.pop() ?? '';
    for (const part of parts) {
      const fields = new Map(
        part.split('\n').map((line) => [line.split(': ', 1)[0] ?? '', line.replace(/^\w+: /, '')]),
      );
      if (fields.has('data')) yield { id: fields.get('id') ?? '' };
    }
  }
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
