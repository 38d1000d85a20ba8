import { basename } from 'node:path';
import type { Clock } from '../../core/clock.js';
import { CustosError } from '../../core/errors.js';
import { type JsonObject, tryJson } from '../../core/json.js';
import type { Store } from '../../core/store/store.js';
import { repeatedMember } from '../../core/text/repeated-member.js';
import { parseNoteKey } from '../../crypto/signed-note.js';
import { readNamedFile } from '../../files/named-file.js';
import { refusedAs } from '../../files/refused.js';
import { auditKeyLine, auditSeedOf, checkpointSigner } from '../../vault/audit-key.js';
import { packageVersion } from '../process/package.js';
import { Checkpoints } from './checkpoints.js';
import { type ExportFormat, writeExport } from './export.js';
import { isProof, type Proved, proveEvent, proveGrowth, verifyProof } from './proof.js';
import { type AuditProof, linesOf, verifyExport } from './verify.js';
import { readLogKey, readWitness } from './witness.js';

/** More than any file with a key in its first line, in bytes. */
const MOST_KEY = 64 * 1024;

/** The key line with which anybody checks an export of this store. */
export function keyOfLog({ storeId }: Pick<Store, 'storeId'>, rootKey: Uint8Array): string {
  const seed = auditSeedOf(rootKey, storeId);
  try {
    return auditKeyLine(seed, storeId);
  } finally {
    seed.fill(0);
  }
}

/** A store whose log is read and signed. */
export interface LogMeans {
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
  await signAll({ store, rootKey, clock });
  const means = { audit, storeId, key: keyOfLog(store, rootKey), version: packageVersion() };
  const events = await writeExport(means, { file, format }, await audit.newest());
  await audit.add([{ code: 'audit.exported', detail: { file: basename(file), events } }]);
  return { file, events, key: means.key };
}

async function signAll({ store: { audit, storeId }, rootKey, clock }: LogMeans): Promise<void> {
  const signer = checkpointSigner(storeId, [auditSeedOf(rootKey, storeId)]);
  try {
    await new Checkpoints(audit, signer.sign, () => clock.now()).signAll();
  } finally {
    signer.wipe();
  }
}

/** The newest checkpoint of each log, as lines for a witness, after what is open was signed. @throws CustosError AUDIT_BROKEN */
export async function headLines(means: LogMeans): Promise<readonly JsonObject[]> {
  await signAll(means);
  return (await means.store.audit.newest()).map(({ writer, note }) => ({ writer, checkpoint: note }));
}

/** What `custos audit prove` proves: one event, or that logs only grew since heads that were kept. */
export type Wanted = { readonly event: string } | { readonly since: string };

/** @throws CustosError AUDIT_BROKEN, AUDIT_EVENT_UNKNOWN, AUDIT_FILE_INVALID */
export async function proofLines(means: LogMeans, wanted: Wanted): Promise<readonly JsonObject[]> {
  const { audit, storeId } = means.store;
  await signAll(means);
  if ('event' in wanted) return [await proveEvent(audit, storeId, wanted.event)];
  const key = readLogKey(keyOfLog(means.store, means.rootKey));
  return proveGrowth(audit, storeId, await readWitness(linesOf(wanted.since), key));
}

/** What a file shows. */
export type Verified =
  | { readonly kind: 'export'; readonly proof: AuditProof }
  | { readonly kind: 'proofs'; readonly proofs: readonly Proved[] };

/**
 * Checks an export, or what `custos audit prove` printed, with a public key and no store.
 * @param witness - a file of heads that were kept in another place
 * @throws CustosError AUDIT_BROKEN, AUDIT_FILE_INVALID, AUDIT_KEY_INVALID
 */
export async function verifyFile(file: string, given: string, witness: string | undefined): Promise<Verified> {
  const keyLine = await provenKey(given);
  const key = readLogKey(keyLine);
  const proofs: Proved[] = [];
  for await (const line of linesOf(file)) {
    const value = tryJson(line);
    if (!isProof(value) && proofs.length === 0) break;
    if (!isProof(value) || repeatedMember(line) !== undefined) throw notProof(proofs.length + 1);
    proofs.push(verifyProof(value, key));
  }
  if (proofs.length > 0 && witness !== undefined) {
    const hint = 'leave out --witness, or name an export: a proof states the heads that it is about';
    throw new CustosError('AUDIT_FILE_INVALID', 'a witness is compared with an export, and the file has proofs', {
      hint,
    });
  }
  if (proofs.length > 0) return { kind: 'proofs', proofs };
  const heads = witness === undefined ? [] : await readWitness(linesOf(witness), key);
  return { kind: 'export', proof: await verifyExport(linesOf(file), keyLine, heads) };
}

function notProof(line: number): CustosError {
  return new CustosError('AUDIT_BROKEN', `line ${line} is no proof, or names a member twice`, { details: { line } });
}

/** A key line as it was given, or the first line of a file that holds it. @throws CustosError AUDIT_KEY_INVALID */
async function provenKey(given: string): Promise<string> {
  if (parseNoteKey(given) !== undefined) return given;
  const what = 'the key is neither a key line nor a file that can be read: ';
  const { bytes } = await readNamedFile(given, { most: MOST_KEY }).catch(refusedAs('AUDIT_KEY_INVALID', what));
  return bytes.toString('utf8').split('\n')[0]?.trim() ?? '';
}
