import type { Chain } from '../core/chain/chain.js';
import type { Fate } from '../core/chain/node.js';
import { CustosError } from '../core/errors.js';
import type { JournalEntry } from '../core/store/journal.js';
import type { LifecycleParts, Sent } from './parts.js';
import { step, type Traced } from './step.js';

type FateParts = Traced & Pick<LifecycleParts, 'nodes'>;

/** Asks the node. @throws CustosError NODE_*, and TRANSACTION_EXPIRED (as `expired` makes it): the bytes are proved dead */
export async function refuseDead(parts: FateParts, entry: JournalEntry, sent: Sent): Promise<void> {
  if (isMortal(sent.chain)) await fateOf(parts, entry, sent);
}

/** @throws CustosError NODE_*, and TRANSACTION_EXPIRED: the bytes are proved dead */
export async function fateOf(
  parts: FateParts,
  entry: JournalEntry,
  { chain, recorded }: Sent,
): Promise<Fate | undefined> {
  const fate = await step(parts, 'confirm', entry.id, async () =>
    chain.node.fate?.(recorded, parts.nodes.client(chain)),
  );
  if (fate === 'dead') throw expired(entry, chain);
  return fate;
}

/** True if signed bytes of the chain can die, so that they can never take effect any more. */
export function isMortal({ codec: { expiry, displacement } }: Chain): boolean {
  return expiry !== undefined || displacement !== undefined;
}

/** @returns the error for bytes that are proved dead; `details.renew` if new bytes must be made */
export function expired(
  { id, pending }: JournalEntry,
  { id: chain, codec: { expiry, displacement } }: Chain,
): CustosError {
  const text =
    expiry === undefined
      ? `another transaction took the nonce of the signed bytes of ${id} on ${chain}`
      : `the signed bytes of ${id} ran out before ${chain} took them`;
  const end = expiry ?? displacement?.(pending);
  return new CustosError('TRANSACTION_EXPIRED', text, { details: { renew: end === 'renewed' } });
}
