import { isObject, tryJson } from '../../core/json.js';
import { repeatedMember, repeatedPlaces } from '../../core/text/repeated-member.js';

/** One unchanged member of the old file's object. */
export interface RawEntry {
  /** The name of the member, which should be a signature ID. */
  readonly id: string;
  readonly value: unknown;
  /** The name occurs more than once in the file, or a field inside does; a JSON parser keeps the last one. */
  readonly repeated?: 'itself' | 'inside';
}

/** An entry of the old program: a flat object under a UUID. */
const ENTRY = /"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"\s*:\s*(\{[^{}]*\})/gi;

/**
 * Reads the whole object of an old file.
 * @returns undefined if the text is not one JSON object, without a reason, because a parser's message quotes secrets
 */
export function readEntries(text: string): readonly RawEntry[] | undefined {
  const whole = tryJson(text);
  if (!isObject(whole)) return undefined;
  const places = repeatedPlaces(text);
  return Object.entries(whole).map(([id, value]) => ({ id, value, ...markOf(places.get(id)) }));
}

/**
 * Finds the intact entries of a damaged file.
 * @param isSound - true if the byte at a position is certainly correct
 */
export function salvageEntries(bytes: Uint8Array, isSound: (at: number) => boolean): readonly RawEntry[] {
  // One character per byte, so that positions in text and file are equal.
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
  const found: RawEntry[] = [];
  for (const { 0: member, 1: id = '', 2: entry = '', index } of text.matchAll(ENTRY)) {
    const sound = Array.from({ length: member.length }, (_, at) => index + at).every(isSound);
    const json = Buffer.from(entry, 'latin1').toString('utf8');
    const value = sound ? tryJson(json) : undefined;
    if (value !== undefined)
      found.push({ id, value, ...markOf(repeatedMember(json) === undefined ? undefined : 'inside') });
  }
  const times = new Map<string, number>();
  for (const { id } of found) times.set(id, (times.get(id) ?? 0) + 1);
  return found.map((entry) => ((times.get(entry.id) ?? 0) > 1 ? { ...entry, repeated: 'itself' } : entry));
}

function markOf(repeated: RawEntry['repeated']): Pick<RawEntry, 'repeated'> {
  return repeated === undefined ? {} : { repeated };
}
