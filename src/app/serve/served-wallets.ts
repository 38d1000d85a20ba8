import { CustosError } from '../../core/errors.js';
import { type Log, tell } from '../../core/log.js';
import type { Signer } from '../../core/signing/signer.js';
import type { WalletsService } from '../../core/signing/wallets-service.js';
import { completeLookup } from '../wallets/lookup.js';
import { type ServiceParts, walletsService } from '../wallets/service.js';

interface ServedWalletsParts extends Omit<ServiceParts, 'create' | 'identify'> {
  readonly log: Log;
  /** Without `create` it makes none. */
  readonly signer: Pick<Signer, 'create' | 'identify'>;
}

/** The wallets of a store as a server has them; those that an older version wrote can be found afterwards. */
export async function servedWallets({ signer, log, ...parts }: ServedWalletsParts): Promise<WalletsService> {
  const wallets = await completeLookup(parts);
  if (wallets > 0) tell(log, 'wallets-made-findable', { wallets });
  return walletsService({
    ...parts,
    async create(request) {
      if (signer.create === undefined) throw new CustosError('CREATE_NOT_ALLOWED', 'this server has no signer');
      return signer.create(request);
    },
    identify: (request) => signer.identify(request),
  });
}
