import type { Effect, EffectOp } from '../../core/chain/effect.js';
import type { HazardKind } from '../../core/chain/hazards.js';

/** They move or make an asset, so they have to name it, and permits have to have a ceiling. */
export const boundOps: readonly EffectOp[] = ['transfer', 'token-transfer', 'approve', 'mint', 'burn', 'trade'];
/** They give away something that no amount is stated for. */
const boundless: ReadonlySet<HazardKind> = new Set([
  'closes-account',
  'approve-all',
  'unlimited-allowance',
  'blind-signature',
]);

/** Amount in smallest units. A token that is not fungible is one. */
export function amountOf({ amount, tokenId, code }: Effect): bigint | undefined {
  if (amount !== undefined) return amount;
  return tokenId !== undefined && (code === undefined || !boundless.has(code)) ? 1n : undefined;
}

/** An effect that moves an asset, or a right over it, by an amount that nothing states. */
export function isUnbounded(effect: Effect): boolean {
  if (amountOf(effect) !== undefined) return false;
  const { asset, op, code } = effect;
  return asset !== undefined || boundOps.includes(op) || (code !== undefined && boundless.has(code));
}
