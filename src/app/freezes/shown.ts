import type { Freeze } from '../../core/policy/freeze.js';
import { scopeText } from '../../core/policy/freeze.js';
import type { FreezesKept } from '../../core/signing/freezes.js';
import type { StoredFreeze } from '../../core/store/freezes.js';
import { readFreezeText } from '../../policy/freeze-text.js';
import { readFreeze } from '../../policy/freezes.js';

/** A freeze as people and programs see it. Nothing of it is verified. */
export interface ShownFreeze {
  readonly freeze: Freeze;
  readonly stored: StoredFreeze;
  /** `unverified`: a person signed it, and no process with the key of the journal has verified that yet. */
  readonly state: 'active' | 'unverified' | 'ended';
}

/** Those that can be read, the oldest first. */
export function shownFreezes(rows: readonly StoredFreeze[], storeId: string): readonly ShownFreeze[] {
  return rows.flatMap((stored) => {
    const freeze = readFreeze(stored, storeId);
    return freeze === undefined ? [] : [{ freeze, stored, state: stateOf(stored) }];
  });
}

/** What `--json` prints of one; a person signs the end of it by this. */
export function freezeJson({ freeze, stored, state }: ShownFreeze) {
  const { id, scope, reason, at, by, person } = freeze;
  return {
    id,
    scope: scopeText(scope),
    reason,
    at,
    ...(by !== undefined && { by }),
    ...(person !== undefined && { person }),
    state,
    ...(stored.end && { endedAt: stored.end.at }),
    text: stored.text,
  };
}

function stateOf({ mac, end }: StoredFreeze): ShownFreeze['state'] {
  if (end !== undefined) return 'ended';
  return mac === undefined ? 'unverified' : 'active';
}

/** The same of those that a keeper has, as it says. @throws CustosError FREEZE_INVALID */
export function shownKept({ freezes }: FreezesKept): readonly ShownFreeze[] {
  return freezes.map((text) => {
    const { freeze } = readFreezeText(text);
    return { freeze, stored: { id: freeze.id, at: freeze.at, text }, state: 'active' };
  });
}
