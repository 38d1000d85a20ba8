import type { VechainBuilder } from '../../core/chain/builders/vechain.js';
import type { NodeClient } from '../../core/chain/node.js';
import { CustosError } from '../../core/errors.js';
import type { Network } from '../../core/ids.js';
import { unfit } from '../shared/receiver.js';
import { readBlock } from './block.js';
import { checkContracts } from './complete.js';
import { effectsOfBody } from './effects.js';
import { intrinsicGas, readRequest } from './format.js';
import { chainTags } from './transaction.js';

/** Builds transfers in the form that Tatum's programs sign. */
export const vechainBuilder: VechainBuilder = {
  kind: 'vechain',
  async transfer({ key, to, value, data, gasLimit }, { network, node }) {
    await checkGenesis(node, network);
    const serialized = JSON.stringify({
      ...{ from: 0, to, value: value.toString() },
      ...(data !== undefined && { data }),
      ...(gasLimit !== undefined && { gas: gasLimit.toString() }),
    });
    // Read as the signer will read it; nobody knows yet who that is.
    const { clauses, gas } = readRequest(serialized, '');
    const least = intrinsicGas(clauses);
    if (gas !== undefined && gas < least)
      throw new CustosError('GAS_TOO_LOW', `the gas limit is ${gas}, at least ${least} are needed`);
    await checkContracts(clauses, node);
    const open = { chainTag: 0, blockRef: `0x${'0'.repeat(16)}`, expiration: 0, gasPriceCoef: 0, dependsOn: null };
    const effects = effectsOfBody({ ...open, clauses, gas: least, nonce: 0n }, NOBODY);
    const lost = effects.find(({ code }) => code === 'unspendable-destination');
    if (lost !== undefined) unfit(lost.to ?? to, 'is an address where no one can spend what arrives');
    return { serialized, keys: [key] };
  },
};

/** An address without a known key; stands for a sender that is not known yet. */
const NOBODY = `0x${'00'.repeat(19)}01`;

/** Addresses are the same on all networks, so only the node knows which one it serves. Any other than the main one is a test. */
async function checkGenesis(node: NodeClient, network: Network): Promise<void> {
  const { id } = readBlock(await node.http({ path: '/blocks/0' }));
  const found = Number.parseInt(id.slice(-2), 16) === chainTags.mainnet ? 'mainnet' : 'testnet';
  if (found === network) return;
  throw new CustosError(
    'NETWORK_MISMATCH',
    `the VET node belongs to a ${found}, and the transaction to the ${network}`,
  );
}
