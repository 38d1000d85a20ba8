import type { Chain, ParseContext, RecordedTransaction, SignedTransaction, SignerFacts } from '../core/chain/chain.js';
import { type Summary, summaryToJson } from '../core/chain/summary.js';
import { CustosError, type ErrorCode } from '../core/errors.js';
import { digestOf } from '../core/signing/digest.js';
import type { HoldCause, Verdict } from '../core/signing/judge.js';
import type { SignRequest } from '../core/signing/signer.js';
import { rulesOf } from '../core/signing/signing-rules.js';
import type { SealedWallet } from '../core/signing/wallet.js';
import type { JournalEntry } from '../core/store/journal.js';
import { checkLimits } from '../signing/limits.js';
import { keyRefsOf, parseContext, type WantedKey, wantedKeys } from '../signing/sign.js';
import { checkSigned } from '../signing/signed.js';
import { type RecentForms, refuseKnown, untilDistinct } from './distinct.js';
import { type DaemonParts, step } from './parts.js';
import { finish, send } from './send.js';
import type { SenderQueues } from './sender-queues.js';
import { advance, type Claimed, end, type Outcome, settle } from './settle.js';

/**
 * Takes one claimed pending transaction through the rest of its way: complete, decode, judge, sign, record, broadcast, close.
 * The only place on this way that catches: an error ends in the journal, with its code, and in the outcome.
 */
export async function carry(parts: DaemonParts, senders: SenderQueues, claimed: Claimed): Promise<Outcome> {
  const { entry } = claimed;
  try {
    if (entry.state === 'signed' || entry.state === 'broadcast') return await finish(parts, claimed);
    // Whose wallet is read first, is a matter of the database: transactions of one key keep the order in which they came.
    return await senders.run(`key ${firstKey(parts, entry)}`, async () => {
      const prepared = await prepare(parts, entry);
      const line = `${entry.chain}/${entry.network}/${prepared.from}`;
      return senders.run(line, () => signAndSend(parts, claimed, { ...prepared, recent: senders.recent }));
    });
  } catch (thrown) {
    return settle(parts, claimed, thrown);
  }
}

function firstKey(parts: DaemonParts, { id, chain, pending }: JournalEntry): string {
  const [first] = keyRefsOf(parts.chains.get(chain), pending);
  return first === undefined ? id : `${first.signatureId}/${first.index ?? ''}`;
}

interface Prepared {
  readonly chain: Chain;
  readonly sealed: readonly SealedWallet[];
  /** All keys, in the order in which they will be lent; the first one's address is the sender. */
  readonly signers: readonly SignerFacts[];
  readonly from: string;
}

interface Making extends Prepared {
  readonly recent: RecentForms;
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
  const { from } = contextOf(parts, entry, signers);
  return { chain, sealed, signers, from };
}

/** From public halves; keys that only secrets derive are asked of the signer. */
async function identify(parts: DaemonParts, wanted: readonly WantedKey[]): Promise<readonly SignerFacts[]> {
  const known = wanted.map(({ sealed, ref }) => parts.publicVault.facts(sealed, ref));
  if (known.every((facts) => facts !== undefined)) return known;
  return parts.signer.identify({ sealed: wanted.map(({ sealed }) => sealed), keys: wanted.map(({ ref }) => ref) });
}

function contextOf(
  parts: DaemonParts,
  { chain, pending }: JournalEntry,
  signers: readonly SignerFacts[],
): ParseContext {
  return parseContext(pending, { rules: rulesOf(parts.rules, chain), signers });
}

async function signAndSend(parts: DaemonParts, claimed: Claimed, making: Making): Promise<Outcome> {
  try {
    const { chain } = making;
    const made = await untilDistinct(parts, { chain, pending: claimed.entry.pending }, () =>
      make(parts, claimed, making),
    );
    return 'raw' in made ? await send(parts, claimed, chain, made) : made;
  } catch (thrown) {
    // Settled inside the sender's line, so that the next transaction of this sender sees the journal as it is now.
    return settle(parts, claimed, thrown);
  }
}

