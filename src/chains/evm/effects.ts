import type { Effect, EffectArgument } from '../../core/chain/effect.js';
import { bytesToHex } from '../shared/hexadecimal.js';
import { type CallRules, effectsOf } from './calls/call.js';
import type { EvmTransaction } from './format.js';

/** What the effects take from their chain. */
export interface EffectRules extends CallRules {
  /** The network takes more than the signed bytes say. */
  readonly hasDataFee: boolean;
}

/** Name of the part of the fee that nothing in the signed bytes limits. */
export const DATA_FEE = 'fee for data';

/** Everything that a transaction does, its fee last. @param from - sender as shown */
export function effectsOfTransaction(transaction: EvmTransaction, from: string, rules: EffectRules): readonly Effect[] {
  const { gas, feePerGas, feeCurrency } = transaction;
  const fee: Effect = {
    op: 'fee',
    from,
    asset: feeCurrency === undefined ? rules.coin : bytesToHex(feeCurrency),
    amount: gas * feePerGas,
    args: feeArguments(transaction, rules),
  };
  return [...effectsOf(transaction, from, rules), fee];
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
    ...(feeCurrency === undefined ? [] : [argument('feeCurrency', bytesToHex(feeCurrency))]),
  ];
}

function argument(name: string, value: string | bigint): EffectArgument {
  return { name, value: value.toString() };
}
