import type { ChainRegistry } from '../../core/chain/chain.js';
import type { Clock } from '../../core/clock.js';
import { CustosError } from '../../core/errors.js';
import type { ChainId } from '../../core/ids.js';
import type { Demand } from '../../core/policy/demand.js';
import type { Signer } from '../../core/signing/signer.js';
import type { PublicVault } from '../../core/signing/vault.js';
import type { Store } from '../../core/store/store.js';
import { controlView } from '../../vault/control-seal.js';
import { watchPolicies } from '../daemon/policy-watch.js';
import type { DecodingVault } from '../policy/decoded.js';
import type { AboutParts } from './about.js';
import { currentConstitution } from './constitutions.js';

/** What a front has of approvals: it opens no secret, and reads its own copies of policies and constitutions. */
export interface FrontApprovalParts {
  readonly store: Store;
  /** Of the public halves, 32 bytes. */
  readonly viewKey: Uint8Array;
  readonly publicVault: PublicVault;
  /** Tells addresses that only secrets give. */
  readonly signer: Pick<Signer, 'identify'>;
  readonly chains: ChainRegistry;
  readonly clock: Clock;
  readonly needs: readonly Demand[];
  readonly developmentChainIds: ReadonlyMap<ChainId, bigint>;
}

/** @returns reads what is in force now. It throws CustosError RECORD_DAMAGED, POLICY_INVALID, STORE_* */
export function frontApprovals(front: FrontApprovalParts): () => Promise<AboutParts> {
  const { store, viewKey, chains, clock, needs: demands, developmentChainIds } = front;
  const { storeId, approvals, journal, policies } = store;
  const seal = controlView(viewKey, storeId);
  const policiesNow = watchPolicies({ policies, seal, clock });
  const vault = frontVault(front);
  return async () => {
    const now = await policiesNow();
    if ('damage' in now) throw now.damage;
    const constitution = (await currentConstitution({ storeId, approvals, seal }))?.constitution;
    const policy = now.current?.policy;
    return { store, journal, vault, chains, clock, demands, policy, constitution, developmentChainIds };
  };
}

/** What a front tells of wallets. */
export function frontVault({ publicVault, signer }: Pick<FrontApprovalParts, 'publicVault' | 'signer'>): DecodingVault {
  return {
    wallet: (sealed) => publicVault.wallet(sealed),
    // The front's copy: it decides nothing, the signer reads its own.
    control: (sealed) => publicVault.wallet(sealed).control,
    async identify(sealed, ref) {
      const [facts] = [publicVault.facts(sealed, ref) ?? (await signer.identify({ sealed: [sealed], keys: [ref] }))[0]];
      if (facts === undefined) throw new CustosError('SIGNER_DIED', 'the signer names no key of the wallet');
      return facts;
    },
  };
}
