import { CustosError } from '../../core/errors.js';
import { isCount, isObject, type JsonObject } from '../../core/json.js';
import { type BesideLog, type CheckpointRequest, MOST_BESIDE, MOST_LEAVES } from '../../core/signing/checkpoint.js';

/** Bytes of one hash. */
const HASH = 32;
/** Subtrees of a tree with as many leaves as a number can count. */
const MOST_HASHES = 53;
const LONGEST_NOTE = 64 * 1024;
const WRITER = /^[a-z0-9-]{1,64}$/;

/** A request as it travels to a keeper: bytes are in base64. */
export function plainCheckpoint({ start, leaves, ...rest }: CheckpointRequest): JsonObject {
  return { ...rest, start: { ...start, hashes: base64(start.hashes) }, leaves: base64(leaves) };
}

/** Reads a request as if from an enemy. The signer compares its hashes with what it signed. @throws CustosError SIGNER_PROTOCOL */
export function parseCheckpointRequest(value: unknown): CheckpointRequest {
  const request = objectOf(value);
  const start = objectOf(own(request, 'start'));
  const [note, former] = [noteOf(own(start, 'note')), noteOf(own(request, 'former'))];
  const hashes = hashesOf(own(start, 'hashes'), MOST_HASHES);
  return {
    writer: writerOf(own(request, 'writer')),
    start: { size: countOf(own(start, 'size')), hashes, ...(note !== undefined && { note }) },
    leaves: hashesOf(own(request, 'leaves'), MOST_LEAVES),
    ...(former !== undefined && { former }),
    beside: besideOf(own(request, 'beside')),
  };
}

function besideOf(value: unknown): readonly BesideLog[] {
  if (!Array.isArray(value) || value.length > MOST_BESIDE) throw foreign();
  return value.map((one: unknown) => {
    const log = objectOf(one);
    const root = own(log, 'root');
    if (typeof root !== 'string' || hashesOf(root, 1).length !== HASH) throw foreign();
    return { writer: writerOf(own(log, 'writer')), size: countOf(own(log, 'size')), root };
  });
}

function objectOf(value: unknown): JsonObject {
  if (!isObject(value)) throw foreign();
  return value;
}

/** An inherited member never came from the other side. */
function own(value: JsonObject, name: string): unknown {
  return Object.hasOwn(value, name) ? value[name] : undefined;
}

function writerOf(value: unknown): string {
  if (typeof value !== 'string' || !WRITER.test(value)) throw foreign();
  return value;
}

function countOf(value: unknown): number {
  if (!isCount(value)) throw foreign();
  return value;
}

function noteOf(value: unknown): string | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== 'string' || value.length > LONGEST_NOTE) throw foreign();
  return value;
}

function hashesOf(value: unknown, most: number): Uint8Array {
  if (typeof value !== 'string' || value.length > most * 2 * HASH) throw foreign();
  const bytes = Buffer.from(value, 'base64');
  if (bytes.toString('base64') !== value || bytes.length % HASH !== 0 || bytes.length > most * HASH) throw foreign();
  return new Uint8Array(bytes);
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}

function foreign(): CustosError {
  return new CustosError('SIGNER_PROTOCOL', 'a member of the question has a wrong form');
}
