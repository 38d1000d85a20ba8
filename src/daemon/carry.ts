import type { Chain, SignedTransaction } from '../core/chain.js';
import { asCustosError, CustosError, isRetryable } from '../core/errors.js';
import type { JournalEntry, JournalFact, Lease, State } from '../core/journal.js';
import type { SignRequest } from '../core/signer.js';
import { type Summary, summaryToJson } from '../core/summary.js';
import type { SealedWallet } from '../core/wallet.js';
import { firstKey } from '../signing/sign.js';
import { type DaemonParts, step } from './parts.js';
import type { SenderQueues } from './sender-queues.js';

/** How far a pending transaction came this time. `waiting` is tried again later. */
export type OutcomeKind = 'completed' | 'held' | 'denied' | 'failed' | 'waiting';

export interface Outcome {
  readonly id: string;
  readonly kind: OutcomeKind;
  /** Set when the cloud should be told, once. */
  readonly report?: string;
}

/** A claimed row of the journal with the right to change it. */
export interface Claimed {
  readonly entry: JournalEntry;
  readonly lease: Lease;
}

/**
 * Takes one claimed pending transaction through the rest of its way: complete, decode, judge, sign, record, broadcast, close.
 * The only place on this way that catches: an error ends in the journal, with its code, and in the outcome.
 */
export async function carry(parts: DaemonParts, senders: SenderQueues, claimed: Claimed): Promise<Outcome> {
  const { entry } = claimed;
  try {
    if (entry.state === 'signed' || entry.state === 'broadcast') return await finish(parts, claimed);
    const prepared = await prepare(parts, entry);
    const line = `${entry.chain}/${entry.network}/${prepared.from}`;
    return await senders.run(line, () => signAndSend(parts, claimed, prepared));
  } catch (thrown) {
    return settle(parts, claimed, thrown);
  }
}

interface Prepared {
  readonly chain: Chain;
  readonly sealed: readonly SealedWallet[];
  readonly from: string;
}

/** Finds wallets and sender. No network, no secret. */
async function prepare(parts: DaemonParts, entry: JournalEntry): Promise<Prepared> {
  const { pending } = entry;
  const chain = parts.chains.get(entry.chain);
  const ids = [...new Set(pending.keys.map((key) => key.signatureId))];
  for (const id of ids) {
    if (parts.onlyWallets !== undefined && !parts.onlyWallets.has(id)) {
      throw new CustosError('WALLET_NOT_ALLOWED', `signature ID ${id} is not among those that may sign`);
    }
  }
  const sealed = await parts.wallets.get(ids);
  const from = parts.publicVault.address(...firstKey({ pending, sealed }));
  return { chain, sealed, from };
}

async function signAndSend(parts: DaemonParts, claimed: Claimed, prepared: Prepared): Promise<Outcome> {
  const { entry, lease } = claimed;
  try {
    const completed = await step(parts, 'complete', entry.id, () => complete(parts, entry, prepared));
    const unsigned = prepared.chain.parse(completed, parseContext(parts, entry, prepared.from));
    const { summary } = unsigned;
    await step(parts, 'record', entry.id, () =>
      parts.journal.advance(
        lease,
        entry.state,
        {
          completed,
          sender: prepared.from,
          summary: summaryToJson(summary),
          ...(unsigned.nonce !== undefined && { nonce: unsigned.nonce }),
        },
        'filled',
      ),
    );
    const refused = await step(parts, 'judge', entry.id, () => judge(parts, claimed, summary));
    if (refused !== undefined) return refused;
    const signed = await sign(parts, claimed, { completed, sealed: prepared.sealed });
    return await send(parts, claimed, prepared.chain, signed);
  } catch (thrown) {
    // Settled inside the sender's line, so that the next transaction of this sender sees the journal as it is now.
    return settle(parts, claimed, thrown);
  }
}

async function complete(parts: DaemonParts, entry: JournalEntry, { chain, from }: Prepared): Promise<string> {
  return chain.complete(entry.pending, {
    ...parseContext(parts, entry, from),
    node: parts.nodes.client(chain),
    nextNonce: (count) => nextNonce(parts, entry, from, count),
  });
}

/** The first number from `count` upwards that no living transaction of the sender uses. */
async function nextNonce(parts: DaemonParts, entry: JournalEntry, from: string, count: bigint): Promise<bigint> {
  let next = count;
  for (const used of await parts.journal.livingNonces(entry.chain, entry.network, from, count)) {
    if (used > next) break;
    if (used === next) next += 1n;
  }
  return next;
}

function parseContext(parts: DaemonParts, entry: JournalEntry, from: string) {
  const developmentChainId = parts.developmentChainIds.get(entry.chain);
  return { network: entry.network, from, ...(developmentChainId !== undefined && { developmentChainId }) };
}

async function judge(parts: DaemonParts, claimed: Claimed, summary: Summary): Promise<Outcome | undefined> {
  for (const judge of parts.judges) {
    const verdict = await judge.decide(claimed.entry.pending, summary);
    if (verdict.kind === 'allow') {
      parts.log.info({ id: claimed.entry.id, judge: judge.name }, 'transaction allowed');
      continue;
    }
    const held = verdict.kind === 'hold';
    const code = held ? 'FOUR_EYE_UNREACHABLE' : 'FOUR_EYE_DENIED';
    return end(parts, claimed, held ? 'held' : 'denied', new CustosError(code, `${verdict.rule}: ${verdict.reason}`));
  }
  return undefined;
}

