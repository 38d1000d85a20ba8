import { hash } from 'node:crypto';
import { sign, publicKey as signerOf, verify } from './ed25519.js';

/** Marks an Ed25519 key in the key lines and key ids of signed notes (C2SP signed-note). */
const ED25519 = 0x01;
/** Starts the line of a signature. */
const DASH = '\u2014 ';
/** A note with more lines of signatures than this is refused unread. */
const MOST_SIGNATURES = 16;
/** Longest note that is read, in characters. */
const LONGEST_NOTE = 65_536;

/** A public key under a name, as it stands in a key line: `<name>+<key id>+<type and key>`. */
export interface NoteKey {
  readonly name: string;
  /** 32 bytes, Ed25519. */
  readonly publicKey: Uint8Array;
}

/** A signature line. */
interface NoteSignature {
  readonly name: string;
  /** First 4 bytes of SHA-256 of name, line feed, type and key. */
  readonly keyId: Uint8Array;
  readonly signature: Uint8Array;
}

export interface SignedNote {
  /** Ends with a line feed; the signatures are over these bytes in UTF-8. */
  readonly text: string;
  readonly signatures: readonly NoteSignature[];
}

/** A key line (C2SP signed-note, "verifier key"). */
export function formatNoteKey(key: NoteKey): string {
  return `${key.name}+${hex(keyIdOf(key))}+${base64(typed(key.publicKey))}`;
}

/** @returns undefined if the text is no key line, or its key id is not that of its name and key */
export function parseNoteKey(text: string): NoteKey | undefined {
  const [, name, id, encoded = ''] = /^([^\s+]{1,200})\+([0-9a-f]{8})\+([A-Za-z0-9+/=]{44})$/.exec(text.trim()) ?? [];
  const bytes = unbase64(encoded);
  if (name === undefined || bytes?.length !== 33 || bytes[0] !== ED25519) return undefined;
  const key = { name, publicKey: bytes.subarray(1) };
  return hex(keyIdOf(key)) === id ? key : undefined;
}

/** Signs a text under each of the names and seeds. @param text - ends with a line feed and has no empty line */
export function signNote(
  text: string,
  signers: readonly { readonly name: string; readonly seed: Uint8Array }[],
): string {
  const lines = signers.map(({ name, seed }) => {
    const publicKey = signerOf(seed);
    const signature = sign(Buffer.from(text), seed, publicKey);
    return `${DASH}${name} ${base64(Buffer.concat([keyIdOf({ name, publicKey }), signature]))}\n`;
  });
  return `${text}\n${lines.join('')}`;
}

/** @returns undefined if the text is no signed note */
export function parseNote(note: string): SignedNote | undefined {
  if (note.length > LONGEST_NOTE || !note.endsWith('\n')) return undefined;
  const end = note.lastIndexOf('\n\n');
  // Control characters could make a note look other than what was signed.
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  if (end < 1 || /[\u0000-\u0009\u000b-\u001f\u007f]/.test(note)) return undefined;
  const lines = note.slice(end + 2, -1).split('\n');
  if (lines.length > MOST_SIGNATURES) return undefined;
  const signatures = lines.map(parseSignature);
  if (!signatures.every((one) => one !== undefined)) return undefined;
  return { text: note.slice(0, end + 1), signatures };
}

function parseSignature(line: string): NoteSignature | undefined {
  const [, name, encoded = ''] = /^\u2014 ([^\s+]{1,200}) ([A-Za-z0-9+/=]{8,200})$/.exec(line) ?? [];
  const bytes = unbase64(encoded);
  if (name === undefined || bytes === undefined || bytes.length < 5) return undefined;
  return { name, keyId: bytes.subarray(0, 4), signature: bytes.subarray(4) };
}

/**
 * `valid` the key signed it · `invalid` a signature in the name of this key is wrong · `unknown` there is none in its name.
 * Signatures by other keys are ignored.
 */
export function checkNote({ text, signatures }: SignedNote, key: NoteKey): 'valid' | 'invalid' | 'unknown' {
  const id = keyIdOf(key);
  const own = signatures.find(({ name, keyId }) => name === key.name && Buffer.compare(keyId, id) === 0);
  if (own === undefined) return 'unknown';
  return verify(Buffer.from(text), own.signature, key.publicKey) ? 'valid' : 'invalid';
}

function keyIdOf({ name, publicKey }: NoteKey): Uint8Array {
  return hash('sha256', Buffer.concat([Buffer.from(`${name}\n`), typed(publicKey)]), 'buffer').subarray(0, 4);
}

function typed(publicKey: Uint8Array): Uint8Array {
  return Buffer.concat([Uint8Array.of(ED25519), publicKey]);
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}

/** Only the one spelling of the bytes: Node reads many others. */
function unbase64(text: string): Uint8Array | undefined {
  const bytes = Buffer.from(text, 'base64');
  return base64(bytes) === text ? bytes : undefined;
}