/** Complete, decode, judge, sign, record. @throws CustosError TRANSACTION_DUPLICATE: another transaction has the very bytes */
async function make(parts: DaemonParts, claimed: Claimed, making: Making): Promise<RecordedTransaction | Outcome> {
  const { entry } = claimed;
  const { chain, from, sealed, signers, recent } = making;
  const completed = await step(parts, 'complete', entry.id, () => complete(parts, claimed, making));
  await refuseKnown(parts, claimed, { recent, from, completed });
  const unsigned = chain.parse(completed, contextOf(parts, entry, signers));
  const { summary, nonce, spends } = unsigned;
  const fact = {
    completed,
    sender: from,
    summary: summaryToJson(summary),
    ...(nonce !== undefined && { nonce }),
    ...(spends !== undefined && { spends }),
  };
  // What the row says already is not told again: one that is held for days would fill the store with repetitions. Outputs
  // are free again whenever a transaction waits, so they are always reserved anew.
  const isKnown = entry.completed === completed && entry.sender === from && spends === undefined;
  if (!isKnown) await advance(parts, claimed, { to: entry.state, fact, event: 'filled' });
  checkLimits(summary, { chain, network: entry.network, rules: rulesOf(parts.rules, entry.chain) });
  const digest = digestOf(completed);
  const refused = await step(parts, 'judge', entry.id, () => judge(parts, claimed, { summary, completed }));
  if (refused !== undefined) return refused;
  try {
    const signed = await sign(parts, claimed, { completed, digest, sealed });
    recent.add({ from, completed }, entry.id);
    return { ...signed, completed, sender: from };
  } catch (thrown) {
    const other = thrown instanceof CustosError ? thrown.details['other'] : undefined;
    if (typeof other === 'string') recent.add({ from, completed }, other);
    throw thrown;
  }
}

async function complete(parts: DaemonParts, { entry, lease }: Claimed, making: Making): Promise<string> {
  const { chain, signers, from: sender, recent } = making;
  return chain.complete(entry.pending, {
    ...contextOf(parts, entry, signers),
    node: parts.nodes.client(chain),
    allowUnproved: rulesOf(parts.rules, entry.chain).allowedHazards.has('unproved-amount'),
    isTaken: (completed) => recent.ownerOf({ from: sender, completed }) !== undefined,
    async nextNonce(latest, waiting) {
      const counts = { sender, latest, ...(waiting !== undefined && { waiting }) };
      const { nonce, missing } = await parts.journal.takeNonce(lease, counts);
      if (missing > 0) parts.meter.nonceGap(entry.chain, missing);
      return nonce;
    },
  });
}

async function judge(
  parts: DaemonParts,
  claimed: Claimed,
  { summary, completed }: { summary: Summary; completed: string },
): Promise<Outcome | undefined> {
  for (const judge of parts.judges) {
    const verdict = await judge.decide(claimed.entry.pending, summary, completed).catch((error: unknown) => {
      parts.meter.judged(judge.name, 'error');
      throw error;
    });
    parts.meter.judged(judge.name, verdict.kind);
    if (verdict.kind === 'allow') {
      parts.log.info({ id: claimed.entry.id, judge: judge.name }, 'transaction allowed');
      continue;
    }
    const held = verdict.kind === 'hold';
    if (held && verdict.distrust !== undefined) parts.meter.judged(judge.name, 'distrust');
    const error = new CustosError(codeOf(verdict), `${verdict.rule}: ${verdict.reason}`);
    return end(parts, claimed, held ? 'held' : 'denied', error);
  }
  return undefined;
}

const heldAs: Readonly<Record<HoldCause, ErrorCode>> = {
  silent: 'FOUR_EYE_UNREACHABLE',
  undecided: 'FOUR_EYE_UNDECIDED',
  invalid: 'FOUR_EYE_ANSWER_INVALID',
};

function codeOf(verdict: Exclude<Verdict, { kind: 'allow' }>): ErrorCode {
  return verdict.kind === 'hold' ? heldAs[verdict.because] : 'FOUR_EYE_DENIED';
}

async function sign(
  parts: DaemonParts,
  claimed: Claimed,
  request: Required<Pick<SignRequest, 'completed' | 'digest' | 'sealed'>>,
): Promise<SignedTransaction> {
  const { entry } = claimed;
  const start = performance.now();
  const signed = await step(parts, 'sign', entry.id, () => parts.signer.sign({ pending: entry.pending, ...request }));
  checkSigned(parts.chains.get(entry.chain), signed);
  parts.meter.signed(entry.chain, (performance.now() - start) * 1000);
  parts.trace?.('open', 'end', signed.timing.open, entry.id);
  await refuseDeadBytes(parts, claimed, signed.txId);
  // The bytes are on disk before they leave: after a crash these very bytes are sent, never new ones.
  await advance(parts, claimed, { to: 'signed', fact: { signed: signed.raw, txId: signed.txId }, event: 'signed' });
  return signed;
}

/** What ran out and comes out again the same cannot be made anew: the request itself has run out. @throws CustosError TRANSACTION_EXPIRED */
async function refuseDeadBytes(parts: DaemonParts, { entry, lease }: Claimed, txId: string): Promise<void> {
  // What ran out was let go of, and taken anew: under the first lease nothing has.
  if (lease.generation === 1) return;
  const { expiry, displacement } = parts.chains.get(entry.chain);
  if (expiry === undefined && displacement === undefined) return;
  const story = await parts.journal.events(entry.id);
  if (!story.some(({ event, fact }) => event === 'expired' && fact['txId'] === txId)) return;
  throw new CustosError('TRANSACTION_EXPIRED', `the request of ${entry.id} has run out and cannot be made anew`);
}
