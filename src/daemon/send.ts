import type { Chain, RecordedTransaction } from '../core/chain/chain.js';
import { CustosError } from '../core/errors.js';
import { quote } from '../core/ids.js';
import type { JournalEntry } from '../core/store/journal.js';
import { confirm, expired, fateOf, isDirect, isFollowed, isMortal, refuseDead, type Sent } from './confirm.js';
import { type DaemonParts, step } from './parts.js';
import { advance, type Claimed, type Outcome } from './settle.js';

/** Goes on with recorded bytes after a crash, a failed broadcast or a retry. Nothing is signed here. */
export async function finish(parts: DaemonParts, claimed: Claimed): Promise<Outcome> {
  const { entry } = claimed;
  const { signed: raw, txId, completed = '', sender = '' } = entry;
  if (raw === undefined || txId === undefined) {
    throw new CustosError('RECORD_DAMAGED', `transaction ${entry.id} is ${entry.state} without signed bytes`);
  }
  const twin = await parts.journal.twin(entry);
  if (twin !== undefined) {
    throw new CustosError(
      'TRANSACTION_DUPLICATE',
      `the bytes of ${entry.id} are those of ${twin}, and pay for that one`,
    );
  }
  const chain = parts.chains.get(entry.chain);
  const sent: Sent = { chain, recorded: { raw, txId, completed, sender } };
  if (entry.state === 'signed' && chain.displacement !== undefined) await waitForRival(parts, entry, sent);
  if (entry.state === 'broadcast') return conclude(parts, claimed, { sent, isNew: false });
  // Only time is asked about beforehand: that another transaction took the nonce, a refusal tells first.
  if (chain.expiry !== undefined) await refuseDead(parts, entry, sent);
  return send(parts, claimed, chain, sent.recorded);
}

/**
 * A failed transaction that was retried after another one had got its nonce: one of the two takes effect, and nothing is sent
 * before a settled block shows which.
 * @throws CustosError TRANSACTION_EXPIRED: the other one; BROADCAST_DEFERRED: not shown yet; NODE_*
 */
async function waitForRival(parts: DaemonParts, entry: JournalEntry, sent: Sent): Promise<void> {
  const [rival] = await parts.journal.rivals(entry);
  if (rival === undefined) return;
  if ((await fateOf(parts, entry, sent)) === 'known') return;
  const text = `the nonce of ${entry.id} is that of ${rival.id} by now, and no settled block shows yet which of them took it`;
  throw new CustosError('BROADCAST_DEFERRED', text);
}

/** Broadcasts recorded bytes and goes on as far as the network allows. */
export async function send(
  parts: DaemonParts,
  claimed: Claimed,
  chain: Chain,
  recorded: RecordedTransaction,
): Promise<Outcome> {
  const { entry } = claimed;
  if (chain.closedNetwork !== undefined) {
    parts.log.warn({ id: entry.id, chain: chain.id, reason: chain.closedNetwork }, 'network is closed');
  }
  const byNode = isDirect(parts, entry) || chain.sendsByNode === true;
  const stays = isFollowed(parts, entry);
  await parts.leases.check(claimed.lease);
  const { txId } = await step(parts, 'broadcast', entry.id, () =>
    broadcast(parts, entry, { sent: { chain, recorded }, stays }),
  );
  const isSame = txId.toLowerCase() === recorded.txId.toLowerCase();
  // Where others sign after us, only the network knows the id.
  if (!isSame && chain.sendsByNode === true && !chain.isTransactionId(txId)) {
    throw new CustosError('NODE_ANSWER_INVALID', `${quote(txId)} is no transaction id of ${chain.id}`);
  }
  const fact = isSame || chain.sendsByNode !== true ? {} : { txId };
  if (!isSame && chain.sendsByNode !== true) {
    parts.log.warn({ id: entry.id, txId: recorded.txId, answered: txId }, 'another transaction hash was answered');
  }
  const taken = advance(parts, claimed, { to: 'broadcast', fact, event: 'broadcast' });
  const now = { ...claimed, entry: { ...entry, state: 'broadcast' } as const };
  // A cloud closes what is broadcast through it, so both steps may share one write.
  if (!byNode && !stays) {
    const [, outcome] = await Promise.all([taken, completed(parts, now)]);
    return outcome;
  }
  await taken;
  return conclude(parts, now, { sent: { chain, recorded: { ...recorded, ...fact } }, isNew: true });
}

function broadcast(
  parts: DaemonParts,
  entry: JournalEntry,
  { sent: { chain, recorded }, stays }: { sent: Sent; stays: boolean },
): Promise<{ txId: string }> {
  const byNode = isDirect(parts, entry) || chain.sendsByNode === true;
  const answer = byNode
    ? parts.nodes.broadcast(chain, recorded)
    : parts.cloud.broadcast(chain, entry.pending, recorded, stays ? 'keep open' : 'close');
  return answer.catch((error: unknown) => {
    // A refusal because of old age is no failure where the bytes are made anew. Whoever tells it has asked for the proof.
    const isRefused = error instanceof CustosError && error.code === 'BROADCAST_REFUSED';
    if (isRefused && error.details['dead'] === true && isMortal(chain)) throw expired(entry, chain);
    throw error;
  });
}

/** Once the transaction is as deep in the chain as the operator wants it, the cloud is told. */
async function conclude(
  parts: DaemonParts,
  claimed: Claimed,
  { sent, isNew }: { sent: Sent; isNew: boolean },
): Promise<Outcome> {
  const waiting = await confirm(parts, claimed, { sent, isNew });
  return waiting ?? close(parts, claimed, sent);
}

async function close(parts: DaemonParts, claimed: Claimed, { chain, recorded }: Sent): Promise<Outcome> {
  const { entry } = claimed;
  const tell = async () => {
    // A chain that is sent by its node is told to the cloud through the same operation as all others, by its id.
    if (chain.sendsByNode !== true || isDirect(parts, entry)) return parts.cloud.complete(entry.id, recorded.txId);
    await parts.cloud.broadcast(chain, entry.pending, recorded);
  };
  await step(parts, 'close', entry.id, tell);
  return completed(parts, claimed);
}

async function completed(parts: DaemonParts, claimed: Claimed): Promise<Outcome> {
  await advance(parts, claimed, { to: 'completed', fact: {}, event: 'completed' });
  return { id: claimed.entry.id, kind: 'completed' };
}
