import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import { CustosError } from '../../core/errors.js';
import { pagesOf } from '../../core/pages.js';
import type { AuditLog, StoredEvent } from '../../core/store/audit.js';
import { readParts } from '../../files/named-file.js';
import { exportLog, keyOfLog, type LogMeans } from './log.js';
import { linesOf, verifyExport } from './verify.js';

const PAGE = 500;

/** What is deleted, and where it is kept. */
export interface Pruning {
  /** Milliseconds since 1970. */
  readonly before: number;
  /** A file that does not exist yet. */
  readonly archive: string;
}

/**
 * Deletes what old events say, after they were archived. The archive is an export of the whole log; it is read back and verified
 * before anything is deleted. Leaf hashes stay, so that later exports and proofs are verified as before.
 * @returns the number of events whose content was deleted
 * @throws CustosError AUDIT_BROKEN, AUDIT_FILE_EXISTS, AUDIT_FILE_INVALID, USAGE: the time is not over
 */
export async function pruneLog(means: LogMeans, { before, archive }: Pruning): Promise<number> {
  const { audit } = means.store;
  if (before > means.clock.now()) throw new CustosError('USAGE', 'only what is over can be pruned');
  const spans = await spansOf(audit, before);
  const events = spans.reduce((sum, { count }) => sum + count, 0);
  if (events === 0) return 0;
  await exportLog(means, { file: archive, format: 'jsonl' });
  const archived = await verifyExport(linesOf(archive), keyOfLog(means.store, means.rootKey));
  for (const { writer, below } of spans) requireWhole(archived.logs, writer, below);
  const name = `${basename(archive)} sha256:${await digestOf(archive)}`;
  await audit.erase(spans, { code: 'audit.pruned', detail: { before, events, archive: name } });
  return events;
}

interface Span {
  readonly writer: string;
  readonly below: number;
  /** Events that still say something. */
  readonly count: number;
}

/** Of each log the events up to the first that is not old: what follows a young one stays, whatever its clock said. */
async function spansOf(audit: AuditLog, before: number): Promise<readonly Span[]> {
  const spans: Span[] = [];
  for (const { writer } of await audit.heads()) {
    const span = await spanOf(audit, writer, before);
    if (span.count > 0) spans.push(span);
  }
  return spans;
}

async function spanOf(audit: AuditLog, writer: string, before: number): Promise<Span> {
  let count = 0;
  let below = 0;
  const pages = pagesOf<StoredEvent, number>({
    size: PAGE,
    page: (after, limit) => audit.events({ writer, from: after === undefined ? 0 : after + 1, limit }),
    keyOf: ({ place }) => place,
  });
  for await (const page of pages) {
    for (const { place, leaf } of page) {
      if (leaf !== undefined && leaf.at >= before) return { writer, below, count };
      below = place + 1;
      if (leaf !== undefined) count += 1;
    }
  }
  return { writer, below, count };
}

function requireWhole(
  logs: readonly { readonly writer: string; readonly events: number }[],
  writer: string,
  below: number,
) {
  const archived = logs.find((log) => log.writer === writer)?.events ?? 0;
  if (archived >= below) return;
  throw new CustosError(
    'AUDIT_BROKEN',
    `the archive has ${archived} events of ${writer}, and ${below} would be deleted`,
  );
}

async function digestOf(file: string): Promise<string> {
  const digest = createHash('sha256');
  for await (const part of readParts(file)) digest.update(part);
  return digest.digest('hex');
}
