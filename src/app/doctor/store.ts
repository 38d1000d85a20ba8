import { realpath, stat, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { isPrivateHost } from '../../cloud/urls.js';
import { asCustosError, type ErrorCode, errorKinds } from '../../core/errors.js';
import type { Network } from '../../core/ids.js';
import type { Journal, JournalEntry } from '../../core/store/journal.js';
import type { KeySlot, Store } from '../../core/store/store.js';
import { isPostgresUrl } from '../../storage/location.js';
import { parsePostgresUrl } from '../../storage/postgres/location.js';
import { shownValue } from '../config/shown-value.js';
import { type Finding, problem } from './finding.js';
import { scryptFinding } from './machine.js';

const MIB = 1024 * 1024;
/** A write-ahead log above this size is not being emptied, in bytes. */
const LARGE_LOG = 256 * MIB;
/** Warn below this much free disk space, in bytes. */
const LITTLE_SPACE = 256 * MIB;
/** A larger file is not read as a whole, which would take more than a few seconds, in bytes. */
const LARGE_FILE = 256 * MIB;
/** Most entries that are examined. */
const LIMIT = 1000;
/** Most codes that are shown with their hints. */
const CODES = 3;
/** Transactions that are named. */
const NAMED = 5;
/** So much of a message is shown, in characters. */
const MESSAGE = 200;

/** Findings about the database itself. */
export async function storeFacts(store: Store, location: string): Promise<readonly Finding[]> {
  const counts = await Promise.all(
    (['mainnet', 'testnet'] as const).map((network) => store.wallets.count({ network })),
  );
  const slots = await store.slots.all();
  const text = `${shownValue(location)}: ${counts[0]} mainnet and ${counts[1]} testnet wallets`;
  const found: Finding[] = [
    { check: 'wallet store', state: 'ok', text },
    { check: 'store id', state: 'ok', text: store.storeId },
  ];
  found.push(...(isPostgresUrl(location) ? serverFacts(location) : await fileFacts(location)));
  if (!slots.some(({ kind }) => kind === 'recovery')) {
    const remedy = 'run `custos password recovery-key` and keep the key away from this machine';
    found.push({ check: 'recovery key', state: 'warning', text: 'the store has none', remedy });
  }
  found.push({ check: 'key slots', state: 'ok', text: slotsText(slots) });
  found.push(scryptFinding(slots));
  return found;
}

function slotsText(slots: readonly KeySlot[]): string {
  const countOf = (kind: KeySlot['kind']) => slots.filter((slot) => slot.kind === kind).length;
  const outside = slots.flatMap((slot) => (slot.kind === 'external' ? [slot.reference] : []));
  return [`${countOf('password')} passwords`, `${countOf('recovery')} recovery keys`, ...outside].join(', ');
}

async function fileFacts(location: string): Promise<Finding[]> {
  // The log and the directory that matter are those behind links.
  const path = await realpath(location);
  const [file, directory, { bavail, bsize }] = await Promise.all([
    stat(path),
    stat(dirname(path)),
    statfs(dirname(path)),
  ]);
  const log = await stat(`${path}-wal`).then(
    ({ size }) => size,
    () => 0,
  );
  const modes = `store ${(file.mode & 0o777).toString(8)}, directory ${(directory.mode & 0o777).toString(8)}`;
  const free = bavail * bsize;
  return [
    finding('file modes', modes, modeRemedy(path, { file: file.mode, directory: directory.mode })),
    finding('database', `SQLite, ${inMib(file.size)} and ${inMib(log)} of write-ahead log`, log > LARGE_LOG && wal),
    finding('disk', `${inMib(free)} free`, free < LITTLE_SPACE && 'free space: without any, nothing is signed'),
  ];
}

/** Whoever may write to the directory can move the store away, and put a log beside it that SQLite writes into it. */
function modeRemedy(path: string, { file, directory }: { file: number; directory: number }): string | false {
  const needed = [
    ...((file & 0o077) === 0 ? [] : [`chmod 600 ${path}`]),
    ...((directory & 0o022) === 0 ? [] : [`chmod go-w ${dirname(path)}`]),
  ];
  return needed.length > 0 && `run ${needed.join(' && ')}`;
}

const wal = 'end the program that keeps the store open for reading, then restart the daemon';

function serverFacts(location: string): Finding[] {
  const { host, sslMode } = parsePostgresUrl(location);
  const isOpen =
    !['require', 'verify-ca', 'verify-full'].includes(sslMode) && !host.startsWith('/') && !isPrivateHost(host);
  const remedy = 'append ?sslmode=verify-full to the address of the store';
  return [finding('database connection', `PostgreSQL at ${host}, sslmode ${sslMode}`, isOpen && remedy)];
}

/** Whether the database agrees with itself: what a disk has damaged is otherwise found when it is needed. */
export async function pagesFinding(store: Store, location: string): Promise<readonly Finding[]> {
  if (isPostgresUrl(location)) return [];
  const check = 'database pages';
  const { size } = await stat(location);
  if (size > LARGE_FILE)
    return [{ check, state: 'ok', text: 'not read, because it is large; `custos verify` reads all' }];
  try {
    await store.check();
  } catch (thrown) {
    const error = asCustosError(thrown);
    return [problem(check, error.code, error.message)];
  }
  return [{ check, state: 'ok', text: 'all are readable; `custos verify` opens every record, too' }];
}

/** What waits in the journal, what needs attention, and why. */
export async function journalFindings(journal: Journal, network: Network, now: number): Promise<readonly Finding[]> {
  const depths = await journal.depths(network);
  const count = depths.reduce((sum, depth) => sum + depth.count, 0);
  const oldest = Math.min(...depths.map((depth) => depth.oldest));
  const age = count === 0 ? '' : `, the oldest for ${Math.max(0, Math.round((now - oldest) / 60_000))} minutes`;
  const ended = await journal.find({ network, states: ['failed', 'denied'], limit: LIMIT });
  const held = await journal.find({ network, states: ['held'], limit: LIMIT });
  return [
    { check: 'journal', state: 'ok', text: `${count} ${network} transactions are on their way${age}` },
    finding('held', `${many(held)} ${network} transactions are held${why(held)}`, held.length > 0 && heldRemedy(held)),
    ...unknownFindings(await journal.find({ network, states: ['signed'], limit: LIMIT })),
    finding(
      'dead letters',
      `${many(ended)} ${network} transactions failed or were denied${why(ended)}`,
      ended.length > 0 &&
        `${hints(ended)}; \`custos transaction list --state failed,denied\`, then \`custos transaction retry ID\` or, to end one, \`custos transaction cancel ID\``,
    ),
  ];
}

/** By the code of each row, with the message of one: it names the judge, or the node, that the row waits for. */
function heldRemedy(held: readonly JournalEntry[]): string {
  const parts = byCode(held)
    .slice(0, CODES)
    .map(([code]) => {
      const { errorText = '' } = held.find(({ errorCode }) => errorCode === code) ?? {};
      return `${code} (${errorText.slice(0, MESSAGE)}): ${errorKinds[code].hint}`;
    });
  return [...parts, 'they are asked for again by themselves'].join('; ');
}

/** Signed bytes that may have left, of transactions that the cloud does not know: they wait, and only a person can end them. */
function unknownFindings(signed: readonly JournalEntry[]): Finding[] {
  const unknown = signed.filter(({ errorCode }) => errorCode === 'KMS_MISSING');
  if (unknown.length === 0) return [];
  const ids = unknown.slice(0, NAMED).map(({ id }) => id);
  const more = unknown.length > ids.length ? ` and ${unknown.length - ids.length} more` : '';
  const text = `signed, and the cloud does not know ${ids.join(', ')}${more} (KMS_MISSING)`;
  const remedy =
    'when the cloud, its queue or the API key is another than before, go back to that one; when the transaction was deleted' +
    ' there, `custos transaction cancel ID` ends it as soon as its bytes are proved dead: they have run out, or another' +
    ' transaction that took their nonce or outputs is in the chain';
  return [{ check: 'unknown to the cloud', state: 'problem', text, remedy }];
}

function many(entries: readonly JournalEntry[]): string {
  return entries.length < LIMIT ? String(entries.length) : `${LIMIT} or more`;
}

function why(entries: readonly JournalEntry[]): string {
  const codes = byCode(entries).map(([code, count]) => `${code} ${count}`);
  return codes.length === 0 ? '' : `: ${codes.slice(0, CODES).join(', ')}`;
}

function hints(entries: readonly JournalEntry[]): string {
  const found = byCode(entries).slice(0, CODES);
  return found.length === 0 ? 'look at each' : found.map(([code]) => `${code}: ${errorKinds[code].hint}`).join('; ');
}

/** Most frequent first. */
function byCode(entries: readonly JournalEntry[]): [ErrorCode, number][] {
  const counts = new Map<ErrorCode, number>();
  for (const { errorCode } of entries) if (errorCode) counts.set(errorCode, (counts.get(errorCode) ?? 0) + 1);
  return [...counts].sort(([, a], [, b]) => b - a);
}

/** A warning if there is a remedy, otherwise ok. */
function finding(check: string, text: string, remedy: string | false): Finding {
  return remedy === false ? { check, state: 'ok', text } : { check, state: 'warning', text, remedy };
}

function inMib(bytes: number): string {
  return `${Math.round(bytes / MIB).toLocaleString('en-US')} MiB`;
}
