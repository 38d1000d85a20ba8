import type { Chain } from '../core/chain/chain.js';
import type { JournalEntry } from '../core/store/journal.js';
import type { Claimed, LifecycleParts } from './parts.js';

/** The source books a ledger withdrawal, so it goes there even if the chain has its own node. */
export function isDirect({ nodes }: Pick<LifecycleParts, 'nodes'>, { entry, source }: Claimed): boolean {
  if (source.broadcast === undefined) return true;
  return nodes.isOwn(entry.chain) && entry.pending.withdrawal === undefined;
}

/** True if whoever asked for the bytes gets them, and Custos sends nothing. */
export function isHandedOut({ intake }: JournalEntry): boolean {
  return intake?.delivery === 'return';
}

/** True if signed bytes go to a node; otherwise the source sends them to the network. */
export function goesByNode(
  parts: Pick<LifecycleParts, 'nodes'>,
  claimed: Claimed,
  { node: { sendsByNode } }: Chain,
): boolean {
  return sendsByNode === true || isDirect(parts, claimed);
}

/** True if a node, your own or one of the source, can say which block has the bytes, and the operator wants that. */
export function isFollowed(
  { nodes, confirmations }: Pick<LifecycleParts, 'nodes' | 'confirmations'>,
  { entry, source }: Claimed,
  { node: { inclusion } }: Chain,
): boolean {
  const hasNode = nodes.isOwn(entry.chain) || source.showsBlocks();
  return hasNode && inclusion !== undefined && entry.pending.withdrawal === undefined && confirmations(entry.chain) > 0;
}
