import type { SubscriptionKind } from '../../core/events/types.js';

/** What the column of types says of a subscription: a program that does not know the word hands nothing out to it. */
export const subscriptionWords: Readonly<Record<SubscriptionKind, string>> = {
  completed: 'kms.completed',
  failed: 'kms.failed',
};

/** @returns undefined: a webhook of another kind */
export function subscriptionOf(types: string | null): SubscriptionKind | undefined {
  if (types === subscriptionWords.completed) return 'completed';
  return types === subscriptionWords.failed ? 'failed' : undefined;
}
