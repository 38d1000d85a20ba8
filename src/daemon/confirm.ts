import type { Chain, Fate, Inclusion, RecordedTransaction } from '../core/chain/chain.js';
import { CustosError } from '../core/errors.js';
import type { JournalEntry } from '../core/store/journal.js';
import { type DaemonParts, step } from './parts.js';
import { advance, type Claimed, type Outcome } from './settle.js';

/** Signed bytes of a chain that may be on their way. */
export interface Sent {
  readonly chain: Chain;
  readonly recorded: RecordedTransaction;
}

/** Milliseconds between two looks at a transaction that the chain does not have deep enough yet. */
const SOONEST = 1_000;
const LATEST = 60_000;

/** A ledger withdrawal is booked by the cloud, so it goes there even when the chain has an own node. */
export function isDirect(parts: DaemonParts, entry: JournalEntry): boolean {
  return parts.nodes.isOwn(entry.chain) && entry.pending.withdrawal === undefined;
}

/** True where a node can be asked which block has the bytes, and the operator wants that: an own one, or one behind a gateway. */
export function isFollowed(parts: DaemonParts, entry: JournalEntry): boolean {
  const hasNode = parts.nodes.isOwn(entry.chain) || parts.cloud.isGateway?.() === true;
  const isTold = parts.chains.get(entry.chain).inclusion !== undefined;
  return hasNode && isTold && entry.pending.withdrawal === undefined && parts.confirmations(entry.chain) > 0;
}

/**
 * Looks where a node, an own one or one behind a gateway, has a broadcast transaction. One that its node has lost, or that a reorganisation threw out, is
 * broadcast again: the same bytes.
 * @returns undefined when it is deep enough, or nobody can tell; else what it waits for
 * @throws CustosError NODE_*, BROADCAST_REFUSED, TRANSACTION_EXPIRED: another transaction made these bytes worthless for good
 */
export async function confirm(
  parts: DaemonParts,
  claimed: Claimed,
  { sent, isNew }: { sent: Sent; isNew: boolean },
): Promise<Outcome | undefined> {
  const { entry } = claimed;
  const { chain, recorded } = sent;
  const wanted = parts.confirmations(entry.chain);
  if (!isFollowed(parts, entry)) return undefined;
  const node = parts.nodes.client(chain);
  const found = await step(parts, 'confirm', entry.id, async () => chain.inclusion?.(recorded, node));
  if (found === undefined) return undefined;
  if (found.kind === 'included' && found.depth >= wanted) {
    if (found.reverted) parts.log.warn({ id: entry.id, chain: chain.id, block: found.block }, 'transaction reverted');
    return undefined;
  }
  await note(parts, claimed, found);
  // What was sent in this very turn may not have reached the node that is asked.
  if (found.kind === 'absent' && !isNew) await sendAgain(parts, claimed, sent);
  else await parts.journal.rest(claimed.lease, nextLook(parts, entry));
  return { id: entry.id, kind: 'unconfirmed' };
}

/** Tells the story of the block that has it, and of one that has it no more. */
async function note(parts: DaemonParts, claimed: Claimed, found: Inclusion): Promise<void> {
  const { block: before } = claimed.entry;
  if (found.kind === 'included' && found.block !== before) {
    await advance(parts, claimed, { to: 'broadcast', fact: { block: found.block }, event: 'included' });
  }
  if (found.kind !== 'included' && before !== undefined) {
    await advance(parts, claimed, { to: 'broadcast', fact: { block: '' }, event: 'reorganised' });
  }
}

async function sendAgain(parts: DaemonParts, claimed: Claimed, sent: Sent): Promise<void> {
  const { entry, lease } = claimed;
  await refuseDead(parts, entry, sent);
  await parts.leases.check(lease);
  await step(parts, 'broadcast', entry.id, () => parts.nodes.broadcast(sent.chain, sent.recorded));
  const fact = { nextAttemptAt: nextLook(parts, entry) };
  await advance(parts, claimed, { to: 'broadcast', fact, event: 'broadcast' });
}

/** The older it is, the less often it is looked at. */
function nextLook({ clock }: DaemonParts, { createdAt }: JournalEntry): number {
  const age = clock.now() - createdAt;
  return clock.now() + Math.min(Math.max(age / 4, SOONEST), LATEST);
}

/** Asks the node. @throws CustosError NODE_*, and TRANSACTION_EXPIRED (as `expired` gives it): the bytes are proved dead */
export async function refuseDead(parts: DaemonParts, entry: JournalEntry, sent: Sent): Promise<void> {
  if (isMortal(sent.chain)) await fateOf(parts, entry, sent);
}

/** @throws CustosError NODE_*, and TRANSACTION_EXPIRED: the bytes are proved dead */
export async function fateOf(
  parts: DaemonParts,
  entry: JournalEntry,
  { chain, recorded }: Sent,
): Promise<Fate | undefined> {
  const fate = await step(parts, 'confirm', entry.id, async () => chain.fate?.(recorded, parts.nodes.client(chain)));
  if (fate === 'dead') throw expired(entry, chain);
  return fate;
}

/** True where signed bytes may become such that they can never take effect any more. */
export function isMortal({ expiry, displacement }: Chain): boolean {
  return expiry !== undefined || displacement !== undefined;
}

/** @returns the error for bytes that are proved dead; `details.renew` when they are to be made anew */
export function expired({ id, pending }: JournalEntry, { id: chain, expiry, displacement }: Chain): CustosError {
  const text =
    expiry === undefined
      ? `another transaction took the nonce of the signed bytes of ${id} on ${chain}`
      : `the signed bytes of ${id} ran out before ${chain} took them`;
  const end = expiry ?? displacement?.(pending);
  return new CustosError('TRANSACTION_EXPIRED', text, { details: { renew: end === 'renewed' } });
}
