import type { Problem } from '../src/client/operations.js';

/** A refusal of the server, or no answer at all (`status` 0). */
export class Refusal extends Error {
  readonly status: number;
  readonly code: string;
  /** Faults of single fields. */
  readonly faults: readonly string[];

  constructor(status: number, code: string, detail: string, faults: readonly string[] = []) {
    super(detail);
    this.status = status;
    this.code = code;
    this.faults = faults;
  }

  get isOffline(): boolean {
    return this.status === 0;
  }
}

type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

/** Called when the server no longer knows the session. */
let ended: () => void = () => {};

export function onSessionEnd(call: () => void): void {
  ended = call;
}

/** How long after somebody did something on the page it counts as used, in milliseconds. */
const ATTENTION = 5 * 60 * 1000;
let usedAt = Date.now();

/** Notes that somebody is there. What the page asks by itself does not keep their session. */
export function noteUse(): void {
  for (const event of ['pointerdown', 'keydown']) {
    addEventListener(
      event,
      () => {
        usedAt = Date.now();
      },
      { capture: true, passive: true },
    );
  }
}

/** Asks the server as this page; the cookie of the session goes along by itself. @throws Refusal */
export async function ask<T>(method: Method, path: string, body?: unknown): Promise<T> {
  const answer = await send(method, path, body === undefined ? {} : { body: JSON.stringify(body) });
  if (answer.status === 204) return undefined as T;
  return (await answer.json().catch(noAnswer)) as T;
}

/** @throws Refusal */
export async function send(method: Method, path: string, more: RequestInit = {}): Promise<Response> {
  const presence = Date.now() - usedAt < ATTENTION ? '1' : 'away';
  const headers = {
    'custos-console': presence,
    ...(more.body !== undefined && { 'content-type': 'application/json' }),
  };
  const answer = await fetch(path, { method, headers, credentials: 'same-origin', cache: 'no-store', ...more }).catch(
    noAnswer,
  );
  if (answer.ok) return answer;
  const refusal = await refusalOf(answer);
  if (refusal.code === 'SESSION_ENDED') ended();
  throw refusal;
}

function noAnswer(): never {
  throw new Refusal(0, 'OFFLINE', '');
}

async function refusalOf(answer: Response): Promise<Refusal> {
  const problem: Partial<Problem> = await answer.json().catch(() => ({}));
  const faults = (problem.errors ?? []).map(({ pointer, detail }) => `${pointer}: ${detail}`);
  return new Refusal(answer.status, problem.code ?? 'UNKNOWN', problem.detail ?? answer.statusText, faults);
}
