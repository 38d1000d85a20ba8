import type { Chain, RecordedTransaction, SignedTransaction, SignerFacts } from '../core/chain.js';
import { CustosError } from '../core/errors.js';
import type { JournalEntry } from '../core/journal.js';
import type { SignRequest } from '../core/signer.js';
import { type Summary, summaryToJson } from '../core/summary.js';
import type { SealedWallet } from '../core/wallet.js';
import { keyRefsOf, parseContext, type WantedKey, wantedKeys } from '../signing/sign.js';
import { type DaemonParts, step } from './parts.js';
import type { SenderQueues } from './sender-queues.js';
import { type Claimed, end, keepLease, type Outcome, settle } from './settle.js';

/**
 * Takes one claimed pending transaction through the rest of its way: complete, decode, judge, sign, record, broadcast, close.
 * The only place on this way that catches: an error ends in the journal, with its code, and in the outcome.
 */
export async function carry(parts: DaemonParts, senders: SenderQueues, claimed: Claimed): Promise<Outcome> {
  const { entry } = claimed;
  try {
    await keepLease(parts, claimed);
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
  /** All keys, in the order in which they will be lent; the first one's address is the sender. */
  readonly signers: readonly SignerFacts[];
  readonly from: string;
}

/** Finds wallets and sender. No network, no secret. */
async function prepare(parts: DaemonParts, entry: JournalEntry): Promise<Prepared> {
  const { pending } = entry;
  const chain = parts.chains.get(entry.chain);
  const ids = [...new Set(keyRefsOf(chain, pending).map((key) => key.signatureId))];
  for (const id of ids) {
    if (parts.onlyWallets !== undefined && !parts.onlyWallets.has(id)) {
      throw new CustosError('WALLET_NOT_ALLOWED', `signature ID ${id} is not among those that may sign`);
    }
  }
  const sealed = await parts.wallets.get(ids);
  const signers = await identify(parts, wantedKeys(chain, { pending, sealed }));
  const { from } = parseContext(requestOf(parts, entry), signers);
  return { chain, sealed, signers, from };
}

/** From public halves; keys that only secrets derive are asked of the signer. */
async function identify(parts: DaemonParts, wanted: readonly WantedKey[]): Promise<readonly SignerFacts[]> {
  const known = wanted.map(({ sealed, ref }) => parts.publicVault.facts(sealed, ref));
  if (known.every((facts) => facts !== undefined)) return known;
  return parts.signer.identify({ sealed: wanted.map(({ sealed }) => sealed), keys: wanted.map(({ ref }) => ref) });
}

function requestOf(parts: DaemonParts, { pending, chain }: JournalEntry) {
  const developmentChainId = parts.developmentChainIds.get(chain)?.toString();
  const feeCeiling = parts.feeCeilings.get(chain)?.toString();
  return {
    pending,
    ...(feeCeiling !== undefined && { feeCeiling }),
    ...(developmentChainId !== undefined && { developmentChainId }),
    ...(parts.allowForeignKeys.has(chain) && { allowForeignKey: true }),
  };
}

async function signAndSend(parts: DaemonParts, claimed: Claimed, prepared: Prepared): Promise<Outcome> {
  const { entry, lease } = claimed;
  try {
    await keepLease(parts, claimed);
    const completed = await step(parts, 'complete', entry.id, () => complete(parts, entry, prepared));
    const unsigned = prepared.chain.parse(completed, parseContext(requestOf(parts, entry), prepared.signers));
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
    return await send(parts, claimed, prepared.chain, { ...signed, completed, sender: prepared.from });
  } catch (thrown) {
    // Settled inside the sender's line, so that the next transaction of this sender sees the journal as it is now.
    return settle(parts, claimed, thrown);
  }
}

async function complete(parts: DaemonParts, entry: JournalEntry, prepared: Prepared): Promise<string> {
  const { chain, signers, from } = prepared;
  return chain.complete(entry.pending, {
    ...parseContext(requestOf(parts, entry), signers),
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
  const signed = await step(parts, 'sign', entry.id, () =>
    parts.signer.sign({ ...requestOf(parts, entry), ...request }),
  );
  parts.trace?.('open', 'end', signed.timing.open, entry.id);
  await refuseDeadBytes(parts, entry, signed.txId);
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

/** What ran out and comes out again the same cannot be made anew: the request itself has run out. @throws CustosError TRANSACTION_EXPIRED */
async function refuseDeadBytes(parts: DaemonParts, entry: JournalEntry, txId: string): Promise<void> {
  if (parts.chains.get(entry.chain).expiry === undefined) return;
  const story = await parts.journal.events(entry.id);
  if (!story.some(({ event, fact }) => event === 'expired' && fact['txId'] === txId)) return;
  throw new CustosError('TRANSACTION_EXPIRED', `the request of ${entry.id} has run out and cannot be made anew`);
}

/** Goes on with recorded bytes after a crash, a failed broadcast or a retry. Nothing is signed here. */
async function finish(parts: DaemonParts, claimed: Claimed): Promise<Outcome> {
  const { entry } = claimed;
  const { signed: raw, txId, completed = '', sender = '' } = entry;
  if (raw === undefined || txId === undefined) {
    throw new CustosError('INTERNAL', `transaction ${entry.id} is ${entry.state} without signed bytes`);
  }
  const chain = parts.chains.get(entry.chain);
  const recorded = { raw, txId, completed, sender };
  if (entry.state === 'broadcast') return close(parts, claimed, { chain, recorded });
  return (await ifDead(parts, claimed, { chain, recorded })) ?? (await send(parts, claimed, chain, recorded));
}

async function send(
  parts: DaemonParts,
  claimed: Claimed,
  chain: Chain,
  recorded: RecordedTransaction,
): Promise<Outcome> {
  const { entry, lease } = claimed;
  if (chain.closedNetwork !== undefined) {
    parts.log.warn({ id: entry.id, chain: chain.id, reason: chain.closedNetwork }, 'network is closed');
  }
  const byNode = isDirect(parts, entry) || chain.sendsByNode === true;
  const { txId } = await step(parts, 'broadcast', entry.id, () =>
    byNode ? parts.nodes.broadcast(chain, recorded) : parts.cloud.broadcast(chain, entry.pending, recorded),
  ).catch(async (error: unknown) => {
    // A refusal because of old age is no failure where the bytes are made anew.
    const isRefused = error instanceof CustosError && error.code === 'BROADCAST_REFUSED';
    if (isRefused && (await isDead(parts, { chain, recorded }))) throw expired(entry, chain);
    throw error;
  });
  const isSame = txId.toLowerCase() === recorded.txId.toLowerCase();
  // Where others sign after us, only the network knows the id.
  const fact = isSame || chain.sendsByNode !== true ? {} : { txId };
  await step(parts, 'record', entry.id, () => parts.journal.advance(lease, 'broadcast', fact, 'broadcast'));
  if (!isSame && chain.sendsByNode !== true) {
    parts.log.warn({ id: entry.id, txId: recorded.txId, answered: txId }, 'another transaction hash was answered');
  }
  // The cloud closes what is broadcast through it; only what went to a node still has to be told.
  if (!byNode) return completed(parts, claimed, recorded.txId);
  return close(parts, claimed, { chain, recorded: { ...recorded, ...fact } });
}

/** A ledger withdrawal is booked by the cloud, so it goes there even when the chain has an own node. */
function isDirect(parts: DaemonParts, entry: JournalEntry): boolean {
  return parts.nodes.isOwn(entry.chain) && entry.pending.withdrawal === undefined;
}

interface Sent {
  readonly chain: Chain;
  readonly recorded: RecordedTransaction;
}

async function close(parts: DaemonParts, claimed: Claimed, { chain, recorded }: Sent): Promise<Outcome> {
  const { entry } = claimed;
  const tell = async () => {
    // A chain that is sent by its node is told to the cloud through the same operation as all others, by its id.
    if (chain.sendsByNode !== true || isDirect(parts, entry)) return parts.cloud.complete(entry.id, recorded.txId);
    await parts.cloud.broadcast(chain, entry.pending, recorded);
  };
  await step(parts, 'close', entry.id, tell);
  return completed(parts, claimed, recorded.txId);
}

/** Bytes that are proved dead are made anew, or have failed; anything else is sent again as it is. */
async function ifDead(parts: DaemonParts, claimed: Claimed, sent: Sent): Promise<Outcome | undefined> {
  if (!(await isDead(parts, sent))) return undefined;
  throw expired(claimed.entry, sent.chain);
}

async function isDead(parts: DaemonParts, { chain, recorded }: Sent): Promise<boolean> {
  if (chain.expiry === undefined || chain.fate === undefined) return false;
  return (await chain.fate(recorded, parts.nodes.client(chain))) === 'dead';
}

function expired({ id, chain: ticker }: JournalEntry, chain: Chain): CustosError {
  const text = `the signed bytes of ${id} ran out before ${ticker} took them`;
  return new CustosError('TRANSACTION_EXPIRED', text, { details: { renew: chain.expiry === 'renewed' } });
}

async function completed(parts: DaemonParts, { entry, lease }: Claimed, txId: string): Promise<Outcome> {
  await step(parts, 'record', entry.id, () => parts.journal.advance(lease, 'completed', {}));
  parts.log.info({ id: entry.id, chain: entry.chain, txId }, 'transaction completed');
  return { id: entry.id, kind: 'completed' };
}
