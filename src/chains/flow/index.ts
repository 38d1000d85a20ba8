import type { Chain } from '../../core/chain/chain.js';
import { parseChainId } from '../../core/ids.js';
import { bip32Scheme } from '../shared/bip32-scheme.js';
import { isHashId } from '../shared/transaction-id.js';
import { flowAddress } from './arguments.js';
import { flowBuilder } from './builder.js';
import { fillRequest } from './complete.js';
import { readRequest, writeCompleted } from './format.js';
import { decodePrivateKey, encodePrivateKey, normalizePublicKey, publicKey, rawKey, showPublicKey } from './key.js';
import { legacyTemplates } from './legacy-templates.js';
import { flowMessages } from './messages.js';
import { flowFate, flowInclusion, type Patience, sendFlow, usualPatience } from './node.js';
import { flowPayments } from './payments.js';
import { readAction } from './request.js';
import { readSigned } from './sent.js';
import { tatum } from './tatum.js';
import { cadenceOneTemplates } from './templates.js';
import { parseCompleted } from './transaction.js';

export interface FlowOptions {
  /** `legacy` texts are from before September 2024, and the network refuses them. Default: `cadence-1.0`. */
  readonly templates?: 'cadence-1.0' | 'legacy';
  readonly patience?: Patience;
}

/** `xpub` on both networks. */
const XPUB_VERSION = 0x0488b21e;
/** One path for both networks. */
const account = { path: "m/44'/539'/0'/0", version: XPUB_VERSION };

/** Makes the Flow chain. Coin type 539 (SLIP-44); nodes speak the Access API over HTTP. */
export function flowChain({ templates = 'cadence-1.0', patience = usualPatience }: FlowOptions = {}): Chain {
  const texts = templates === 'legacy' ? legacyTemplates : cadenceOneTemplates;
  return {
    id: parseChainId('FLOW'),
    name: 'Flow',
    slug: 'flow',
    tatum,
    coin: 'FLOW',
    decimals: 8,
    feeCeiling: '1',
    keys: {
      curves: ['secp256k1', 'p256'],
      hd: bip32Scheme({ mainnet: account, testnet: account }),
      address: showPublicKey,
      publicKey,
      rawKey,
      encodePrivateKey,
      decodePrivateKey,
      normalizeAddress: normalizePublicKey,
      accountOf: (text) => `0x${flowAddress(text, 'the account')}`,
    },
    codec: {
      isTransactionId: isHashId,
      parse: (completed, context) => parseCompleted(completed, context, texts),
      readSigned,
      expiry: 'renewed',
      repetition: () => 'renewed',
    },
    builder: flowBuilder(texts),
    payments: flowPayments(texts),
    messages: flowMessages,
    node: {
      async complete(pending, context) {
        const request = readRequest(pending.serialized);
        const action = readAction(request, context.network, texts);
        return writeCompleted(request, await fillRequest(action, context));
      },
      broadcast: (signed, node) => sendFlow(signed, node, patience),
      sendsByNode: true,
      fate: flowFate,
      inclusion: flowInclusion,
    },
  };
}

/** Flow. The address of a wallet is its public key; the request names the account. */
export const flow: Chain = flowChain();
