import type { ParseContext } from '../../core/chain/codec.js';
import { CustosError } from '../../core/errors.js';
import { bytesToHex } from '../shared/hexadecimal.js';
import { type AddressStyle, showAddress } from '../shared/keccak-address.js';
import type { EvmTransaction } from './format.js';
import { authorizationsToJson } from './forms/authorizations.js';
import { blobHashes } from './forms/blobs.js';
import { type EvmRequest, type RequestRules, readRequest } from './request.js';

/**
 * Reads the completed form: a request that lacks nothing.
 * @throws CustosError as `readRequest`; TRANSACTION_INVALID: something is missing
 */
export function readCompleted(completed: string, rules: RequestRules, context: ParseContext): EvmTransaction {
  return requireAll(readRequest(completed, rules, context));
}

/** Writes the completed form: JSON, with numbers as decimal texts and bytes as hexadecimal digits. */
export function writeCompleted(transaction: EvmTransaction, from: string, style: AddressStyle): string {
  const { format, to, feeCurrency, feePerGas, priorityFeePerGas, accessList, blobs, authorizations } = transaction;
  return JSON.stringify({
    ...(format.type !== undefined && { type: `0x${format.type.toString(16)}` }),
    chainId: transaction.chainId.toString(),
    nonce: transaction.nonce.toString(),
    from,
    ...(to && { to: showAddress(to, style) }),
    value: transaction.value.toString(),
    data: bytesToHex(transaction.data),
    gas: transaction.gas.toString(),
    ...(format.price === 'gas-price'
      ? { gasPrice: feePerGas.toString() }
      : { maxFeePerGas: feePerGas.toString(), maxPriorityFeePerGas: priorityFeePerGas.toString() }),
    ...(format.carriesAccessList && { accessList: accessListToJson(accessList) }),
    ...(blobs && { maxFeePerBlobGas: blobs.maxFeePerGas.toString(), blobVersionedHashes: blobHashes(blobs) }),
    ...(authorizations && { authorizationList: authorizationsToJson(authorizations) }),
    ...(feeCurrency && { feeCurrency: bytesToHex(feeCurrency) }),
  });
}

/** The JSON form of an access list. */
export function accessListToJson(list: EvmTransaction['accessList']): { address: string; storageKeys: string[] }[] {
  return list.map(({ address, storageKeys }) => ({
    address: bytesToHex(address),
    storageKeys: storageKeys.map(bytesToHex),
  }));
}

function requireAll(request: EvmRequest): EvmTransaction {
  const { chainId, nonce, gas, value = 0n, data = new Uint8Array(0) } = request;
  const feePerGas = request.format.price === 'gas-price' ? request.gasPrice : request.maxFeePerGas;
  const priorityFeePerGas = request.format.price === 'gas-price' ? request.gasPrice : request.maxPriorityFeePerGas;
  if (chainId === undefined) throw missing('chainId');
  if (nonce === undefined) throw missing('nonce');
  if (gas === undefined) throw missing('gas');
  if (feePerGas === undefined || priorityFeePerGas === undefined) throw missing('the fee');
  return { ...request, chainId, nonce, gas, value, data, feePerGas, priorityFeePerGas };
}

function missing(what: string): CustosError {
  return new CustosError('TRANSACTION_INVALID', `${what} is missing in the completed transaction`);
}
