import type { House } from '../house.js';
import { openPolicies, policyInForce } from '../policy/published.js';
import type { ApprovalParts } from './asked.js';
import { openConstitutions, requireConstitution } from './constitutions.js';

/**
 * What approvals are asked for and taken with, as of now.
 * @returns undefined if no transaction needs approvals
 * @throws CustosError CONSTITUTION_MISSING, PASSWORD_WRONG, STORE_*
 */
export async function approvalParts(house: House): Promise<ApprovalParts | undefined> {
  const { config, chains, clock } = house;
  const store = await house.store();
  const rootKey = await house.rootKey();
  const policy = await openPolicies({ store, rootKey, clock }, policyInForce);
  if (policy === undefined && config.needs.length === 0) return undefined;
  const constitution = await openConstitutions(store, rootKey, requireConstitution);
  return {
    store,
    journal: await house.journal(),
    vault: await house.vault(),
    chains,
    clock,
    demands: config.needs,
    policy,
    constitution,
    developmentChainIds: config.daemon.developmentChainIds,
  };
}
