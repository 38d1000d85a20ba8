import { z } from 'zod';
import { CustosError } from '../../core/errors.js';
import { parseJson } from '../../core/json.js';
import type { Constitution, PersonSignature } from '../../core/policy/constitution.js';
import type { StoredFreeze } from '../../core/store/freezes.js';
import type { Journal } from '../../core/store/journal.js';
import type { Store } from '../../core/store/store.js';
import { canonicalJson } from '../../policy/canonical-json.js';
import { type FreezeLines, readFreezeText } from '../../policy/freeze-text.js';
import { endMac, unfreezeDecree } from '../../policy/freezes.js';
import { decreeLines, requireQuorum } from '../../policy/quorum.js';
import type { ApproverKey } from '../approvals/key-file.js';
import type { FreezeMacs } from './macs.js';

const requestForm = z.looseObject({ text: z.string() });
const signatureFile = z.strictObject({
  custosUnfreeze: z.literal(1),
  freeze: z.string(),
  key: z.string(),
  signature: z.string(),
});

/** Reads one line of `custos freezes --json`. @throws CustosError FREEZE_INVALID */
export function readFreezeRequest(text: string): FreezeLines {
  const invalid = () =>
    new CustosError('FREEZE_INVALID', 'the request is not a freeze as `custos freezes --json` prints it');
  const parsed = requestForm.safeParse(parseJson(text, invalid));
  if (!parsed.success) throw invalid();
  return readFreezeText(parsed.data.text);
}

/** What a person sends after signing the end of a freeze. @returns one line of JSON */
export function signUnfreeze(lines: FreezeLines, key: ApproverKey): string {
  const signature = key.sign(decreeLines(unfreezeDecree(lines), key.text));
  return canonicalJson({ custosUnfreeze: 1, freeze: lines.freeze.id, key: key.text, signature });
}

/** @throws CustosError CONSTITUTION_SIGNATURE: not such a file, or for another freeze */
export function readUnfreezeSignature(text: string, id: string): PersonSignature {
  const refused = (why: string) => new CustosError('CONSTITUTION_SIGNATURE', `the signature is refused: ${why}`);
  const parsed = signatureFile.safeParse(parseJson(text, () => refused('it is not JSON')));
  if (!parsed.success) throw refused('it has another form');
  const { freeze, key, signature } = parsed.data;
  if (freeze !== id) throw refused(`it is for the freeze ${freeze}`);
  return { key, signature };
}

export interface EndParts extends FreezeMacs {
  readonly freezes: Store['freezes'];
  /** Opened with the password. */
  readonly journal: Pick<Journal, 'wakeHeld'>;
  readonly storeId: string;
  /** The one in force. */
  readonly constitution: Constitution | undefined;
}

/** How a freeze is ended. */
export interface Ending {
  readonly id: string;
  readonly signatures: readonly PersonSignature[];
  readonly now: number;
}

/**
 * Ends a freeze, if the quorum of the constitution signed that. Without a constitution the password alone ends it.
 * @returns the names of those who signed
 * @throws CustosError FREEZE_UNKNOWN, FREEZE_ENDED, FREEZE_INVALID, CONSTITUTION_QUORUM, CONSTITUTION_SIGNATURE, STORE_*
 */
export async function endFreeze(
  { freezes, journal, storeId, constitution, mac, rootMac }: EndParts,
  { id, signatures, now }: Ending,
): Promise<readonly string[]> {
  const { text, end } = await requireFreeze(freezes, id);
  if (end !== undefined) throw new CustosError('FREEZE_ENDED', `the freeze ${id} was ended before`);
  const lines = linesOf(text, { id, storeId });
  const names = constitution === undefined ? [] : requireQuorum(constitution, unfreezeDecree(lines), signatures);
  const ended = { text, at: now, signatures: JSON.stringify(signatures) };
  await freezes.end(id, {
    at: now,
    signatures: ended.signatures,
    mac: endMac(mac, ended),
    rootMac: endMac(rootMac, ended),
  });
  await journal.wakeHeld();
  return names;
}

/** What one is about, from the store. @throws CustosError FREEZE_UNKNOWN, FREEZE_INVALID */
export async function freezeLines(
  { freezes, storeId }: Pick<Store, 'freezes' | 'storeId'>,
  id: string,
): Promise<FreezeLines> {
  return linesOf((await requireFreeze(freezes, id)).text, { id, storeId });
}

async function requireFreeze(freezes: Store['freezes'], id: string): Promise<StoredFreeze> {
  const found = await freezes.get(id);
  if (found === undefined) throw new CustosError('FREEZE_UNKNOWN', `the store has no freeze ${id}`);
  return found;
}

function linesOf(text: string, { id, storeId }: { readonly id: string; readonly storeId: string }): FreezeLines {
  const lines = readFreezeText(text);
  if (lines.store === storeId && lines.freeze.id === id) return lines;
  throw new CustosError('FREEZE_INVALID', `the freeze ${id} has the lines of another one`);
}
