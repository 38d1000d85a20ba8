import { rulesOf } from '../core/signing/signing-rules.js';
import { checkFeeLimit, checkLimits } from '../signing/limits.js';
import type { Claimed, LifecycleParts, Signers } from './parts.js';
import type { Decoded } from './steps/decode.js';

/** Checks what a transaction does against the operator's limits, and its own for the fee. @throws CustosError FEE_INVALID, HAZARD_REFUSED */
export function refuseBeyondLimits(
  { rules }: Pick<LifecycleParts, 'rules'>,
  { entry }: Claimed,
  { chain, summary }: Pick<Signers, 'chain'> & Pick<Decoded, 'summary'>,
): void {
  const place = { chain, network: entry.network, rules: rulesOf(rules, entry.chain) };
  checkLimits(summary, place);
  checkFeeLimit(summary, entry.pending.feeLimit, place);
}
