import { isUtf8 } from 'node:buffer';
import { CustosError } from '../../core/errors.js';
import type { Secret } from '../../core/secret.js';
import { utf16Problem } from '../../core/text/text-bytes.js';
import { BLOCK, isLegacySealed, type LegacyPlain, openLegacy } from '../../crypto/legacy-aes.js';
import { readNamedFile } from '../../files/named-file.js';
import { refusedAs } from '../../files/refused.js';
import { type RawEntry, readEntries, salvageEntries } from './legacy-entries.js';

/** The content of an old file. */
export interface LegacyFile {
  readonly entries: readonly RawEntry[];
  /** Set if the file is damaged; the entries are then those that are certainly correct. */
  readonly damage?: string;
}

const MAX_BYTES = 512 * 1024 * 1024;
const OPENING_BRACE = 0x7b;

/**
 * Reads a `wallet.dat` of Tatum KMS, or what its `export` prints. The file is opened for reading only.
 * @param askPassword - asked only when the file is encrypted
 * @throws CustosError IMPORT_INVALID: it cannot be read, or is neither; PASSWORD_WRONG
 */
export async function readLegacyFile(path: string, askPassword: () => Promise<Secret>): Promise<LegacyFile> {
  const file = await readNamedFile(path, { most: MAX_BYTES }).catch(refusedAs('IMPORT_INVALID'));
  const bytes = withoutMark(file.bytes);
  try {
    const wide = utf16Problem(bytes);
    if (wide !== undefined) throw new CustosError('IMPORT_INVALID', `${path} ${wide}`);
    const first = bytes.find((byte) => !isSpace(byte));
    if (first === undefined) {
      const text = `${path} is empty: what it held is gone, for example because the old program was stopped while it wrote`;
      throw new CustosError('IMPORT_INVALID', text);
    }
    if (first === OPENING_BRACE) return readPlain(path, bytes);
    const sealed = decodeBase64(path, bytes);
    const password = await askPassword();
    const plain = openLegacy(sealed, password.exposeBytes());
    password.wipe();
    try {
      return readOpened(path, plain);
    } finally {
      plain.bytes.fill(0);
    }
  } finally {
    bytes.fill(0);
  }
}

/** Editors of some systems put the mark U+FEFF before a text. */
function withoutMark(bytes: Buffer): Buffer {
  return bytes.subarray(0, 3).equals(Buffer.from('\ufeff')) ? bytes.subarray(3) : bytes;
}

function readPlain(path: string, bytes: Uint8Array): LegacyFile {
  const text = textOf(bytes);
  const entries = text === undefined ? undefined : readEntries(text);
  if (entries !== undefined) return { entries };
  return {
    entries: salvageEntries(bytes, () => true),
    damage: `${path} is not a complete JSON object: it is cut off or was changed`,
  };
}

/** @throws CustosError IMPORT_INVALID: it does not begin as the old program's files do */
function decodeBase64(path: string, bytes: Buffer): Uint8Array {
  const text = bytes.toString('latin1').replace(/\s+/g, '');
  const sealed = Buffer.from(text, 'base64');
  if (/^[A-Za-z0-9+/]*={0,2}$/.test(text) && isLegacySealed(sealed)) return sealed;
  const known = /^U2FsdGVkX1/.test(text);
  const what = known ? 'is damaged: it is cut off, or has bytes that are not base64' : 'was not written by Tatum KMS';
  throw new CustosError('IMPORT_INVALID', `${path} ${what}`);
}

/**
 * The format has no checksum, so the result shows whether the password is wrong or the file is damaged: a wrong password gives noise
 * from the first byte to the last, while damage leaves most blocks of the JSON as they were (CBC: two blocks for each).
 * @throws CustosError PASSWORD_WRONG
 */
function readOpened(path: string, { bytes, padded }: LegacyPlain): LegacyFile {
  const text = padded ? textOf(bytes) : undefined;
  const entries = text === undefined ? undefined : readEntries(text);
  if (entries !== undefined) return { entries };
  const blocks = Math.max(1, Math.ceil(bytes.length / BLOCK));
  const readable = Array.from({ length: blocks }, (_, at) => isPrintable(bytes.subarray(at * BLOCK, (at + 1) * BLOCK)));
  const good = readable.filter(Boolean).length;
  // One block of noise in eight million is printable, and two of a small file in none. An entry has more than two blocks, so a file
  // with fewer that can be read gives nothing back anyway.
  if (good * 100 < blocks || good < 2) {
    const text = `the old password does not open ${path}: it is wrong, or the file is damaged from its first bytes on, which this format cannot tell apart`;
    throw new CustosError('PASSWORD_WRONG', text);
  }
  // A changed block also flips bits of the next one, which may still look correct.
  const isSound = (block: number) => readable[block] === true && (block === 0 || readable[block - 1] === true);
  const bad = readable.findIndex((whole) => !whole);
  const cut = padded ? 'what it holds is no JSON object' : 'it is cut off';
  const where = bad < 0 ? cut : `${blocks - good} of ${blocks} blocks cannot be read, the first at byte ${bad * BLOCK}`;
  const damage = `the password is right, but ${path} is damaged: ${where}`;
  return { entries: salvageEntries(bytes, (at) => isSound(Math.floor(at / BLOCK))), damage };
}

function textOf(bytes: Uint8Array): string | undefined {
  return isUtf8(bytes) ? Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8') : undefined;
}

function isPrintable(bytes: Uint8Array): boolean {
  return bytes.length > 0 && bytes.every((byte) => byte >= 0x20 && byte < 0x7f);
}

function isSpace(byte: number): boolean {
  return byte === 0x20 || (byte >= 0x09 && byte <= 0x0d);
}
