import type { Effect } from '../core/chain/effect.js';
import type { AssetAmount } from '../core/chain/summary.js';
import { CustosError } from '../core/errors.js';
import { canonicalJson } from './canonical-json.js';
import { hashOf } from './hash.js';

/** What an approval says of a transaction. */
export interface Intent {
  /** Hash of everything it does, without the fee: what people decide about. */
  readonly intent: string;
  /** Hash of everything, with the fee and the fields that only order, price and time it. */
  readonly effects: string;
  /** The highest possible fee. */
  readonly fee: AssetAmount;
}

/**
 * Computes what an approval binds. A node or the clock may change the fee, number and expiry while people think, so those are
 * outside the intent.
 * @throws CustosError APPROVAL_EFFECTS: the transaction does nothing but pay a fee, or does not have one fee
 */
export function intentOf(effects: readonly Effect[]): Intent {
  const fees = effects.filter(({ op }) => op === 'fee');
  const rest = effects.filter(({ op }) => op !== 'fee');
  const [fee] = fees;
  if (fee?.asset === undefined || fee.amount === undefined || fees.length > 1)
    throw unclear('it does not have exactly one fee');
  // A hash of no effects would be the same for every transaction.
  if (rest.length === 0) throw unclear('it has no effect but its fee');
  return {
    intent: hashOfEffects(rest),
    effects: hashOfEffects(effects),
    fee: { asset: fee.asset, amount: fee.amount },
  };
}

function hashOfEffects(effects: readonly Effect[]): string {
  try {
    return hashOf(canonicalJson(effects.map(effectJson)));
  } catch (cause) {
    throw new CustosError('APPROVAL_EFFECTS', 'an effect holds a text that has no canonical form', { cause });
  }
}

/** An effect as JSON: amounts are decimal texts. */
function effectJson({ amount, tokenId, args, accounts, ...rest }: Effect): object {
  return {
    ...rest,
    ...(amount !== undefined && { amount: amount.toString() }),
    ...(tokenId !== undefined && { tokenId: tokenId.toString() }),
    ...(args !== undefined && { args: args.map(({ name, value }) => ({ name, value })) }),
    ...(accounts !== undefined && { accounts }),
  };
}

function unclear(why: string): CustosError {
  return new CustosError('APPROVAL_EFFECTS', `the transaction cannot be approved: ${why}`);
}
