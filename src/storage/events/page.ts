import type { EventTransaction, FeedEvent, FeedPage, FeedQuery } from '../../core/events/feed.js';
import { isEventType, linesOf, publicEvent } from '../../core/events/types.js';
import { readErrorCode } from '../../core/former-error-names.js';
import { defaultTenant, parseTenantId } from '../../core/ids.js';
import { isObject, tryJson } from '../../core/json.js';
import { isKept, type JournalEntry, type State } from '../../core/store/journal.js';
import { readSealed, sealOf } from '../journal/seal.js';
import type { StoreTables } from '../schema.js';
import { feedName, readHead, type Tables } from './number.js';

type Line = StoreTables['transaction_events'];
type Notice = StoreTables['notices'];

/** Which events: those of a page, or of these numbers. */
interface Wanted extends Omit<FeedQuery, 'limit'> {
  readonly upTo: number;
  readonly limit?: number;
  readonly seqs?: readonly number[];
}

/** Reads a page of a feed. */
export async function feedPage(db: Tables, query: FeedQuery): Promise<FeedPage> {
  // First: what gets a number meanwhile is of the next page.
  const { last: upTo } = await readHead(db);
  const wanted = { ...query, upTo };
  const lines = await linesIn(db, wanted);
  const notices = query.transaction === undefined ? await noticesIn(db, wanted) : [];
  const rows = [...lines, ...notices].toSorted((one, other) => Number(one.seq) - Number(other.seq));
  const page = rows.slice(0, query.limit);
  const last = rows.length < query.limit ? upTo : Number(page.at(-1)?.seq ?? upTo);
  return { events: await eventsFrom(db, page), last: Math.max(last, query.after) };
}

/** The events of a feed that have these numbers. */
export async function eventsAt(
  db: Tables,
  { tenant, network, seqs }: Pick<FeedQuery, 'tenant' | 'network'> & { readonly seqs: readonly number[] },
): Promise<readonly FeedEvent[]> {
  const wanted = { tenant, network, seqs, after: 0, upTo: Number.MAX_SAFE_INTEGER };
  return eventsFrom(db, [...(await linesIn(db, wanted)), ...(await noticesIn(db, wanted))]);
}

async function linesIn(db: Tables, wanted: Wanted): Promise<readonly Line[]> {
  const { after, upTo, limit, types, transaction, seqs } = wanted;
  const events = types && linesOf(types);
  // PostgreSQL refuses an empty list.
  if (events?.length === 0) return [];
  let query = db
    .selectFrom('transaction_events')
    .selectAll()
    .where('feed', '=', feedName(wanted.tenant, wanted.network));
  query = query.where('seq', '>', 0).where('seq', '>', after).where('seq', '<=', upTo).orderBy('seq');
  if (events !== undefined) query = query.where('event', 'in', events);
  if (transaction !== undefined) query = query.where('transaction_id', '=', transaction);
  if (seqs !== undefined) query = query.where('seq', 'in', seqs);
  if (limit !== undefined) query = query.limit(limit);
  return query.execute();
}

async function noticesIn(db: Tables, wanted: Wanted): Promise<readonly Notice[]> {
  const { after, upTo, limit, types, seqs } = wanted;
  let query = db.selectFrom('notices').selectAll().where('feed', '=', feedName(wanted.tenant, wanted.network));
  query = query.where('seq', '>', 0).where('seq', '>', after).where('seq', '<=', upTo).orderBy('seq');
  if (types !== undefined) query = query.where('type', 'in', types);
  if (seqs !== undefined) query = query.where('seq', 'in', seqs);
  if (limit !== undefined) query = query.limit(limit);
  return query.execute();
}

/** Events as applications get them, without rows that somebody changed who has no key of the store. */
async function eventsFrom(db: Tables, rows: readonly (Line | Notice)[]): Promise<readonly FeedEvent[]> {
  const ids = new Set(rows.flatMap((row) => ('transaction_id' in row ? [row.transaction_id] : [])));
  const entries = new Map<string, JournalEntry>();
  if (ids.size > 0) {
    for (const row of await db
      .selectFrom('transactions')
      .selectAll()
      .where('id', 'in', [...ids])
      .execute()) {
      const read = readSealed(db, row);
      if (read.kind === 'entry') entries.set(row.id, read.entry);
    }
  }
  return rows.flatMap((row) => ('transaction_id' in row ? lineEvent(db, row, entries) : noticeEvent(db, row)));
}

function lineEvent(db: Tables, line: Line, entries: ReadonlyMap<string, JournalEntry>): FeedEvent[] {
  const entry = entries.get(line.transaction_id);
  const said = publicEvent(line.event);
  if (entry === undefined || said === undefined || !sealOf(db).isSound('transaction_events', line)) return [];
  // The row's own facts say whose it is; the column only finds it.
  if (line.feed !== feedName(entry.intake?.tenant ?? defaultTenant, entry.network)) return [];
  const { seq, transaction_id: id, place, at } = line;
  const transaction = eventTransaction(line, entry, said.state);
  return [{ seq: Number(seq), id: `evt_${id}_${place}`, type: said.type, at: Number(at), transaction }];
}

function eventTransaction({ event, fact }: Line, entry: JournalEntry, state: State): EventTransaction {
  const { id, chain, network, intake, pending } = entry;
  const facts = tryJson(fact);
  const { txId = hasBytes(state) ? entry.txId : undefined, errorCode, errorText } = isObject(facts) ? facts : {};
  const code = typeof errorCode === 'string' ? readErrorCode(errorCode) : undefined;
  return {
    ...{ id, chain, network, kind: intake?.kind ?? 'transaction' },
    // A person may retry what has bytes already.
    state: event === 'retried' && entry.signed !== undefined ? 'signed' : state,
    ...(intake?.reference !== undefined && { reference: intake.reference }),
    ...(typeof txId === 'string' && { txId }),
    ...(code !== undefined && { error: { code, text: typeof errorText === 'string' ? errorText : '' } }),
    wallets: [...new Set(pending.keys.map(({ signatureId }) => signatureId))],
  };
}

function hasBytes(state: State): boolean {
  return isKept(state) || state === 'failed';
}

function noticeEvent(db: Tables, notice: Notice): FeedEvent[] {
  const { seq, id, type, at, data, tenant, network } = notice;
  if (!isEventType(type) || !sealOf(db).isSound('notices', notice)) return [];
  if (notice.feed !== feedName(parseTenantId(tenant), network)) return [];
  const facts = tryJson(data);
  return [{ seq: Number(seq), id, type, at: Number(at), data: isObject(facts) ? facts : {} }];
}
