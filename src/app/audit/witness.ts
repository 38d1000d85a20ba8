import { CustosError } from '../../core/errors.js';
import { isObject, tryJson } from '../../core/json.js';
import { parseCheckpoint } from '../../crypto/checkpoint.js';
import { checkNote, type NoteKey, parseNoteKey } from '../../crypto/signed-note.js';

/** A head of a log that was kept in another place. */
export interface WitnessedHead {
  readonly writer: string;
  readonly size: number;
  /** 32 bytes. */
  readonly root: Uint8Array;
  /** The checkpoint that says so. */
  readonly note: string;
}

/** A store's key, as `custos audit key` prints it. */
export interface LogKey {
  readonly storeId: string;
  readonly publicKey: Uint8Array;
}

/** @throws CustosError AUDIT_KEY_INVALID */
export function readLogKey(keyLine: string): LogKey {
  const key = parseNoteKey(keyLine);
  const storeId = /^custos\/([0-9a-f]{32})$/.exec(key?.name ?? '')?.[1];
  if (key !== undefined && storeId !== undefined) return { storeId, publicKey: key.publicKey };
  throw new CustosError('AUDIT_KEY_INVALID', 'the key is not a key line');
}

/** The key under which one log of a store signs. */
function keyOfWriter({ storeId, publicKey }: LogKey, writer: string): NoteKey {
  return { name: `custos/${storeId}/${writer}`, publicKey };
}

/** Reads a checkpoint that the key signed. @throws CustosError AUDIT_BROKEN: it did not */
export function signedHead(key: LogKey, note: string): WitnessedHead {
  const found = parseCheckpoint(note);
  const [, writer] = new RegExp(`^custos/${key.storeId}/([a-z0-9-]{1,64})$`).exec(found?.origin ?? '') ?? [];
  const isSigned =
    found !== undefined && writer !== undefined && checkNote(found.note, keyOfWriter(key, writer)) === 'valid';
  if (isSigned) return { writer, size: found.size, root: found.root, note };
  throw new CustosError('AUDIT_BROKEN', 'a checkpoint is not one that the key signed for a log of this store');
}

/**
 * Reads the heads that somebody kept: lines that `custos audit head` printed.
 * @throws CustosError AUDIT_FILE_INVALID, AUDIT_BROKEN: the key did not sign one
 */
export async function readWitness(lines: AsyncIterable<string>, key: LogKey): Promise<readonly WitnessedHead[]> {
  const heads: WitnessedHead[] = [];
  for await (const line of lines) {
    if (line === '') continue;
    const value = tryJson(line);
    const note = isObject(value) ? value['checkpoint'] : undefined;
    if (typeof note !== 'string') {
      throw new CustosError('AUDIT_FILE_INVALID', 'the witness file has a line that `custos audit head` did not print');
    }
    heads.push(signedHead(key, note));
  }
  // Whoever was to keep them kept nothing, and an export without a witness would pass for one that was compared.
  if (heads.length === 0) {
    const hint = 'keep what `custos audit head` prints in another place, and look whether it arrived';
    throw new CustosError('AUDIT_FILE_INVALID', 'the witness file has no head in it', { hint });
  }
  return heads;
}
