import type { Chain } from '../core/chain/chain.js';
import type { Claimed, LifecycleParts } from './parts.js';

/** A ledger withdrawal is booked by its source, so it goes there even when the chain has an own node. */
export function isDirect({ nodes }: Pick<LifecycleParts, 'nodes'>, { entry, source }: Claimed): boolean {
  if (source.broadcast === undefined) return true;
  return nodes.isOwn(entry.chain) && entry.pending.withdrawal === undefined;
}

/** True where signed bytes go to a node; else the source takes them to the network. */
export function goesByNode(
  parts: Pick<LifecycleParts, 'nodes'>,
  claimed: Claimed,
  { node: { sendsByNode } }: Chain,
): boolean {
  return sendsByNode === true || isDirect(parts, claimed);
}

/** True where a node can be asked which block has the bytes, and the operator wants that: an own one, or one of the source. */
export function isFollowed(
  { nodes, confirmations }: Pick<LifecycleParts, 'nodes' | 'confirmations'>,
  { entry, source }: Claimed,
  { node: { inclusion } }: Chain,
): boolean {
  const hasNode = nodes.isOwn(entry.chain) || source.showsBlocks();
  return hasNode && inclusion !== undefined && entry.pending.withdrawal === undefined && confirmations(entry.chain) > 0;
}
