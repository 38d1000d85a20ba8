import type { Chain } from '../../core/chain/chain.js';
import type { Effect } from '../../core/chain/effect.js';
import { CustosError } from '../../core/errors.js';
import type { Network } from '../../core/ids.js';
import { type Demand, demandText } from '../../core/policy/demand.js';
import type { GivenApproval, PolicyFacts } from '../../core/policy/facts.js';
import type { Judgement } from '../../core/policy/judgement.js';
import type { Policy } from '../../core/policy/policy.js';
import type { SpentApproval } from '../../core/signing/control.js';
import type { SignRequest } from '../../core/signing/signer.js';
import { type Asked, checkApproval, type VerifiedApproval, verifyApproval } from '../../policy/approvals.js';
import { intentOf } from '../../policy/intent.js';
import { fourEyeApproval, knownGroups } from '../../policy/judging/facts.js';
import { classOfKey } from '../../policy/persons/key-text.js';
import type { OpenedControl } from './documents.js';

/** What approvals are judged by. */
interface Asking {
  readonly request: SignRequest;
  readonly storeId: string;
  readonly chain: Chain;
  readonly network: Network;
  readonly effects: readonly Effect[];
  readonly policy: Policy;
  readonly control: OpenedControl;
  readonly now: number;
}

interface Given {
  readonly facts: Pick<PolicyFacts, 'approvals' | 'groups' | 'excluded'>;
  readonly approvals: readonly VerifiedApproval[];
}

/** The approvals of a request that hold now, by the constitution that the signer knows. What does not hold does not count. */
export function approvalsFor(asking: Asking): Given {
  const { control, request } = asking;
  const { constitution } = control;
  const kept = request.control?.approvals ?? [];
  const groups = knownGroups(constitution);
  // Nothing could prove the answer of a four-eye service here: where a rule is content with it, the front alone asks.
  if (constitution === undefined) return { facts: { approvals: [fourEyeApproval], groups }, approvals: [] };
  // A hash of all effects: once, however many approvals a front sends.
  let asked: Asked | undefined;
  const approvals = kept.flatMap((one) => {
    try {
      const verified = verifyApproval(constitution, one);
      asked ??= askedOf(asking);
      checkApproval(verified, asked);
      return [verified];
    } catch (error) {
      // Only what is foreseen is a reason; anything else is a defect, and ends the judging.
      if (error instanceof CustosError) return [];
      throw error;
    }
  });
  const given = approvals.map(
    ({ approval, person }): GivenApproval => ({
      person: person.name,
      decision: approval.decision,
      class: classOfKey(approval.key),
      demands: approval.demands,
    }),
  );
  // Nothing proves yet who asked, so whoever stands behind an initiator may have.
  const excluded = [...constitution.persons.values()].flatMap(({ name, initiates }) =>
    initiates.size > 0 ? name : [],
  );
  return { facts: { approvals: [...given, fourEyeApproval], groups, excluded }, approvals };
}

function askedOf({ request, storeId, chain, network, effects, policy, now }: Asking): Asked {
  const { version, hash } = policy;
  return {
    store: storeId,
    pending: request.control?.id ?? '',
    chain: chain.id,
    network,
    ...intentOf(effects),
    policy: { version, hash },
    demands: [],
    now,
    attempt: '',
  };
}

/** The approvals that an allowed transaction needs: those for a demand of a rule that let it pass. */
export function spentBy(
  { effects, charges, unbounded }: Judgement,
  { permits, limits }: Policy,
  approvals: readonly VerifiedApproval[],
): readonly SpentApproval[] {
  if (approvals.length === 0) return [];
  const permitIds = new Set(effects.flatMap(({ by }) => by));
  const raised = new Set([...charges, ...unbounded].flatMap(({ limit, fits }) => (fits === 'raised' ? limit : [])));
  const demands: readonly Demand[] = [
    ...permits.flatMap(({ id, needs }) => (permitIds.has(id) ? needs : [])),
    ...limits.flatMap(({ id, stepUp = [] }) => (raised.has(id) ? stepUp : [])),
  ];
  const texts = new Set(demands.map(demandText));
  return approvals.flatMap(({ approval }) =>
    approval.demands.some((demand) => texts.has(demandText(demand)))
      ? { nonce: approval.nonce, expires: approval.expires }
      : [],
  );
}
