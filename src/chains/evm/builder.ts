import type { Builder } from '../../core/chain/builder.js';
import type { EvmTransfer } from '../../core/chain/builders/evm.js';
import { CustosError } from '../../core/errors.js';
import type { Network } from '../../core/ids.js';
import { bytesToHex } from '../shared/hexadecimal.js';
import { readAddress, showAddress } from '../shared/keccak-address.js';
import { walletAddress } from './payments/wallet-address.js';
import type { EvmSettings } from './settings.js';

/** Builds the requests of applications that hand in a transfer instead of a transaction. */
export function builderOf(settings: EvmSettings): Builder {
  return {
    kind: 'evm',
    chainIds: settings.chainIds,
    transfer: (request, network) => JSON.stringify(transferMembers(request, network, settings)),
    walletAddresses: ({ factory, owner }, indexes) => {
      const style = settings.addressStyle;
      const place = { factory: readAddress(factory, style), owner: readAddress(owner, style) };
      return indexes.map((index) => showAddress(walletAddress(place, index), style));
    },
  };
}

// Numbers for nonce and chainId and texts for the rest: the types that programs in the field expect of this form.
function transferMembers(request: EvmTransfer, network: Network, settings: EvmSettings): Record<string, unknown> {
  if (request.feeCurrency !== undefined && settings.feeTokens === undefined) {
    throw new CustosError('TRANSACTION_UNSUPPORTED', `${settings.id} takes no feeCurrency`);
  }
  return {
    from: 0,
    to: request.to === undefined ? undefined : bytesToHex(readAddress(request.to, settings.addressStyle)),
    value: request.value.toString(),
    data: request.data,
    nonce: request.nonce === undefined ? undefined : Number(request.nonce),
    gas: request.gasLimit?.toString(),
    gasPrice: request.gasPrice?.toString(),
    chainId: request.chainId === undefined ? undefined : Number(request.chainId),
    type: request.type,
    maxFeePerGas: request.maxFeePerGas?.toString(),
    maxPriorityFeePerGas: request.maxPriorityFeePerGas?.toString(),
    accessList: request.accessList,
    ...settings.transferForm?.(request, network),
  };
}
