import type { AssetAmount, Summary, SummaryNote } from '../../core/chain/summary.js';
import { formatUnits } from '../../core/chain/units.js';
import { bytesToHex } from '../shared/hexadecimal.js';
import { type CallRules, describe } from './calls/call.js';
import type { EvmTransaction } from './format.js';

/** What a summary takes from its chain. */
export interface SummaryRules extends CallRules {
  /** Symbols of tokens that pay fees, by contract address in lower case. */
  readonly feeSymbols: ReadonlyMap<string, string>;
  /** The network takes more than the signed bytes say. */
  readonly hasDataFee: boolean;
}

/** Says what a transaction does, from the very values that are signed. @param from - sender as shown */
export function summarize(transaction: EvmTransaction, from: string, rules: SummaryRules): Summary {
  const { kind, tokens, method, opaque, hazards, notes, text } = describe(transaction, from, rules);
  const fee = feeOf(transaction, rules);
  const { to } = transaction;
  return {
    kind,
    from,
    ...(to && { to: rules.show(to) }),
    value: { asset: rules.coin, amount: transaction.value },
    tokens,
    hazards,
    fee: fee.amount,
    nonce: transaction.nonce,
    chainId: transaction.chainId,
    ...(method !== undefined && { method }),
    opaque,
    notes: [...notes, ...notesOf(transaction, rules)],
    text: `${from} ${text}; the fee is at most ${fee.text}${rules.hasDataFee ? ', and what its data cost on Ethereum' : ''}`,
  };
}

/** What else is signed: the fee is only the product of gas and price, and the form decides what they mean. */
function notesOf(transaction: EvmTransaction, rules: SummaryRules): SummaryNote[] {
  const { format, gas, feePerGas, priorityFeePerGas, accessList } = transaction;
  const prices =
    format.price === 'gas-price'
      ? [note('gasPrice', feePerGas)]
      : [note('maxFeePerGas', feePerGas), note('maxPriorityFeePerGas', priorityFeePerGas)];
  const access = accessList.map(({ address, storageKeys }) =>
    note('accessList', [rules.show(address), ...storageKeys.map(bytesToHex)].join(' ')),
  );
  const data = rules.hasDataFee
    ? [note('fee for data', 'asked besides by the network; not bounded by what is signed')]
    : [];
  return [note('type', format.name), note('gas', gas), ...prices, ...data, ...access];
}

function note(name: string, value: string | bigint): SummaryNote {
  return { name, value: value.toString() };
}

function feeOf(transaction: EvmTransaction, rules: SummaryRules): { amount: AssetAmount; text: string } {
  const amount = transaction.gas * transaction.feePerGas;
  const currency = transaction.feeCurrency === undefined ? undefined : bytesToHex(transaction.feeCurrency);
  if (currency === undefined) {
    return { amount: { asset: rules.coin, amount }, text: `${formatUnits(amount, rules.decimals)} ${rules.coin}` };
  }
  const symbol = rules.feeSymbols.get(currency);
  const text =
    symbol === undefined ? `${amount} smallest units of token ${currency}` : `${formatUnits(amount, 18)} ${symbol}`;
  return { amount: { asset: currency, amount }, text };
}
