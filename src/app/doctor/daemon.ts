import { z } from 'zod';
import { pollCost, pollCostText, takesCredits } from '../../cloud/poll-cost.js';
import { readErrorCode } from '../../core/former-error-names.js';
import { quote } from '../../core/ids.js';
import { tryJson } from '../../core/json.js';
import type { Store } from '../../core/store/store.js';
import type { Config } from '../config/config.js';
import { countWallets } from '../daemon/polled-wallets.js';
import type { Finding } from './finding.js';

/** How long the daemon may take to answer, in milliseconds, and how long its answer may be, in characters. */
const ANSWER_TIME = 8000;
const LONGEST = 64 * 1024;
/** Warn above this many credits a day: six chains every five seconds. */
const HIGH_COST = 100_000;

/** The parts of a `/ready` answer that are used. */
export const ready = z.object({
  reasons: z
    .array(z.object({ check: z.string(), chain: z.string().optional(), code: z.string().optional(), text: z.string() }))
    .max(100),
});

/** The answer of the daemon's health port, if one is configured. */
export async function healthFinding({ daemon }: Pick<Config, 'daemon'>): Promise<readonly Finding[]> {
  const { health } = daemon;
  if (health === undefined || health.port === 0) return [];
  const url = `http://${askedHost(health.host)}:${health.port}/ready`;
  const answer = await ask(url);
  if (answer === undefined) {
    const remedy = 'start the daemon with this health port, or remove the setting; check the address too';
    return [{ check: 'daemon', state: 'problem', text: `there is no answer at ${url}`, remedy }];
  }
  const parsed = ready.safeParse(answer.body);
  if (!parsed.success) {
    const remedy = 'another program uses this port: choose a free one with --health-port';
    return [{ check: 'daemon', state: 'problem', text: `${url} does not answer like a daemon of Custos`, remedy }];
  }
  return readyFindings('daemon', { url, status: answer.status, reasons: parsed.data.reasons });
}

/** An answer to `/ready`. */
interface Answered {
  readonly url: string;
  readonly status: number;
  readonly reasons: z.output<typeof ready>['reasons'];
}

/** Reasons why a daemon or a gateway is not ready, each with its remedy. */
export function readyFindings(who: 'daemon' | 'gateway', { url, status, reasons }: Answered): readonly Finding[] {
  if (status === 200 && reasons.length === 0) return [{ check: who, state: 'ok', text: `ready, says ${url}` }];
  return reasons.map(({ check, chain, code, text }) => ({
    check: who,
    state: 'problem',
    text: [`not ready: ${printable(check)}`, chain, code, text]
      .flatMap((part) => part ?? [])
      .map(printable)
      .join(', '),
    remedy: readErrorCode(code) !== undefined ? printable(text) : 'look at the log: `custos doctor --log FILE`',
  }));
}

/** A daemon that listens on every address is asked on loopback. */
function askedHost(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  if (host === '::') return '[::1]';
  return host.includes(':') ? `[${host}]` : host;
}

/** @returns the answer, shortened to the accepted length, or undefined if there is none */
export async function ask(
  url: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<{ readonly status: number; readonly body: unknown } | undefined> {
  try {
    const response = await fetch(url, { headers, redirect: 'manual', signal: AbortSignal.timeout(ANSWER_TIME) });
    const body = await firstPart(response);
    return { status: response.status, body: tryJson(body) };
  } catch {
    return undefined;
  }
}

async function firstPart({ body }: Response): Promise<string> {
  let text = '';
  for await (const part of body ?? []) {
    text += Buffer.from(part).toString('utf8');
    if (text.length > LONGEST) break;
  }
  return text;
}

/** Foreign text made safe for a terminal. */
function printable(text: string): string {
  return quote(text).slice(1, -1);
}

/** What polling costs, and whether that is a lot. */
export async function costFinding(
  config: Pick<Config, 'network' | 'cloudUrl' | 'daemon'>,
  store: Store,
): Promise<Finding> {
  const { period, idlePeriod } = config.daemon;
  if (!takesCredits(config)) return { check: 'polling', state: 'ok', text: 'your own gateway charges no credits' };
  const { asked } = await countWallets(config, store.wallets);
  const cost = pollCost({ wallets: asked, period, idlePeriod });
  const text = pollCostText(cost, period);
  if (cost.idleCreditsPerDay <= HIGH_COST) return { check: 'polling', state: 'ok', text };
  const remedy = 'use a longer --period, fewer chains (--chain), or your own gateway to make it cheaper';
  return { check: 'polling', state: 'warning', text, remedy };
}
