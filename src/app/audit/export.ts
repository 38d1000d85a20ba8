import { randomUUID } from 'node:crypto';
import { link, open, rm } from 'node:fs/promises';
import { basename } from 'node:path';
import { type AuditCode, auditEvents, isAuditCode } from '../../core/audit/events.js';
import { CustosError } from '../../core/errors.js';
import { isObject, type JsonObject, tryJson } from '../../core/json.js';
import { pagesOf } from '../../core/pages.js';
import type { AuditLog, StoredCheckpoint, StoredEvent } from '../../core/store/audit.js';

const PAGE = 500;

export const exportFormats = ['jsonl', 'csv', 'ocsf'] as const;
export type ExportFormat = (typeof exportFormats)[number];

export interface ExportMeans {
  readonly audit: AuditLog;
  readonly storeId: string;
  /** Key line of the log; null where whoever exports does not know it. */
  readonly key: string | null;
  readonly version: string;
}

/** What an export reaches: of each log the part that its newest checkpoint covers, or less. */
export type Reach = readonly StoredCheckpoint[];

/** One line of the export in Custos' own form, without its line feed. */
type Line = string;

/** The lines of a verifiable export: a head, then each log with its checkpoints where they belong, then an end. */
export async function* exportLines(
  { audit, storeId, key }: Omit<ExportMeans, 'version'>,
  reach: Reach,
): AsyncGenerator<Line> {
  yield JSON.stringify({ custosAudit: 1, store: storeId, key, logs: reach.length });
  let count = 0;
  for (const { writer, size } of reach) {
    const checkpoints = checkpointsOf(audit, writer);
    let next = await checkpoints.next();
    for await (const event of eventsOf(audit, { writer, size })) {
      yield JSON.stringify(eventLine(event));
      count += 1;
      while (!next.done && next.value.size <= event.place + 1) {
        yield JSON.stringify({ writer, checkpoint: next.value.note });
        next = await checkpoints.next();
      }
    }
  }
  yield JSON.stringify({ end: count });
}

async function* eventsOf(
  audit: AuditLog,
  { writer, size }: Pick<StoredCheckpoint, 'writer' | 'size'>,
): AsyncGenerator<StoredEvent> {
  const pages = pagesOf<StoredEvent, number>({
    size: PAGE,
    page: (after, limit) => audit.events({ writer, from: after === undefined ? 0 : after + 1, limit }),
    keyOf: ({ place }) => place,
  });
  for await (const page of pages) {
    for (const event of page) {
      if (event.place >= size) return;
      yield event;
    }
  }
}

async function* checkpointsOf(audit: AuditLog, writer: string): AsyncGenerator<StoredCheckpoint> {
  const pages = pagesOf<StoredCheckpoint, number>({
    size: PAGE,
    page: (after, limit) => audit.checkpoints({ writer, from: after === undefined ? 0 : after + 1, limit }),
    keyOf: ({ size }) => size,
  });
  for await (const page of pages) yield* page;
}

/** An event as exports and proofs have it. */
export function eventLine({ writer, place, hash, leaf, opening }: StoredEvent): JsonObject {
  if (leaf === undefined) return { writer, place, hash };
  const { at, code, commitment } = leaf;
  if (opening === undefined) return { writer, place, hash, at, code, commitment };
  const { salt, detail } = opening;
  return { writer, place, hash, at, code, salt, detail: tryJson(detail) ?? detail };
}

/** An event as people and other programs read it. */
export interface ShownEvent {
  readonly id: string;
  readonly time: string;
  readonly code: string;
  readonly detail: Readonly<Record<string, unknown>>;
}

export function shownEvent({ writer, place, leaf, opening }: StoredEvent): ShownEvent {
  const detail = opening === undefined ? undefined : tryJson(opening.detail);
  return {
    id: `${writer}/${place}`,
    time: leaf === undefined ? '' : timeText(leaf.at),
    code: leaf?.code ?? '',
    detail: isObject(detail) ? detail : {},
  };
}

