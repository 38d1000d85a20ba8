import type { EvmTransfer } from '../../../../core/chain/builders/evm.js';
import { CustosError } from '../../../../core/errors.js';
import type { Network } from '../../../../core/ids.js';
import { bytesToHex } from '../../../shared/hexadecimal.js';
import {
  accessListFormat,
  type CompletionRules,
  destination,
  type EvmFormat,
  ethereumFormat,
  feeMarketFormat,
  nodePrice,
  type PriceSource,
  plainCompletion,
  type TransactionShape,
} from '../../index.js';

/** Tokens of Celo in which a fee can be paid, by the symbol that requests use. */
export const celoFeeTokens: Readonly<Record<Network, Readonly<Record<string, string>>>> = {
  mainnet: {
    CUSD: '0x765de816845861e75a25fca122bb6898b8b1282a',
    CEUR: '0xd8763cba276a3738e6de85b4b3bf5fded6d6ca73',
  },
  testnet: {
    CUSD: '0x874069fa1eb16d44d622f2e0ca25eea172369bc1',
    CEUR: '0x10c892a6ec43a53e45d0b916b4b7d383b1b78c0f',
  },
};

/** The form that Celo took before it became a layer 2 of Ethereum: a bare list with fee currency and (empty) gateway fee. */
const celoLegacyFormat: EvmFormat = {
  name: 'Celo legacy',
  envelope: 'replay-protected',
  price: 'gas-price',
  carriesAccessList: false,
  carriesFeeCurrency: true,
  fields: (tx) => [
    tx.nonce,
    tx.feePerGas,
    tx.gas,
    tx.feeCurrency ?? new Uint8Array(0),
    new Uint8Array(0),
    new Uint8Array(0),
    destination(tx),
    tx.value,
    tx.data,
  ],
};

/** EIP-1559 with the fee in another currency (CIP-64). */
const feeCurrencyFormat: EvmFormat = {
  ...feeMarketFormat,
  name: 'CIP-64',
  type: 0x7b,
  carriesFeeCurrency: true,
  fields: (tx) => [...feeMarketFormat.fields(tx), tx.feeCurrency ?? new Uint8Array(0)],
};

/**
 * Picks the form of a request on Celo: as `type` says; without a type, fee caps mean EIP-1559 or CIP-64, an access list
 * EIP-2930, and all else the old form.
 * @throws CustosError TRANSACTION_UNSUPPORTED
 */
export function celoFormat(shape: TransactionShape): EvmFormat {
  if (shape.type === feeCurrencyFormat.type) return feeCurrencyFormat;
  if (shape.type !== undefined) return ethereumFormat({ ...shape, hasFeeCurrency: false });
  if (shape.hasFeeCaps) return shape.hasFeeCurrency ? feeCurrencyFormat : feeMarketFormat;
  return shape.hasAccessList ? accessListFormat : celoLegacyFormat;
}

const LOW_CUSD_PRICE = 500_000_000n;

// A price of at most half a gwei counts as none in cUSD: existing applications rely on one gwei being paid then.
const celoPrice: PriceSource = async (question) => {
  const price = await nodePrice(question);
  const currency = question.feeCurrency === undefined ? undefined : bytesToHex(question.feeCurrency);
  const isDollar = currency === celoFeeTokens.mainnet['CUSD'] || currency === celoFeeTokens.testnet['CUSD'];
  return isDollar && price <= LOW_CUSD_PRICE ? 1_000_000_000n : price;
};

/** Paying in a token costs more gas than the node's estimate says; the margin covers the debit and the refund. */
export const celoCompletion: CompletionRules = {
  ...plainCompletion,
  price: celoPrice,
  call: ['filledPrice', 'value', 'from', 'to', 'data', 'gas'],
  gasMargin: 100_000n,
  countAddress: 'lower-case',
};

/**
 * The form of a gateway's transfer: EIP-1559, or CIP-64 when a token pays the fee, because Celo no longer takes its old form.
 * @throws CustosError ADDRESS_INVALID: the fee currency is neither CELO, a known symbol nor an address
 */
export function celoTransfer(request: EvmTransfer, network: Network): Record<string, unknown> {
  const feeCurrency = feeCurrencyOf(request.feeCurrency, network);
  const { gasPrice, type = '0x2' } = request;
  if (feeCurrency === undefined && type !== '0x2') return {};
  const caps =
    gasPrice === undefined ? {} : { maxFeePerGas: gasPrice.toString(), maxPriorityFeePerGas: gasPrice.toString() };
  return { ...caps, gasPrice: undefined, type: feeCurrency === undefined ? type : '0x7b', feeCurrency };
}

function feeCurrencyOf(text: string | undefined, network: Network): string | undefined {
  const symbol = text?.toUpperCase();
  if (text === undefined || symbol === undefined || symbol === 'CELO') return undefined;
  const contract = celoFeeTokens[network][symbol] ?? text;
  if (!/^0x[0-9a-fA-F]{40}$/.test(contract)) {
    throw new CustosError('ADDRESS_INVALID', 'the fee currency is neither CELO, CUSD, CEUR nor the address of a token');
  }
  return contract;
}
