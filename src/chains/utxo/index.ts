import type { Chain } from '../../core/chain/chain.js';
import { parseChainId } from '../../core/ids.js';
import { builderOf } from './builder.js';
import { codecOf } from './codec.js';
import { DECIMALS, type UtxoChainDefinition } from './definition.js';
import { keysOf } from './keys.js';
import { messagesOf } from './messages/messages.js';
import { nodeOf } from './node.js';
import { paymentsOf } from './payments.js';
import { outputQuestions } from './questions/questions.js';
import { outputOperations } from './tatum.js';

export { balanceOperations, outputOperations } from './tatum.js';

/** Makes a chain of the Bitcoin family from what sets it apart. */
export function utxoChain(definition: UtxoChainDefinition): Chain {
  return {
    id: parseChainId(definition.id),
    name: definition.name,
    slug: definition.slug,
    tatum: {
      errors: { broadcast: 'blockchain.broadcast.error' },
      ...{ operations: outputOperations, questions: outputQuestions(definition), ...definition.tatum },
    },
    coin: definition.id,
    decimals: DECIMALS,
    feeCeiling: definition.feeCeiling,
    keys: keysOf(definition),
    codec: codecOf(definition),
    messages: messagesOf(definition),
    node: nodeOf(definition),
    builder: builderOf(definition),
    payments: paymentsOf(definition),
  };
}
