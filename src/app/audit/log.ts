import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Clock } from '../../core/clock.js';
import { CustosError } from '../../core/errors.js';
import type { Store } from '../../core/store/store.js';
import { parseNoteKey } from '../../crypto/signed-note.js';
import { auditKeyLine, auditSeedOf, checkpointSigner } from '../../vault/audit-key.js';
import { packageVersion } from '../process/package.js';
import { Checkpoints } from './checkpoints.js';
import { type ExportFormat, writeExport } from './export.js';

/** The key line with which anybody checks an export of this store. */
export function keyOfLog({ storeId }: Pick<Store, 'storeId'>, rootKey: Uint8Array): string {
  const seed = auditSeedOf(rootKey, storeId);
  try {
    return auditKeyLine(seed, storeId);
  } finally {
    seed.fill(0);
  }
}

interface LogMeans {
  readonly store: Store;
  readonly rootKey: Uint8Array;
  readonly clock: Clock;
}

/**
 * Signs the log as far as it goes, writes it to a file, and records that.
 * @throws CustosError AUDIT_BROKEN, AUDIT_FILE_EXISTS, AUDIT_FILE_INVALID
 */
export async function exportLog(
  { store, rootKey, clock }: LogMeans,
  { file, format }: { readonly file: string; readonly format: ExportFormat },
): Promise<{ readonly file: string; readonly events: number; readonly key: string }> {
  const { audit, storeId } = store;
  const signer = checkpointSigner(storeId, [auditSeedOf(rootKey, storeId)]);
  try {
    await new Checkpoints(audit, signer.sign, () => clock.now()).signAll();
  } finally {
    signer.wipe();
  }
  const means = { audit, storeId, key: keyOfLog(store, rootKey), version: packageVersion() };
  const events = await writeExport(means, { file, format }, await audit.newest());
  await audit.add([{ code: 'audit.exported', detail: { file: basename(file), events } }]);
  return { file, events, key: means.key };
}

/** A key line as it was given, or the first line of a file that holds it. @throws CustosError AUDIT_KEY_INVALID */
export async function provenKey(given: string): Promise<string> {
  if (parseNoteKey(given) !== undefined) return given;
  try {
    return (await readFile(given, 'utf8')).split('\n')[0]?.trim() ?? '';
  } catch (cause) {
    throw new CustosError('AUDIT_KEY_INVALID', 'the key is neither a key line nor a file that can be read', { cause });
  }
}
