import { quote } from '../../core/ids.js';
import type { AssetAmount, Summary, TokenMove } from '../../core/summary.js';
import { formatUnits } from '../../core/units.js';
import { type AbiValue, decodeArguments } from './evm-abi.js';
import { type AddressStyle, showAddress } from './evm-address.js';
import type { EvmTransaction } from './evm-format.js';
import { bytesToHex } from './evm-hex.js';
import { type KnownMethod, knownMethods, type MethodArguments } from './evm-methods.js';

/** What a summary takes from its chain. */
export interface SummaryRules {
  readonly coin: string;
  readonly decimals: number;
  readonly addressStyle: AddressStyle;
  /** Symbols of tokens that pay fees, by contract address in lower case. */
  readonly feeSymbols: ReadonlyMap<string, string>;
}

/** Says what a transaction does, from the very values that are signed. @param from - sender as shown */
export function summarize(transaction: EvmTransaction, from: string, rules: SummaryRules): Summary {
  const content = describe(transaction, from, rules);
  const fee = feeOf(transaction, rules);
  const { to } = transaction;
  return {
    kind: content.kind,
    from,
    ...(to && { to: showAddress(to, rules.addressStyle) }),
    value: { asset: rules.coin, amount: transaction.value },
    tokens: content.tokens,
    hazards: [],
    fee: fee.amount,
    nonce: transaction.nonce,
    chainId: transaction.chainId,
    ...(content.method !== undefined && { method: content.method }),
    opaque: content.opaque,
    text: `${from} ${content.text}; the fee is at most ${fee.text}`,
  };
}

/** What one message to an account or contract does, apart from its fee. */
export interface Content {
  readonly kind: Summary['kind'];
  readonly tokens: readonly TokenMove[];
  readonly method?: string;
  readonly opaque: boolean;
  readonly text: string;
}

/** Says what a message does that carries coins and data to an address, or makes a contract. @param from - sender as shown */
export function describe(
  transaction: Pick<EvmTransaction, 'to' | 'value' | 'data'>,
  from: string,
  rules: Omit<SummaryRules, 'feeSymbols'>,
): Content {
  const { to, data, value } = transaction;
  const coins = `${formatUnits(value, rules.decimals)} ${rules.coin}`;
  if (to === undefined) {
    const gift = value > 0n ? ` and gives it ${coins}` : '';
    const text = `creates a contract from ${data.length} bytes of code${gift}`;
    return { kind: 'contract-creation', tokens: [], opaque: true, text };
  }
  const contract = showAddress(to, rules.addressStyle);
  const send = `sends ${coins} to ${contract}`;
  if (data.length === 0) return { kind: 'transfer', tokens: [], opaque: false, text: send };
  const message = readMessage(data);
  if (message !== undefined) {
    return { kind: 'transfer', tokens: [], opaque: false, text: `${send} with the message ${quote(message)}` };
  }
  const gift = value > 0n ? ` and sends ${coins} along` : '';
  const call = describeCall(data, { contract, sender: from, style: rules.addressStyle });
  return { ...call, text: call.text + gift };
}

function describeCall(data: Uint8Array, place: { contract: string; sender: string; style: AddressStyle }): Content {
  const selector = bytesToHex(data.subarray(0, 4));
  const known = data.length < 4 ? undefined : knownMethods.get(selector);
  if (known === undefined) {
    const text = `calls an unknown method (${selector}) of contract ${place.contract} with ${data.length} bytes of data`;
    return { kind: 'contract-call', tokens: [], method: selector, opaque: true, text };
  }
  const values = decodeArguments(known.types, data.subarray(4));
  if (values === undefined) {
    const text = `calls ${known.signature} of contract ${place.contract} with arguments that do not decode exactly`;
    return { kind: 'contract-call', tokens: [], method: known.signature, opaque: true, text };
  }
  const { kind, moves, text, opaque } = known.effect(argumentsOf(values, place));
  return { kind, tokens: moves, method: methodText(known, values, place.style), opaque: opaque ?? false, text };
}

function argumentsOf(
  values: readonly AbiValue[],
  place: { contract: string; sender: string; style: AddressStyle },
): MethodArguments {
  return {
    contract: place.contract,
    sender: place.sender,
    address(position) {
      const value = values[position];
      return value instanceof Uint8Array ? showAddress(value, place.style) : '';
    },
    number(position) {
      const value = values[position];
      return typeof value === 'bigint' ? value : 0n;
    },
    numbers(position) {
      const value = values[position];
      return Array.isArray(value) ? value.filter((item) => typeof item === 'bigint') : [];
    },
  };
}

function methodText(known: KnownMethod, values: readonly AbiValue[], style: AddressStyle): string {
  const name = known.signature.slice(0, known.signature.indexOf('('));
  const shown = values.map((value, position) =>
    showValue(value, known.types[position] === 'address' ? style : undefined),
  );
  return `${name}(${shown.join(', ')})`;
}

function showValue(value: AbiValue, style?: AddressStyle): string {
  if (typeof value === 'bigint') return value.toString();
  if (value instanceof Uint8Array) {
    if (style !== undefined) return showAddress(value, style);
    return value.length > 64 ? `${value.length} bytes` : bytesToHex(value);
  }
  return value.length > 8 ? `${value.length} values` : `[${value.map((item) => showValue(item)).join(', ')}]`;
}

/**
 * The text that data carries, if it is text and cannot be a call: contracts are called with a selector of 4 bytes and
 * whole words of 32 behind it, so data of such a length stays opaque even when it happens to be printable.
 */
function readMessage(data: Uint8Array): string | undefined {
  if (data.length % 32 === 4) return undefined;
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(data);
    return /^[\p{L}\p{M}\p{N}\p{P}\p{S}\p{Zs}]+$/u.test(text) ? text : undefined;
  } catch {
    // Bytes that are no UTF-8 are data, not a message; the decoder tells it by throwing.
    return undefined;
  }
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
