import type { ChainRegistry } from '../../core/chain/chain.js';
import type { Clock } from '../../core/clock.js';
import type { Log } from '../../core/log.js';
import type { Judge } from '../../core/signing/judge.js';
import type { OwnerSpending } from '../../core/signing/spending.js';
import { tenantOf, type Wallet } from '../../core/signing/wallet.js';
import type { Store } from '../../core/store/store.js';
import { RULE } from '../../policy/four-eye-answer.js';
import { ownerLimitsJudge } from '../../policy/judging/owner-limits.js';
import { type PoliciesNow, policyJudge } from '../../policy/judging/policy-judge.js';
import { controlView } from '../../vault/control-seal.js';
import { openPublicVault } from '../../vault/public-vault.js';
import { currentConstitution } from '../approvals/constitutions.js';
import type { ServiceAsker } from '../approvals/services.js';
import { givenApprovals } from './given-approvals.js';
import { watchPolicies } from './policy-watch.js';

/** The parts of the judge of the policy. */
export interface PolicyJudgesParts {
  readonly chains: ChainRegistry;
  readonly clock: Clock;
  readonly log: Log;
  readonly store: Pick<Store, 'storeId' | 'approvals' | 'journal' | 'policies' | 'owners'>;
  /** Of the public halves, 32 bytes. */
  readonly viewKey: Uint8Array;
  /** If one is configured. */
  readonly fourEye: Judge | undefined;
  /** Without a policy nothing is signed that it does not allow. */
  readonly needsFourEye: boolean;
  /** Services are asked for what is missing. */
  readonly askMissing: ServiceAsker['askMissing'];
}

/** The judges that take turns: the four-eye service as long as no policy is in force, and then the policy. Before them, owners' limits. */
export interface PolicyJudges {
  readonly judges: readonly Judge[];
  policies(): Promise<PoliciesNow>;
}

export function policyJudges(parts: PolicyJudgesParts): PolicyJudges {
  const { chains, clock, log, store, viewKey, fourEye, needsFourEye, askMissing } = parts;
  const { storeId, approvals, journal } = store;
  const seal = controlView(viewKey, storeId);
  const policies = watchPolicies({ policies: store.policies, seal, clock });
  const judge = policyJudge({
    storeId,
    clock,
    log,
    policies,
    constitution: async () => (await currentConstitution({ storeId, approvals, seal }))?.constitution,
    approvals: { of: givenApprovals({ approvals, clock }), spend: (spending) => approvals.spend(spending) },
    askMissing,
    journal,
    coinOf: (chain) => chains.get(chain).coin,
    ...(fourEye && { fourEye }),
  });
  const first = fourEye ?? (needsFourEye ? absent : undefined);
  return { judges: [ownersJudge(parts), ...(first ? [untilPolicy(first, judge)] : []), judge], policies };
}

/** Keeps owners to what they may spend. */
export function ownersJudge(parts: SpendingParts & Pick<PolicyJudgesParts, 'clock'>): Judge {
  const { chains, clock, store } = parts;
  return ownerLimitsJudge({
    ...{ clock, journal: store.journal, spendingOf: spendingOf(parts) },
    coinOf: (chain) => chains.get(chain).coin,
  });
}

type SpendingParts = Pick<PolicyJudgesParts, 'chains' | 'viewKey'> & {
  readonly store: Pick<Store, 'storeId' | 'journal' | 'owners'>;
};

/** Reads it for each transaction: a limit holds as soon as it is set. */
function spendingOf({ chains, store, viewKey }: SpendingParts) {
  const vault = openPublicVault({ viewKey, storeId: store.storeId, chains });
  return async (wallets: readonly Wallet[]): Promise<readonly OwnerSpending[]> => {
    const digests = new Map<string, Uint8Array>();
    for (const wallet of wallets) {
      const { owner } = wallet.control ?? {};
      if (owner === undefined) continue;
      const digest = vault.index.owner(tenantOf(wallet), owner);
      digests.set(Buffer.from(digest).toString('hex'), digest);
    }
    const found: OwnerSpending[] = [];
    for (const digest of digests.values()) {
      const stored = await store.owners.get(digest);
      const spending = stored && vault.beside.openOwner(stored).mostSpent;
      if (spending !== undefined && spending.limits.length > 0) found.push(spending);
    }
    return found;
  };
}

/** In the place of a service that nobody configured, because a policy was in force when the daemon started. */
const absent: Judge = {
  name: RULE,
  async decide() {
    const reason = 'no policy is in force, and mainnet needs a four-eye service then';
    return { kind: 'hold', rule: RULE, reason, because: 'undecided' };
  },
};

/** With a policy the service is an approver, which the judge of the policy asks where a rule waits for it. */
function untilPolicy(fourEye: Judge, policy: Judge): Judge {
  return { ...fourEye, applies: async (wallets) => (await policy.applies?.(wallets)) === false };
}
