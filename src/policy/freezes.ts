import type { Constitution } from '../core/policy/constitution.js';
import { type Freeze, scopeText } from '../core/policy/freeze.js';
import { maySign } from '../core/policy/powers.js';
import type { StoredFreeze, StoredFreezeEnd } from '../core/store/freezes.js';
import type { JournalMac } from '../core/store/journal-mac.js';
import { type FreezeLines, readFreezeText } from './freeze-text.js';
import { isSignedBy } from './persons/key.js';
import type { Decree } from './quorum.js';

/** @returns undefined for a row that is not a freeze of this store: whoever can write to the database may have put it there */
export function readFreeze({ id, text }: StoredFreeze, storeId: string): Freeze | undefined {
  try {
    const { store, freeze } = readFreezeText(text);
    return store === storeId && freeze.id === id ? freeze : undefined;
  } catch {
    return undefined;
  }
}

/** What authenticates the lines of a freeze with the journal's key. */
export function freezeMac(mac: JournalMac, text: string): string {
  return mac(['custos/freeze', text]);
}

/** What authenticates an end, with the journal's key or with the key of ends. */
export function endMac(
  mac: JournalMac,
  { text, at, signatures }: Pick<StoredFreeze, 'text'> & Pick<StoredFreezeEnd, 'at' | 'signatures'>,
): string {
  return mac(['custos/freeze-end', text, String(at), signatures]);
}

/**
 * Whether somebody who may freeze made a freeze: a process with the journal's key, or a person of the constitution who may
 * stop signing.
 */
export function isAuthentic(
  { text, signature, mac }: StoredFreeze,
  by: { readonly mac: JournalMac; readonly constitution: Constitution | undefined },
): boolean {
  if (mac !== undefined && mac === freezeMac(by.mac, text)) return true;
  const { freeze } = readFreezeText(text);
  const signer = freeze.by === undefined ? undefined : by.constitution?.signers.get(freeze.by);
  if (signer === undefined || signature === undefined || !maySign(signer.person, 'stop')) return false;
  return isSignedBy(signer.key, text, signature);
}

/** Whether a freeze was ended by somebody with the root key. */
export function isEnded({ text, end }: StoredFreeze, mac: JournalMac): boolean {
  return end !== undefined && end.mac === endMac(mac, { text, at: end.at, signatures: end.signatures });
}

/** What persons sign to end a freeze: all that the freeze said. */
export function unfreezeDecree({ store, freeze: { id, scope, reason, at } }: FreezeLines): Decree {
  return {
    title: 'custos-unfreeze/1',
    store,
    act: 'unfreeze',
    facts: [
      ['freeze', id],
      ['scope', scopeText(scope)],
      ['reason', reason],
      ['since', new Date(at).toISOString()],
    ],
  };
}
