import { type ErrorCode, errorKinds } from '../../core/errors.js';
import { readErrorCode } from '../../core/former-error-names.js';
import { isObject, type JsonObject, tryJson } from '../../core/json.js';
import { type LogEvent, logEvents } from '../../core/log.js';
import { plainFields } from '../process/log-format.js';
import { type Stuck, StuckTransactions } from './stuck-transactions.js';

/** Most chains that are counted separately; our logs have no more. */
const CHAINS = 64;

/** What a log says about one chain, in numbers of lines. */
export interface ChainLines {
  completed: number;
  held: number;
  denied: number;
  failed: number;
  postponed: number;
  refused: number;
  withdrawn: number;
  /** In the chain, but without effect. */
  reverted: number;
  pollsFailed: number;
  slowPolls: number;
  /** In milliseconds. */
  slowestPoll: number;
  breakerOpenings: number;
}

/** Summary of a daemon's log lines. */
export interface LogSummary {
  /** Lines of a daemon's log. */
  readonly lines: number;
  /** Other lines, and lines that were too long to read. */
  readonly skipped: number;
  /** Times of the first and of the last line, in ISO 8601. */
  readonly from?: string;
  readonly to?: string;
  readonly chains: Readonly<Record<string, Readonly<ChainLines>>>;
  /** Most frequent first. */
  readonly errors: readonly { readonly code: ErrorCode; readonly count: number; readonly hint: string }[];
  readonly stuck: readonly Stuck[];
  /** Running transactions that had to be forgotten, because there were too many. */
  readonly forgotten: number;
  readonly daemonsStarted: number;
  readonly signersEnded: number;
}

/** The parts of a log line that are used. */
interface Line {
  /** Code of the event, if it has one. */
  readonly event?: string;
  readonly chain: string;
  readonly id?: string;
  readonly code?: ErrorCode;
  readonly time?: number;
  readonly milliseconds: number;
}

type Count = Exclude<keyof ChainLines, 'slowestPoll'>;

/** Events that count for their chain. */
export const countedEvents = {
  'transaction-completed': 'completed',
  'transaction-held': 'held',
  'transaction-denied': 'denied',
  'transaction-failed': 'failed',
  'transaction-postponed': 'postponed',
  'transaction-withdrawn': 'withdrawn',
  'transaction-found-closed': 'completed',
  'pending-refused': 'refused',
  'poll-failed': 'pollsFailed',
  'poll-took-long': 'slowPolls',
  'chain-shut': 'breakerOpenings',
  'transaction-reverted': 'reverted',
} as const satisfies Readonly<Partial<Record<LogEvent, Count>>>;

const counted: ReadonlyMap<string, Count> = new Map(Object.entries(countedEvents));

/** Logs from before events had codes have only the sentence. */
const codeOf: ReadonlyMap<string, LogEvent> = new Map(
  (Object.keys(logEvents) as LogEvent[]).map((event) => [logEvents[event][1], event]),
);

const waits: ReadonlySet<Count> = new Set(['held', 'postponed']);
const ends: ReadonlySet<Count> = new Set(['completed', 'denied', 'failed', 'withdrawn']);

/** Summarizes the lines of a daemon's log. Other lines are counted and skipped; memory does not grow with the log. */
export async function summarizeLog(lines: AsyncIterable<string | undefined>): Promise<LogSummary> {
  const chains = new Map<string, ChainLines>();
  const codes = new Map<ErrorCode, number>();
  const times = { 'daemon-started': 0, 'signer-ended': 0 };
  const stuck = new StuckTransactions();
  const seen = { lines: 0, skipped: 0, from: Number.POSITIVE_INFINITY, to: Number.NEGATIVE_INFINITY };
  for await (const text of lines) {
    const line = text === undefined ? undefined : parseLine(text);
    if (line === undefined) {
      // An empty line does not count.
      if (text?.trim() !== '') seen.skipped += 1;
      continue;
    }
    seen.lines += 1;
    if (line.time !== undefined) {
      seen.from = Math.min(seen.from, line.time);
      seen.to = Math.max(seen.to, line.time);
    }
    if (line.code !== undefined) codes.set(line.code, (codes.get(line.code) ?? 0) + 1);
    if (line.event === 'daemon-started' || line.event === 'signer-ended') times[line.event] += 1;
    countLine(line, chains, stuck);
  }
  const isDated = seen.from <= seen.to;
  return {
    lines: seen.lines,
    skipped: seen.skipped,
    ...(isDated && { from: new Date(seen.from).toISOString(), to: new Date(seen.to).toISOString() }),
    chains: Object.fromEntries([...chains].sort(([a], [b]) => (a < b ? -1 : 1))),
    errors: [...codes]
      .map(([code, count]) => ({ code, count, hint: errorKinds[code].hint }))
      .sort((a, b) => b.count - a.count),
    stuck: stuck.list(),
    forgotten: stuck.forgotten,
    daemonsStarted: times['daemon-started'],
    signersEnded: times['signer-ended'],
  };
}

function countLine(line: Line, chains: Map<string, ChainLines>, stuck: StuckTransactions): void {
  const count = counted.get(line.event ?? '');
  if (count === undefined) return;
  const chain = chainLines(chains, line.chain);
  chain[count] += 1;
  if (count === 'slowPolls') chain.slowestPoll = Math.max(chain.slowestPoll, line.milliseconds);
  if (line.id === undefined) return;
  if (waits.has(count)) stuck.waits(line.id, { chain: line.chain, ...(line.code && { code: line.code }) });
  else if (ends.has(count)) stuck.ends(line.id);
}

function chainLines(chains: Map<string, ChainLines>, name: string): ChainLines {
  const key = chains.has(name) || chains.size < CHAINS ? name : 'other';
  const found = chains.get(key) ?? {
    completed: 0,
    held: 0,
    denied: 0,
    failed: 0,
    postponed: 0,
    refused: 0,
    withdrawn: 0,
    reverted: 0,
    pollsFailed: 0,
    slowPolls: 0,
    slowestPoll: 0,
    breakerOpenings: 0,
  };
  chains.set(key, found);
  return found;
}

/** Foreign until parsed: each field is checked before it is kept or shown. */
function parseLine(text: string): Line | undefined {
  const read = parseObject(text);
  const found = read === undefined ? undefined : plainFields(read);
  const sentence = found?.['msg'];
  if (found === undefined || typeof sentence !== 'string') return undefined;
  const event = found['event'] ?? codeOf.get(sentence);
  const { chain, id, code, time, milliseconds } = found;
  const named = readErrorCode(code);
  const moment = typeof time === 'string' || typeof time === 'number' ? new Date(time).getTime() : Number.NaN;
  return {
    ...(typeof event === 'string' && { event }),
    chain: typeof chain === 'string' && /^[A-Z0-9]{1,12}$/.test(chain) ? chain : 'other',
    ...(typeof id === 'string' && /^[A-Za-z0-9_-]{1,64}$/.test(id) && { id }),
    ...(named !== undefined && { code: named }),
    ...(Number.isFinite(moment) && { time: moment }),
    milliseconds: typeof milliseconds === 'number' && milliseconds > 0 ? milliseconds : 0,
  };
}

function parseObject(text: string): JsonObject | undefined {
  const found = text.startsWith('{') ? tryJson(text) : undefined;
  return isObject(found) ? found : undefined;
}
