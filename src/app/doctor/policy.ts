import type { Clock } from '../../core/clock.js';
import { asCustosError } from '../../core/errors.js';
import type { Constitution } from '../../core/policy/constitution.js';
import type { Policy } from '../../core/policy/policy.js';
import type { PublishedPolicy } from '../../core/policy/published-policy.js';
import type { Store } from '../../core/store/store.js';
import { inForceAt } from '../../policy/in-force.js';
import { FOUR_EYE } from '../../policy/judging/facts.js';
import { unmetRules } from '../../policy/unmet-rules.js';
import type { ControlView } from '../../vault/control-seal.js';
import { currentConstitution } from '../approvals/constitutions.js';
import type { Config } from '../config/config.js';
import { readPolicies } from '../policy/published.js';
import { type Finding, problem } from './finding.js';

const CHECK = 'policy';

/** What policies are examined with. */
export interface PolicyChecking {
  readonly config: Pick<Config, 'daemon'>;
  readonly store: Pick<Store, 'storeId' | 'approvals' | 'policies'>;
  /** Absent without a password and without a signer. */
  readonly seal: ControlView | undefined;
  readonly clock: Pick<Clock, 'now'>;
}

/** Which policy is in force, which one waits, and which demands of it no persons can meet. */
export async function policyFindings({ config, store, seal, clock }: PolicyChecking): Promise<readonly Finding[]> {
  const { policies, storeId, approvals } = store;
  const sealed = await policies.after(0);
  if (sealed.length === 0) {
    const text = 'no policy: everything may be signed that the limits and judges of the daemon let pass';
    return [
      { check: CHECK, state: 'warning', text, remedy: 'start with `custos policy draft`; docs/policy.md says how' },
    ];
  }
  if (seal === undefined) {
    const text = `${sealed.length} published; without a password or a signer it was not checked which one is in force`;
    return [{ check: CHECK, state: 'ok', text }];
  }
  try {
    const { current, waiting } = inForceAt(await readPolicies({ policies, seal }), clock.now());
    const constitution = (await currentConstitution({ storeId, approvals, seal }))?.constitution;
    return [
      inForceFinding(current?.policy),
      ...(waiting ? waitingFindings(waiting, constitution) : []),
      ...(current ? [...unmetFindings(current.policy, constitution), ...fourEyeFindings(current.policy, config)] : []),
    ];
  } catch (thrown) {
    const error = asCustosError(thrown);
    return [problem(CHECK, error.code, error.message)];
  }
}

function inForceFinding(policy: Policy | undefined): Finding {
  if (policy !== undefined)
    return { check: CHECK, state: 'ok', text: `version ${policy.version} is in force, ${policy.hash}` };
  const remedy = 'check the clock of this machine';
  return { check: CHECK, state: 'warning', text: 'no published policy is in force yet', remedy };
}

function waitingFindings(
  { policy, effectiveAt }: PublishedPolicy,
  constitution: Constitution | undefined,
): readonly Finding[] {
  const { version } = policy;
  const from = new Date(effectiveAt).toISOString();
  return [
    { check: CHECK, state: 'ok', text: `version ${version} waits, and is in force from ${from} on` },
    ...unmetFindings(policy, constitution, `in version ${version}, which waits: `),
  ];
}

/** What no persons can meet; of a version that waits, too, as long as there is time to publish another one. */
function unmetFindings(policy: Policy, constitution: Constitution | undefined, whose = ''): readonly Finding[] {
  const remedy = 'enact a constitution with these persons, or publish a policy that asks for others';
  return unmetRules(policy, constitution).map((text) => ({
    check: CHECK,
    state: 'warning',
    text: `${whose}${text}`,
    remedy,
  }));
}

/** A service that nothing waits for approves nothing, which whoever runs it may not expect. */
function fourEyeFindings({ permits, limits, groups }: Policy, { daemon }: Pick<Config, 'daemon'>): readonly Finding[] {
  if (daemon.externalUrl === undefined) return [];
  const demands = [...permits.flatMap(({ needs }) => needs), ...limits.flatMap(({ stepUp = [] }) => stepUp)];
  const isAsked = demands.some(({ group }) => group === FOUR_EYE || groups.get(group)?.has(FOUR_EYE) === true);
  if (isAsked) return [];
  const text = 'the four-eye service is never asked: no rule needs it';
  const remedy = `let permits need "1 of ${FOUR_EYE}" with the class "legacy", or take the service away`;
  return [{ check: CHECK, state: 'warning', text, remedy }];
}