/** A database may hold a time that no clock shows. */
function timeText(at: number): string {
  return Math.abs(at) <= 8.64e15 ? new Date(at).toISOString() : String(at);
}

/** Lines for spreadsheets. */
async function* csvLines({ audit }: ExportMeans, reach: Reach): AsyncGenerator<Line> {
  yield 'id,time,code,hash,detail';
  for (const log of reach) {
    for await (const event of eventsOf(audit, log)) {
      const { id, time, code, detail } = shownEvent(event);
      const text = event.opening === undefined ? '' : JSON.stringify(detail);
      yield [id, time, code, event.hash, text].map(csvField).join(',');
    }
  }
}

/** RFC 4180; a text that a spreadsheet would run as a formula begins with an apostrophe. */
function csvField(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** Events of the Open Cybersecurity Schema Framework. */
async function* ocsfLines(means: ExportMeans, reach: Reach): AsyncGenerator<Line> {
  for (const log of reach) {
    for await (const event of eventsOf(means.audit, log)) {
      const { leaf } = event;
      if (leaf !== undefined && isAuditCode(leaf.code)) yield JSON.stringify(ocsfEvent(event, leaf.code, means));
    }
  }
}

const refusals: ReadonlySet<string> = new Set<AuditCode>([
  'store.unlock-failed',
  'person.login-refused',
  'transaction.denied',
  'transaction.failed',
]);

function ocsfEvent(event: StoredEvent, code: AuditCode, { storeId, version }: ExportMeans) {
  const { about, ocsf } = auditEvents[code];
  const [classId, activity] = ocsf;
  const { id, detail } = shownEvent(event);
  const isRefusal = refusals.has(code);
  return {
    category_uid: Math.floor(classId / 1000),
    class_uid: classId,
    activity_id: activity,
    type_uid: classId * 100 + activity,
    severity_id: isRefusal ? 3 : 1,
    status_id: isRefusal ? 2 : 1,
    time: event.leaf?.at ?? 0,
    message: about,
    metadata: {
      version: '1.1.0',
      uid: id,
      event_code: code,
      log_name: `custos/${storeId}`,
      product: { name: 'Custos', vendor_name: 'Custos', version },
    },
    unmapped: { ...detail, hash: event.hash },
  };
}

/**
 * Writes an export under a name that is free, whole or not at all.
 * @returns the number of events
 * @throws CustosError AUDIT_FILE_EXISTS, AUDIT_FILE_INVALID
 */
export async function writeExport(
  means: ExportMeans,
  { file, format }: { readonly file: string; readonly format: ExportFormat },
  reach: Reach,
): Promise<number> {
  const lines = { jsonl: exportLines, csv: csvLines, ocsf: ocsfLines }[format](means, reach);
  await writeLines(file, lines);
  return reach.reduce((sum, { size }) => sum + size, 0);
}

async function writeLines(file: string, lines: AsyncIterable<Line>): Promise<void> {
  const temporary = `${file}.new-${randomUUID()}`;
  try {
    const handle = await open(temporary, 'wx', 0o600);
    try {
      let part: string[] = [];
      for await (const line of lines) {
        part.push(line, '\n');
        if (part.length < 2 * PAGE) continue;
        await handle.appendFile(part.join(''));
        part = [];
      }
      await handle.appendFile(part.join(''));
      await handle.sync();
    } finally {
      await handle.close();
    }
    // Fails when the name is taken.
    await link(temporary, file);
  } catch (error) {
    throw fileError(error, file);
  } finally {
    await rm(temporary, { force: true });
  }
}

function fileError(error: unknown, file: string): unknown {
  const code = error instanceof Error && 'code' in error ? String(error.code) : undefined;
  if (code === undefined || error instanceof CustosError) return error;
  if (code === 'EEXIST')
    return new CustosError('AUDIT_FILE_EXISTS', `${basename(file)} exists already`, { cause: error });
  return new CustosError('AUDIT_FILE_INVALID', `${file} cannot be written (${code})`, { cause: error });
}
