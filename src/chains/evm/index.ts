import type { Chain } from '../../core/chain/chain.js';
import { type Network, parseChainId } from '../../core/ids.js';
import { builderOf } from './builder.js';
import { codecOf } from './codec.js';
import { keysOf } from './keys.js';
import { messagesOf } from './messages/messages.js';
import { nodeOf } from './node.js';
import { paymentsOf } from './payments/payments.js';
import { contractQuestions } from './questions/questions.js';
import { DECIMALS, type EvmChainDefinition, type EvmSettings, settingsOf } from './settings.js';
import { estimatedOperations } from './tatum.js';

export { type CompletionRules, plainCompletion } from './complete.js';
export {
  accessListFormat,
  destination,
  type EvmFormat,
  ethereumFormat,
  feeMarketFormat,
  type TransactionShape,
} from './format.js';
export { isLikeTransaction, signedTransactionJson } from './forms/signed.js';
export { advisedPrice, constantPrice, gasStationPrice, nodePrice, type PriceSource } from './price.js';
export { klayMethods } from './rpc.js';
export { contractOperations, estimatedOperations } from './tatum.js';

/** Makes a chain of the Ethereum family from what sets it apart. */
export function evmChain(definition: EvmChainDefinition): Chain {
  const settings = settingsOf(definition);
  return {
    id: parseChainId(settings.id),
    name: settings.name,
    slug: settings.slug,
    tatum: { operations: estimatedOperations, questions: contractQuestions(settings), ...settings.tatum },
    coin: settings.coin,
    decimals: DECIMALS,
    feeCeiling: settings.feeCeiling,
    feeTokens: (network) => feeTokensOf(settings, network),
    keys: keysOf(settings),
    codec: codecOf(settings),
    messages: messagesOf(settings),
    node: nodeOf(settings),
    builder: builderOf(settings),
    payments: paymentsOf(settings),
  };
}

function feeTokensOf({ feeTokens, feeTokenCeiling: ceiling }: EvmSettings, network: Network) {
  if (feeTokens === undefined || ceiling === undefined) return new Map();
  const tokens = Object.entries(feeTokens[network]);
  return new Map(tokens.map(([symbol, contract]) => [contract, { symbol, decimals: DECIMALS, ceiling }]));
}
