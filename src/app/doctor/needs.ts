import { asCustosError } from '../../core/errors.js';
import { demandText } from '../../core/policy/demand.js';
import type { Store } from '../../core/store/store.js';
import { unmetNeeds } from '../../policy/unmet-needs.js';
import { type ControlView, controlSeal, controlView } from '../../vault/control-seal.js';
import { currentConstitution } from '../approvals/constitutions.js';
import type { Config } from '../config/config.js';
import { type Finding, problem } from './finding.js';

const CHECK = 'approvals';

/** A key that opens the constitution. */
export type ControlKey = { readonly rootKey: Uint8Array } | { readonly viewKey: Uint8Array };

/** Whether the persons of the constitution can give the approvals that every transaction needs. */
export async function needsFindings(
  { needs }: Pick<Config, 'needs'>,
  store: Store,
  key: ControlKey | undefined,
): Promise<readonly Finding[]> {
  if (needs.length === 0) return [];
  const every = `every transaction needs ${needs.map(demandText).join(', ')}`;
  if (key === undefined) {
    const text = `${every}; without a password or a signer it was not checked who can approve`;
    return [{ check: CHECK, state: 'ok', text }];
  }
  const seal = viewOf(key, store.storeId);
  try {
    const enacted = await currentConstitution({ storeId: store.storeId, approvals: store.approvals, seal });
    const unmet = unmetNeeds(needs, enacted?.constitution);
    if (unmet === undefined) return [{ check: CHECK, state: 'ok', text: `${every}, and the persons for it are there` }];
    const remedy = 'correct --needs, or enact a constitution with these persons; until then every transaction waits';
    return [{ check: CHECK, state: 'problem', text: `${every}, which cannot happen: ${unmet}`, remedy }];
  } catch (thrown) {
    const error = asCustosError(thrown);
    return [problem(CHECK, error.code, error.message)];
  } finally {
    seal.wipe();
  }
}

/** The caller wipes it. */
export function viewOf(key: ControlKey, storeId: string): ControlView {
  return 'rootKey' in key ? controlSeal(key.rootKey, storeId) : controlView(key.viewKey, storeId);
}