async function sign(
  parts: DaemonParts,
  { entry, lease }: Claimed,
  request: Pick<SignRequest, 'completed' | 'sealed'>,
): Promise<SignedTransaction> {
  const developmentChainId = parts.developmentChainIds.get(entry.chain)?.toString();
  const signed = await step(parts, 'sign', entry.id, () =>
    parts.signer.sign({
      pending: entry.pending,
      ...request,
      ...(developmentChainId !== undefined && { developmentChainId }),
    }),
  );
  parts.trace?.('open', 'end', signed.timing.open, entry.id);
  // The bytes are on disk before they leave: after a crash these very bytes are sent, never new ones.
  await step(parts, 'record', entry.id, () =>
    parts.journal.advance(lease, 'signed', { signed: signed.raw, txId: signed.txId }),
  );
  parts.log.info(
    { id: entry.id, chain: entry.chain, txId: signed.txId, signer: parts.signer.name },
    'transaction signed',
  );
  return signed;
}

/** Goes on with recorded bytes after a crash, a failed broadcast or a retry. Nothing is signed here. */
async function finish(parts: DaemonParts, claimed: Claimed): Promise<Outcome> {
  const { entry } = claimed;
  if (entry.signed === undefined || entry.txId === undefined) {
    throw new CustosError('INTERNAL', `transaction ${entry.id} is ${entry.state} without signed bytes`);
  }
  const chain = parts.chains.get(entry.chain);
  if (entry.state === 'broadcast') return close(parts, claimed, entry.txId);
  return send(parts, claimed, chain, { raw: entry.signed, txId: entry.txId });
}

async function send(parts: DaemonParts, claimed: Claimed, chain: Chain, signed: SignedTransaction): Promise<Outcome> {
  const { entry, lease } = claimed;
  // A ledger withdrawal is booked by the cloud, so it goes there even when the chain has an own node.
  const direct = parts.nodes.isOwn(entry.chain) && entry.pending.withdrawal === undefined;
  const { txId } = await step(parts, 'broadcast', entry.id, () =>
    direct ? parts.nodes.broadcast(chain, signed) : parts.cloud.broadcast(chain, entry.pending, signed),
  );
  await step(parts, 'record', entry.id, () => parts.journal.advance(lease, 'broadcast', {}, 'broadcast'));
  if (txId.toLowerCase() !== signed.txId.toLowerCase()) {
    parts.log.warn({ id: entry.id, txId: signed.txId, answered: txId }, 'another transaction hash was answered');
  }
  // The cloud closes what is broadcast through it; only what went to an own node still has to be told.
  if (!direct) return completed(parts, claimed, signed.txId);
  return close(parts, claimed, signed.txId);
}

async function close(parts: DaemonParts, claimed: Claimed, txId: string): Promise<Outcome> {
  await step(parts, 'close', claimed.entry.id, () => parts.cloud.complete(claimed.entry.id, txId));
  return completed(parts, claimed, txId);
}

async function completed(parts: DaemonParts, { entry, lease }: Claimed, txId: string): Promise<Outcome> {
  await step(parts, 'record', entry.id, () => parts.journal.advance(lease, 'completed', {}));
  parts.log.info({ id: entry.id, chain: entry.chain, txId }, 'transaction completed');
  return { id: entry.id, kind: 'completed' };
}

/** Puts an error into the journal: for good, or to be tried again when it is of that kind. */
async function settle(parts: DaemonParts, claimed: Claimed, thrown: unknown): Promise<Outcome> {
  const error = asCustosError(thrown);
  // Another daemon has it, or the disk takes no write: the journal stays as it is.
  if (error.code === 'LEASE_LOST' || error.code.startsWith('STORE_')) return unrecorded(parts, claimed, error);
  try {
    if (isRetryable(error)) {
      const current = await parts.journal.get(claimed.entry.id);
      return await end(parts, claimed, current?.state ?? claimed.entry.state, error);
    }
    return await end(parts, claimed, error.code === 'FOUR_EYE_DENIED' ? 'denied' : 'failed', error);
  } catch (second) {
    return unrecorded(parts, claimed, asCustosError(second));
  }
}

function unrecorded(parts: DaemonParts, { entry }: Claimed, error: CustosError): Outcome {
  parts.log.error({ id: entry.id, code: error.code, error: error.message }, 'transaction postponed');
  return { id: entry.id, kind: 'waiting' };
}

async function end(parts: DaemonParts, claimed: Claimed, to: State, error: CustosError): Promise<Outcome> {
  const { entry, lease } = claimed;
  const text = `${error.code}: ${error.message}`;
  const again = to !== 'failed' && to !== 'denied';
  const fact: JournalFact = {
    errorCode: error.code,
    errorText: error.message,
    reported: text,
    ...(again && { nextAttemptAt: parts.clock.now() + backOff(entry.attempts, error.retryAfter) }),
  };
  await parts.journal.advance(lease, to, fact, again && to !== 'held' ? 'postponed' : undefined);
  const event = again ? 'transaction postponed' : `transaction ${to}`;
  parts.log.warn({ id: entry.id, chain: entry.chain, code: error.code, error: error.message }, event);
  const kind = to === 'held' || to === 'denied' || to === 'failed' ? to : 'waiting';
  return { id: entry.id, kind, ...(entry.reported !== text && { report: text }) };
}

/** Milliseconds until the next try: doubling from one second to five minutes, with a fifth of jitter. */
function backOff(attempts: number, retryAfter: number | undefined): number {
  const doubled = Math.min(1000 * 2 ** Math.min(attempts, 9), 300_000);
  return Math.max(retryAfter ?? 0, Math.round(doubled * (0.9 + Math.random() * 0.2)));
}
