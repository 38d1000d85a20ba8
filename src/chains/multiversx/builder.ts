import type { MultiversxBuilder } from '../../core/chain/builders/multiversx.js';
import { CustosError } from '../../core/errors.js';
import { quote } from '../../core/ids.js';
import { normalizeAddress } from './address.js';
import { readRequest } from './format.js';
import { networkConfig } from './node.js';
import { chainIds } from './transaction.js';

/** Builds transfers in the form that Tatum's programs sign. Those ask the node for gas themselves, and so does the signer here. */
export const multiversxBuilder: MultiversxBuilder = {
  kind: 'multiversx',
  async transfer(request, { network, node }) {
    const { key, amount, data, gasLimit, gasPrice } = request;
    const [from, to] = [normalizeAddress(request.from), normalizeAddress(request.to)];
    const { chainId } = await networkConfig({ node });
    if (!chainIds[network].includes(chainId)) {
      const text = `the EGLD node has the chain id ${quote(chainId)}, which is not one of EGLD's ${network}`;
      throw new CustosError('NETWORK_MISMATCH', text);
    }
    const serialized = JSON.stringify({
      ...{ from, to, value: amount },
      ...(data !== undefined && { data }),
      ...(gasLimit !== undefined && { gasLimit }),
      ...(gasPrice !== undefined && { gasPrice }),
    });
    readRequest(serialized, from);
    return { serialized, keys: [key] };
  },
};
