import type { Clock } from '../../core/clock.js';
import { type Log, tell } from '../../core/log.js';
import type { PolicyVersion } from '../../core/policy/approval.js';
import { demandText } from '../../core/policy/demand.js';
import type { Judge } from '../../core/signing/judge.js';
import type { Store } from '../../core/store/store.js';
import { approvalsJudge } from '../../policy/approvals-judge.js';
import { unmetNeeds } from '../../policy/unmet-needs.js';
import { controlView } from '../../vault/control-seal.js';
import { currentConstitution } from '../approvals/constitutions.js';
import type { ServiceAsker } from '../approvals/services.js';
import type { Config } from '../config/config.js';
import { type ApproverServiceParts, openApproverServices } from './approver-services.js';
import { type PolicyJudgesParts, policyJudges } from './policy-judges.js';

/** The parts of the judge of approvals. */
interface ApprovalJudgeParts {
  readonly config: Pick<Config, 'needs'>;
  readonly clock: Clock;
  readonly store: Pick<Store, 'storeId' | 'approvals' | 'journal'>;
  /** Of the public halves, 32 bytes. */
  readonly viewKey: Uint8Array;
}

/** What all judges are made of. */
type JudgesParts = ApproverServiceParts & ApprovalJudgeParts & Omit<PolicyJudgesParts, 'askMissing'>;

/** Works with the judges in their order, and waits in the end for what services were asked. @throws CustosError CONFIG_INVALID, URL_* */
export async function withJudges<T>(parts: JudgesParts, work: (judges: readonly Judge[]) => Promise<T>): Promise<T> {
  await tellUnmetNeeds(parts, parts.log);
  const services = await openApproverServices(parts);
  const askMissing: ServiceAsker['askMissing'] = (...missing) => services.askMissing(...missing);
  try {
    const { judges, policies } = policyJudges({ ...parts, askMissing });
    const policy = async () => (await policies()).current?.policy;
    return await work([...judges, ...approvalJudges(parts, { askMissing, policy })]);
  } finally {
    await services.close();
  }
}

/** Warns of approvals that no person can give, before a transaction waits for them. @throws CustosError RECORD_DAMAGED, STORE_* */
async function tellUnmetNeeds({ config, store, viewKey }: ApprovalJudgeParts, log: Log): Promise<void> {
  const { needs } = config;
  if (needs.length === 0) return;
  const { storeId, approvals } = store;
  const seal = controlView(viewKey, storeId);
  const enacted = await currentConstitution({ storeId, approvals, seal }).finally(() => seal.wipe());
  const reason = unmetNeeds(needs, enacted?.constitution);
  if (reason !== undefined) tell(log, 'needs-unmet', { needs: needs.map(demandText), reason });
}

interface Asking {
  /** Services are asked for what is missing. */
  readonly askMissing: ServiceAsker['askMissing'];
  /** In force now. */
  policy(): Promise<PolicyVersion | undefined>;
}

/** The judge of approvals, if every transaction needs some. */
function approvalJudges(
  { config, clock, store, viewKey }: ApprovalJudgeParts,
  { askMissing, policy }: Asking,
): readonly Judge[] {
  const { needs } = config;
  if (needs.length === 0) return [];
  const { storeId, approvals } = store;
  const view = { storeId, approvals, seal: controlView(viewKey, storeId) };
  const judge = approvalsJudge({
    storeId,
    clock,
    approvals,
    demandsOf: () => needs,
    askMissing,
    policy,
    constitution: async () => (await currentConstitution(view))?.constitution,
  });
  return [judge];
}
