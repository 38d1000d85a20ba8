import { CustosError } from '../../core/errors.js';
import { isObject, type JsonObject } from '../../core/json.js';
import { pagesOf } from '../../core/pages.js';
import type { AuditLog, StoredCheckpoint } from '../../core/store/audit.js';
import {
  consistencySpans,
  inclusionSpans,
  isConsistent,
  isIncluded,
  type LeafSpan,
  SpanRoots,
} from '../../crypto/merkle.js';
import { eventLine } from './export.js';
import { hasOnly, leafOf } from './leaf-of.js';
import { type LogKey, signedHead, type WitnessedHead } from './witness.js';

const PAGE = 1_000;
/** Hashes of the longest proof. */
const MOST_HASHES = 64;

/** What a proof shows, in the words of `custos audit verify`. */
export interface Proved {
  readonly store: string;
  readonly writer: string;
  readonly events: number;
  /** Of the event, or of the head that was kept. */
  readonly subject: string;
}

/**
 * A proof that one event is in the log, for whoever has the public key alone.
 * @param id - `<writer>/<place>`
 * @throws CustosError AUDIT_EVENT_UNKNOWN
 */
export async function proveEvent(audit: AuditLog, storeId: string, id: string): Promise<JsonObject> {
  const [, writer = '', place = ''] = /^([a-z0-9-]{1,64})\/(\d{1,15})$/.exec(id) ?? [];
  const checkpoint = await newestOf(audit, writer);
  const [event] = await audit.events({ writer, from: Number(place), limit: 1 });
  if (checkpoint === undefined || event?.place !== Number(place) || event.place >= checkpoint.size) {
    throw new CustosError('AUDIT_EVENT_UNKNOWN', `the log has no signed event ${id}`);
  }
  const proof = await rootsOf(audit, checkpoint, inclusionSpans(event.place, checkpoint.size));
  return { custosAuditProof: 1, store: storeId, event: eventLine(event), checkpoint: checkpoint.note, proof };
}

/** Proofs that logs only grew since heads that were kept elsewhere, one for each. @throws CustosError AUDIT_BROKEN */
export async function proveGrowth(
  audit: AuditLog,
  storeId: string,
  heads: readonly WitnessedHead[],
): Promise<readonly JsonObject[]> {
  const proofs: JsonObject[] = [];
  for (const head of heads) {
    const { checkpoint, proof } = await growthOf(audit, storeId, head).catch(unlessCut);
    proofs.push({ custosAuditProof: 1, store: storeId, former: head.note, checkpoint, proof });
  }
  return proofs;
}

/** Events that were signed once are missing. */
function unlessCut(error: unknown): never {
  if (!(error instanceof CustosError) || error.code !== 'AUDIT_EVENT_UNKNOWN') throw error;
  throw new CustosError('AUDIT_BROKEN', `${error.message}, and the kept head has them`, { cause: error });
}

/**
 * As `proveGrowth`, for whoever keeps the head and checks its signature.
 * @throws CustosError AUDIT_EVENT_UNKNOWN: the log has fewer signed events, or there is no such log
 */
export async function growthOf(
  audit: AuditLog,
  storeId: string,
  { writer, size }: Pick<WitnessedHead, 'writer' | 'size'>,
): Promise<JsonObject> {
  const checkpoint = await newestOf(audit, writer);
  if (checkpoint === undefined || checkpoint.size < size) {
    throw new CustosError('AUDIT_EVENT_UNKNOWN', `the log ${writer} has fewer than ${size} signed events`);
  }
  const proof = await rootsOf(audit, checkpoint, size === 0 ? [] : consistencySpans(size, checkpoint.size));
  return { store: storeId, size, checkpoint: checkpoint.note, proof };
}

async function newestOf(audit: AuditLog, writer: string): Promise<StoredCheckpoint | undefined> {
  return (await audit.newest()).find((one) => one.writer === writer);
}

async function rootsOf(
  audit: AuditLog,
  { writer, size }: StoredCheckpoint,
  spans: readonly LeafSpan[],
): Promise<readonly string[]> {
  const roots = new SpanRoots(spans);
  let place = 0;
  const pages = pagesOf<Uint8Array, number>({
    size: PAGE,
    page: (_after, limit) => audit.hashes({ writer, from: place, limit: Math.min(limit, size - place) }),
    keyOf: () => place,
  });
  for await (const page of pages) {
    for (const leaf of page) roots.add(leaf);
    place += page.length;
    if (place >= size) break;
  }
  return roots.roots().map((root) => Buffer.from(root).toString('base64'));
}

/** True for the content of a file that `custos audit prove` printed. */
export function isProof(value: unknown): value is JsonObject {
  return isObject(value) && value['custosAuditProof'] === 1;
}

/** Checks a proof with nothing but the public key. @throws CustosError AUDIT_BROKEN, AUDIT_KEY_INVALID */
export function verifyProof(value: JsonObject, key: LogKey): Proved {
  if (value['store'] !== key.storeId) {
    throw new CustosError('AUDIT_KEY_INVALID', 'the proof is of another store than the key');
  }
  // What the proof does not show would be taken for a part of it.
  const subjects = ['event', 'former'].filter((name) => name in value);
  const members = ['custosAuditProof', 'store', 'checkpoint', 'proof', ...subjects.slice(0, 1)];
  if (!hasOnly(value, members)) throw broken('it has other members than a proof has');
  const head = signedHead(key, textOf(value['checkpoint']));
  const proof = hashesOf(value['proof']);
  const subject = 'former' in value ? grown(value, { key, head, proof }) : included(value, { head, proof });
  return { store: key.storeId, writer: head.writer, events: head.size, subject };
}

interface Given {
  readonly head: WitnessedHead;
  readonly proof: readonly Uint8Array[];
}

function included({ event }: JsonObject, { head, proof }: Given): string {
  if (!isObject(event)) throw broken('it names no event');
  const { writer, place } = event;
  const stated = hashOf(event['hash']);
  const computed = leafOf(event);
  if (computed === 'unreadable') throw broken('the event has other members than an event has');
  const leaf = computed ?? stated;
  const isSound = Buffer.compare(stated, leaf) === 0 && writer === head.writer && typeof place === 'number';
  if (!isSound || !isIncluded(leaf, { place, size: head.size }, { proof, root: head.root })) {
    throw broken(`event ${String(writer)}/${String(place)} is not in the log that was signed`);
  }
  return computed === undefined
    ? `event ${writer}/${place}, of which only the hash is left`
    : `event ${writer}/${place}`;
}

function grown({ former }: JsonObject, { key, head, proof }: Given & { readonly key: LogKey }): string {
  const before = signedHead(key, textOf(former));
  if (before.writer !== head.writer || !(before.size === 0 || isConsistent(before, head, proof))) {
    throw broken('the log does not extend the head that was kept');
  }
  return `head of ${before.size} events`;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function hashesOf(value: unknown): readonly Uint8Array[] {
  if (!Array.isArray(value) || value.length > MOST_HASHES) throw broken('it has no list of hashes');
  return value.map(hashOf);
}

function hashOf(text: unknown): Uint8Array {
  const bytes = Buffer.from(textOf(text), 'base64');
  if (bytes.length !== 32 || bytes.toString('base64') !== text) throw broken('it has a hash of another form');
  return bytes;
}

function broken(what: string): CustosError {
  return new CustosError('AUDIT_BROKEN', `the proof shows nothing: ${what}`);
}
