import type { SignedTransaction } from '../../core/chain/codec.js';
import type { Fate, Inclusion, NodeClient, RecordedTransaction } from '../../core/chain/node.js';
import { type Clock, systemClock } from '../../core/clock.js';
import { CustosError, isRetryable } from '../../core/errors.js';
import { isObject } from '../../core/json.js';
import { blockNameIn, finalIn } from '../shared/finality.js';
import { askAccess, type FlowAccess, keyAt, newestBlock, resultOf } from './access.js';
import { signByCloud } from './complete.js';
import { envelopeMessage, transactionId } from './encoding.js';
import { readSent, type SentFlow, transactionBody } from './sent.js';

/** How long a broadcast waits for the seal of a block. */
export interface Patience {
  /** Questions at most. */
  readonly polls: number;
  /** Milliseconds between two of them. */
  readonly interval: number;
  readonly clock: Clock;
}

/** A block is sealed after some ten seconds; this waits for a minute. */
export const usualPatience: Patience = { polls: 60, interval: 1000, clock: systemClock };

/** Blocks for which a reference block is valid (600), and as many again for nodes that lag. */
const LIFETIME = 1200n;

/**
 * Asks the payer for its signature where that is not the account itself, sends, and waits for the seal. Sending the same again
 * is safe: all its forms have one sequence number, and the network executes one transaction for each.
 * @returns the id of the transaction as the payer's signature made it
 * @throws CustosError BROADCAST_REFUSED (refused, run out, or executed without success), BROADCAST_DEFERRED (not sealed yet, or its turn has not come), NODE_*
 */
export async function sendFlow(signed: SignedTransaction, node: NodeClient, patience: Patience): Promise<string> {
  const sent = readSent(signed.raw);
  const access = { node, network: sent.network };
  const isSponsored = sent.envelopeSignatures.length === 0;
  if (!isSponsored) await waitForTurn(access, sent, signed.txId);
  const complete = isSponsored ? await withPayer(sent, node) : sent;
  let id: string;
  try {
    id = await post(access, complete);
  } catch (error) {
    // Only a definite no frees the cloud's proposal key: after any other error the bytes may be on their way.
    if (isSponsored && !isRetryable(error)) await tellCloud(node, sent, '');
    throw error;
  }
  const failure = await untilSealed(access, id, patience);
  if (isSponsored) await tellCloud(node, sent, id);
  if (failure !== undefined) throw failure;
  return id;
}

/** What became of signed bytes. Dead: they expired, and the chain shows that their sequence number is still unused. */
export async function flowFate({ raw, txId }: RecordedTransaction, node: NodeClient): Promise<Fate> {
  const sent = readSent(raw);
  const access = { node, network: sent.network };
  const { kind } = await resultOf(access, txId);
  if (kind === 'sealed' || kind === 'pending') return 'known';
  if (kind === 'failed') return 'open';
  const { height } = await newestBlock(access, 'sealed');
  if (height <= sent.referenceHeight + LIFETIME) return 'open';
  // The state of that very height: another node behind the same address may lag.
  const { proposer } = sent.payload;
  const key = await keyAt(access, proposer, `block_height=${height}&expand=keys`);
  return key.sequenceNumber === proposer.sequenceNumber ? 'dead' : 'open';
}

/** Finds a transaction: a sealed block is final. @throws CustosError NODE_* */
export async function flowInclusion({ raw, txId }: RecordedTransaction, node: NodeClient): Promise<Inclusion> {
  const result = await resultOf({ node, network: readSent(raw).network }, txId);
  if (result.kind === 'sealed' || result.kind === 'failed') {
    return finalIn(blockNameIn(result.block), result.kind === 'failed');
  }
  return { kind: result.kind === 'pending' ? 'waiting' : 'absent' };
}

async function withPayer(sent: SentFlow, node: NodeClient): Promise<SentFlow> {
  const { payload, payloadSignatures, payerKey } = sent;
  if (node.cloud === undefined) {
    throw new CustosError('BROADCAST_REFUSED', 'the cloud was to pay for this transaction, and is not asked any more');
  }
  const signature = await signByCloud(node.cloud, envelopeMessage(payload, payloadSignatures), true);
  return { ...sent, envelopeSignatures: [{ address: payload.payer, keyId: payerKey, signature }] };
}

/** The network takes a sequence number only in its turn: a transaction that comes too early fails and costs its fee. */
async function waitForTurn(access: FlowAccess, { payload }: SentFlow, id: string): Promise<void> {
  const { proposer } = payload;
  const { sequenceNumber: now } = await keyAt(access, proposer, 'block_height=sealed&expand=keys');
  if (now === proposer.sequenceNumber) return;
  if ((await resultOf(access, id)).kind !== 'unknown') return;
  const numbers = `the key's sequence number is ${now}, that of transaction ${id} is ${proposer.sequenceNumber}`;
  if (now < proposer.sequenceNumber) throw new CustosError('BROADCAST_DEFERRED', `${numbers}: it waits for its turn`);
  throw new CustosError('BROADCAST_REFUSED', `${numbers}: another transaction took it`);
}

/** @returns the id that the network answers */
async function post(access: FlowAccess, sent: SentFlow): Promise<string> {
  let answer: unknown;
  try {
    answer = await askAccess(access, { path: '/v1/transactions', body: transactionBody(sent) });
  } catch (error) {
    if (isRetryable(error)) throw error;
    // A node may refuse a transaction as too old that it executed long ago.
    const id = transactionId(sent.payload, sent.payloadSignatures, sent.envelopeSignatures);
    if ((await resultOf(access, id)).kind === 'unknown') throw error;
    return id;
  }
  const id = isObject(answer) ? answer['id'] : undefined;
  if (typeof id === 'string' && /^[0-9a-f]{64}$/.test(id)) return id;
  throw new CustosError('NODE_ANSWER_INVALID', 'the FLOW node took a broadcast and answered with no id');
}

/** @returns why the transaction failed; undefined where it did not */
async function untilSealed(
  access: FlowAccess,
  id: string,
  { polls, interval, clock }: Patience,
): Promise<CustosError | undefined> {
  for (let poll = 0; poll < polls; poll += 1) {
    if (poll > 0) await clock.wait(interval);
    const result = await resultOf(access, id);
    if (result.kind === 'sealed') return undefined;
    if (result.kind === 'failed') return failed(id, result.reason);
    if (result.kind === 'expired') return new CustosError('BROADCAST_REFUSED', `transaction ${id} ran out unsealed`);
  }
  throw new CustosError('BROADCAST_DEFERRED', `transaction ${id} is sent, and no block with it is sealed yet`);
}

function failed(id: string, reason: string): CustosError {
  // The words of a contract must not read like a node's «already known», which would count as success.
  const words = reason
    .replaceAll(/already(?= ?(known|imported|in ))/gi, 'already,')
    .replaceAll(/known transaction/gi, 'transaction');
  const hint = /sequence number/i.test(reason)
    ? '; look whether it took effect under another id before it is repeated'
    : '';
  return new CustosError('BROADCAST_REFUSED', `transaction ${id} was executed without success: ${words}${hint}`);
}

/** Frees the proposal key that the cloud lent; the cloud frees it by itself after a while, so a failure changes nothing. */
async function tellCloud(node: NodeClient, { payload }: SentFlow, txData: string): Promise<void> {
  try {
    await node.cloud?.({ path: '/v3/flow/broadcast', body: { txData, proposalKey: payload.proposer.keyId } });
  } catch (error) {
    if (!(error instanceof CustosError)) throw error;
  }
}
