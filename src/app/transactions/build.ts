import type { Chain } from '../../core/chain/chain.js';
import type { NodeClient } from '../../core/chain/node.js';
import type { PaymentContext, PaymentRequest } from '../../core/chain/payment.js';
import type { Network } from '../../core/ids.js';
import { rulesOf, type SigningRules } from '../../core/signing/signing-rules.js';
import { buildPayment, type CheckedPayment } from '../../signing/build-payment.js';

/** Where a payment is built that is in no journal yet. */
export interface TrialPlace {
  readonly chain: Chain;
  readonly network: Network;
  readonly node: NodeClient;
  readonly rules: SigningRules;
  now(): number;
  /** As of `PaymentContext`; absent where no journal knows of other transactions. */
  readonly spent?: PaymentContext['spent'];
}

/**
 * Builds a payment and says what it does. It takes no number and reserves no output: another transaction may use them before.
 * @throws CustosError as `buildPayment`
 */
export function tryPayment(request: PaymentRequest, { rules, ...place }: TrialPlace): Promise<CheckedPayment> {
  const ofChain = rulesOf(rules, place.chain.id);
  const { developmentChainId } = ofChain;
  return buildPayment(request, {
    ...place,
    rules: ofChain,
    nextNonce: async (latest, waiting = latest) => waiting,
    spent: place.spent ?? (async () => new Set()),
    ...(developmentChainId !== undefined && { developmentChainId }),
  });
}
