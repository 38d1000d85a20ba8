import type { Effect, EffectArgument } from '../../core/chain/effect.js';
import { bytesToHex } from '../shared/hexadecimal.js';
import { type CallRules, effectsOf } from './calls/call.js';
import type { EvmTransaction } from './format.js';
import { authorizationEffects, authorizationsToJson } from './forms/authorizations.js';
import { blobFee, blobHashes } from './forms/blobs.js';

/** What the effects take from their chain. */
export interface EffectRules extends CallRules {
  /** The network takes more than the signed bytes say. */
  readonly hasDataFee: boolean;
}

/** Name of the part of the fee that nothing in the signed bytes limits. */
export const DATA_FEE = 'fee for data';

/** Everything that a transaction does, its fee last. @param from - sender as shown */
export function effectsOfTransaction(transaction: EvmTransaction, from: string, rules: EffectRules): readonly Effect[] {
  const { gas, feePerGas, feeCurrency, blobs, authorizations = [] } = transaction;
  const fee: Effect = {
    op: 'fee',
    from,
    asset: feeCurrency === undefined ? rules.coin : bytesToHex(feeCurrency),
    amount: gas * feePerGas + (blobs === undefined ? 0n : blobFee(blobs)),
    args: feeArguments(transaction, rules),
  };
  const delegations = authorizationEffects(authorizations, rules.show);
  return [...effectsOf(transaction, from, rules), ...delegations, fee];
}

/** What else is signed: the fee is only the product of gas and price, and the form decides what they mean. */
function feeArguments(transaction: EvmTransaction, rules: EffectRules): EffectArgument[] {
  const { format, chainId, nonce, gas, feePerGas, priorityFeePerGas, accessList, feeCurrency } = transaction;
  const prices =
    format.price === 'gas-price'
      ? [argument('gasPrice', feePerGas)]
      : [argument('maxFeePerGas', feePerGas), argument('maxPriorityFeePerGas', priorityFeePerGas)];
  const access = accessList.map(({ address, storageKeys }) =>
    argument('accessList', [rules.show(address), ...storageKeys.map(bytesToHex)].join(' ')),
  );
  return [
    argument('type', format.name),
    argument('chainId', chainId),
    argument('nonce', nonce),
    argument('gas', gas),
    ...prices,
    ...(rules.hasDataFee ? [argument(DATA_FEE, 'asked besides by the network; not bounded by what is signed')] : []),
    ...access,
    ...carriedArguments(transaction),
    ...(feeCurrency === undefined ? [] : [argument('feeCurrency', bytesToHex(feeCurrency))]),
  ];
}

function carriedArguments({ blobs, authorizations = [] }: EvmTransaction): EffectArgument[] {
  return [
    ...(blobs === undefined ? [] : [argument('maxFeePerBlobGas', blobs.maxFeePerGas)]),
    ...(blobs === undefined ? [] : blobHashes(blobs).map((hash) => argument('blobVersionedHash', hash))),
    ...authorizationsToJson(authorizations).map((one) => argument('authorization', JSON.stringify(one))),
  ];
}

function argument(name: string, value: string | bigint): EffectArgument {
  return { name, value: value.toString() };
}
