import { isObject, tryJson } from '../../core/json.js';

/** One member of the old file's object, as it stands there. */
export interface RawEntry {
  /** The name of the member: a signature ID, if all is well. */
  readonly id: string;
  readonly value: unknown;
  /** The name stands in the file more than once; a JSON parser keeps the last one. */
  readonly repeated?: true;
}

/** `"name": {`; a quote inside a text has a backslash before it, so this is never part of one. */
const MEMBER = /"([^"\\]+)"\s*:\s*\{/g;
/** An entry of the old program: a flat object under a UUID. */
const ENTRY = /"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"\s*:\s*(\{[^{}]*\})/gi;

/**
 * Reads the whole object of an old file.
 * @returns undefined when the text is not one JSON object; nothing says why, because a parser's message quotes secrets
 */
export function readEntries(text: string): readonly RawEntry[] | undefined {
  const whole = tryJson(text);
  if (!isObject(whole)) return undefined;
  const members = Object.entries(whole);
  const names = new Map<string, number>(members.map(([id]) => [id, 0]));
  for (const [, name = ''] of text.matchAll(MEMBER)) {
    const count = names.get(name);
    if (count !== undefined) names.set(name, count + 1);
  }
  return members.map(([id, value]) => ({ id, value, ...((names.get(id) ?? 0) > 1 && { repeated: true as const }) }));
}

/**
 * Finds the entries of a damaged file that are whole.
 * @param isSound - says of a byte's position whether what stands there is beyond doubt
 */
export function salvageEntries(bytes: Uint8Array, isSound: (at: number) => boolean): readonly RawEntry[] {
  // One character a byte, so that a position in the text is one in the file.
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
  const found: RawEntry[] = [];
  for (const { 0: member, 1: id = '', 2: entry = '', index } of text.matchAll(ENTRY)) {
    const sound = Array.from({ length: member.length }, (_, at) => index + at).every(isSound);
    const value = sound ? tryJson(Buffer.from(entry, 'latin1').toString('utf8')) : undefined;
    if (value !== undefined) found.push({ id, value });
  }
  const times = new Map<string, number>();
  for (const { id } of found) times.set(id, (times.get(id) ?? 0) + 1);
  return found.map((entry) => ((times.get(entry.id) ?? 0) > 1 ? { ...entry, repeated: true } : entry));
}
