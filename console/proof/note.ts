import { isSame, joined, sha256, unbase64, utf8 } from './bytes.js';
import type { TreeHead } from './tree.js';

/** Marks an Ed25519 key (C2SP signed-note). */
const ED25519 = Uint8Array.of(1);

/** The key of a store's log, as `custos audit key` prints it. It is public. */
export interface LogKey {
  readonly line: string;
  /** `custos/<store id>` */
  readonly name: string;
  readonly publicKey: Uint8Array<ArrayBuffer>;
}

/** @returns undefined if the text is no key line, or its key id is not that of its name and key */
export async function readLogKey(text: string): Promise<LogKey | undefined> {
  const [line, name = '', id, encoded] =
    /^(custos\/[0-9a-f]{32})\+([0-9a-f]{8})\+([A-Za-z0-9+/=]{44})$/.exec(text.trim()) ?? [];
  const bytes = unbase64(encoded);
  if (line === undefined || bytes?.length !== 33 || bytes[0] !== 1) return undefined;
  const publicKey = bytes.slice(1);
  const hex = [...(await keyId(name, publicKey))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return hex === id ? { line, name, publicKey } : undefined;
}

async function keyId(name: string, publicKey: Uint8Array): Promise<Uint8Array> {
  return (await sha256(utf8(`${name}\n`), ED25519, publicKey)).slice(0, 4);
}

/** What a checkpoint of a log says (C2SP tlog-checkpoint). */
export interface Checkpoint extends TreeHead {
  readonly origin: string;
  readonly writer: string;
  /** Further lines. */
  readonly more: readonly string[];
  /** What is signed. */
  readonly text: string;
  readonly note: string;
}

/** @returns undefined if the text is no checkpoint of a log of Custos. Its signatures are not checked */
export function readCheckpoint(note: unknown): Checkpoint | undefined {
  if (typeof note !== 'string' || note.length > 65_536 || !note.endsWith('\n')) return undefined;
  const end = note.lastIndexOf('\n\n');
  if (end < 1) return undefined;
  const text = note.slice(0, end + 1);
  const [origin = '', size = '', encoded, ...more] = text.slice(0, -1).split('\n');
  const root = unbase64(encoded);
  const [, writer] = /^custos\/[0-9a-f]{32}\/([a-z0-9-]{1,64})$/.exec(origin) ?? [];
  if (writer === undefined || root?.length !== 32 || !/^(0|[1-9]\d{0,14})$/.test(size)) return undefined;
  return { origin, writer, size: Number(size), root, more, text, note };
}

/**
 * `valid` the key signed it · `invalid` a signature in its name is wrong · `unknown` there is none in its name.
 * @throws DOMException: this browser has no Ed25519
 */
export async function checkSignature(
  { origin, text, note }: Checkpoint,
  { name, publicKey }: LogKey,
): Promise<'valid' | 'invalid' | 'unknown'> {
  if (!origin.startsWith(`${name}/`)) return 'unknown';
  const id = await keyId(origin, publicKey);
  for (const line of note.slice(text.length + 1).split('\n')) {
    const [, signer, encoded] = /^\u2014 (\S+) (\S+)$/.exec(line) ?? [];
    const bytes = unbase64(encoded);
    if (signer !== origin || bytes === undefined || !isSame(bytes.slice(0, 4), id)) continue;
    const key = await crypto.subtle.importKey('raw', publicKey, 'Ed25519', false, ['verify']);
    const isRight = await crypto.subtle.verify('Ed25519', key, bytes.slice(4), joined(utf8(text)));
    return isRight ? 'valid' : 'invalid';
  }
  return 'unknown';
}
