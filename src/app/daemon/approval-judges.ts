import type { Clock } from '../../core/clock.js';
import type { Judge } from '../../core/signing/judge.js';
import { attemptOf } from '../../core/store/attempt.js';
import type { Store } from '../../core/store/store.js';
import { approvalsJudge } from '../../policy/approvals-judge.js';
import { controlView } from '../../vault/control-seal.js';
import { currentConstitution } from '../approvals/constitutions.js';
import type { Config } from '../config/config.js';

/** The parts of the judge of approvals. */
export interface ApprovalJudgeParts {
  readonly config: Pick<Config, 'needs'>;
  readonly clock: Clock;
  readonly store: Pick<Store, 'storeId' | 'approvals' | 'journal'>;
  /** Of the public halves, 32 bytes. */
  readonly viewKey: Uint8Array;
}

/** The judge of approvals, if every transaction needs some. */
export function approvalJudges({ config, clock, store, viewKey }: ApprovalJudgeParts): readonly Judge[] {
  const { needs } = config;
  if (needs.length === 0) return [];
  const { storeId, approvals, journal } = store;
  const view = { storeId, approvals, seal: controlView(viewKey, storeId) };
  const judge = approvalsJudge({
    storeId,
    clock,
    approvals,
    demandsOf: () => needs,
    constitution: async () => (await currentConstitution(view))?.constitution,
    attemptOf: async (id) => attemptOf(await journal.events(id)),
  });
  return [judge];
}
