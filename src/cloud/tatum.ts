import type { Chain } from '../core/chain/chain.js';
import type { RecordedTransaction } from '../core/chain/node.js';
import { CustosError, isWorthWaiting } from '../core/errors.js';
import type { ChainId, Network, SignatureId } from '../core/ids.js';
import { isObject, objectOf, tryJson } from '../core/json.js';
import type {
  BroadcastManner,
  Cloud,
  CloudStatus,
  ErrorReport,
  Nodes,
  PolledTransaction,
} from '../core/network/cloud.js';
import { noHeaders } from '../core/network/extra-headers.js';
import { IDS_A_POLL, POLLS_AT_ONCE, REPORTS_A_REQUEST } from '../core/network/limits.js';
import { chunks } from '../core/pages.js';
import { inParallel } from '../core/parallel.js';
import type { PendingTransaction } from '../core/signing/pending.js';
import { type Meaning, meaningOf } from './answers.js';
import { type Call, type CallerOptions, createCaller } from './caller.js';
import { createHttpClient, type HttpAnswer, type HttpClient } from './http.js';
import { excessOf } from './list-size.js';
import { judgeRefusal, refusedAs } from './nodes.js';
import { readPolledInTurns } from './polled.js';
import { cloudRefusal, errorCodeOf, parseAnswer } from './refusal.js';
import { pathSegment } from './urls.js';

export interface CloudOptions extends CallerOptions {
  /** Checks whether a refused transaction is already on the chain. */
  readonly nodes: Pick<Nodes, 'client'>;
}

/** Answers to a broadcast that did not get through: the same bytes are sent again at once. */
const notThrough: ReadonlySet<number> = new Set([429, 502, 503, 504]);

/** The queue of pending transactions over the cloud's HTTP interface. @throws CustosError API_KEY_INVALID */
export function createCloud(options: CloudOptions): Cloud {
  const { clock, apiKey, limits, proxies, extra = noHeaders } = options;
  const http = createHttpClient({
    clock,
    secrets: [apiKey, ...extra.secrets],
    ...(limits && { limits }),
    ...(proxies && { proxies }),
  });
  let fromGateway = false;
  const call = createCaller(http, {
    ...options,
    onAnswer({ gateway }) {
      fromGateway = gateway;
    },
  });
  const wire: Wire = { http, call, nodes: options.nodes, isGateway: () => fromGateway };
  return {
    pending: (chain, network, ids) => poll(wire, { chain, network, ids }),
    broadcast: (chain, pending, signed, manner = 'close') => broadcast(wire, { chain, pending, signed, manner }),
    complete: (pendingId, txId) => complete(wire, pendingId, txId),
    status: (pendingId) => askStatus(wire, pendingId),
    report: (reports) => report(wire, reports),
    isGateway: () => fromGateway,
  };
}

interface Wire {
  readonly http: HttpClient;
  readonly call: Call;
  readonly nodes: Pick<Nodes, 'client'>;
  isGateway(): boolean;
}

interface Poll {
  readonly chain: ChainId;
  readonly network: Network;
  readonly ids: readonly SignatureId[];
}

async function poll(wire: Wire, { chain, network, ids }: Poll): Promise<readonly PolledTransaction[]> {
  const answers = await inParallel(chunks(ids, IDS_A_POLL), POLLS_AT_ONCE, (part) => pollOnce(wire, chain, part));
  return readPolledInTurns(answers.flat(), chain, network);
}

async function pollOnce({ http, call }: Wire, chain: ChainId, signatureIds: readonly SignatureId[]) {
  const path = `/v3/kms/pending/${chain}`;
  const label = `POST ${path}`;
  const answer = await call('POST', path, { body: { signatureIds }, retries: 1, timeout: 'poll' });
  if (answer.status >= 400) throw cloudRefusal(http, { label, answer, code: 'CLOUD_REFUSED' });
  const excess = excessOf(answer.text);
  if (excess !== undefined) throw new CustosError('CLOUD_ANSWER_INVALID', `${label} was answered with ${excess}`);
  const value = parseAnswer(answer.text, 'CLOUD_ANSWER_INVALID', label);
  if (!Array.isArray(value)) throw new CustosError('CLOUD_ANSWER_INVALID', `${label} was answered with no list`);
  const elements: readonly unknown[] = value;
  return elements;
}

interface Broadcast {
  readonly chain: Chain;
  readonly pending: PendingTransaction;
  readonly signed: RecordedTransaction;
  readonly manner: BroadcastManner;
}

async function broadcast({ http, call, nodes }: Wire, { chain, pending, signed, manner }: Broadcast) {
  const { path, body: form } = broadcastRequest(chain, pending, signed);
  // Only our own gateway is asked to keep it open, because the API of other clouds does not have this member.
  const body = manner === 'keep open' ? { ...form, close: false } : form;
  const label = `POST ${path}`;
  try {
    const answer = await call('POST', path, { body, retries: 2, repeatOn: notThrough });
    if (answer.status >= 400) {
      const meaning = meaningOfBroadcast(answer);
      const code = meaning === 'wait' ? 'CLOUD_REFUSED' : 'BROADCAST_REFUSED';
      throw cloudRefusal(http, { label, answer, code, meaning: meaning === 'wait' ? 'wait' : 'final' });
    }
    return { txId: readTxId(answer, label) };
  } catch (error) {
    // A cloud may pass on its node's words with any error status, even 500.
    if (!(error instanceof CustosError) || error.details['status'] === undefined) throw error;
    const judged = await judgeRefusal(nodes.client(chain), { chain, signed, refusal: error.message }).catch((other) => {
      // An error from the connection is passed on unchanged, whether the bytes could be looked up or not.
      throw error.details['answer'] === 'wait' ? error : other;
    });
    if (judged === 'known') return { txId: signed.txId };
    throw refusedAs(error, judged);
  }
}

/** The cloud quotes its node with status 403 and its own code; other refusals are classified by their status. */
function meaningOfBroadcast(answer: HttpAnswer): Meaning {
  const { status, text } = answer;
  if (status >= 500) return 'wait';
  const isOwn = errorCodeOf(answer) !== undefined || status === 403;
  return meaningOf({ status, words: text, ...(isOwn && { code: 0 }) });
}

function readTxId({ text }: HttpAnswer, label: string): string {
  const value = parseAnswer(text, 'CLOUD_ANSWER_INVALID', label);
  const txId = isObject(value) ? value['txId'] : undefined;
  if (typeof txId !== 'string' || !/^[!-~]{1,200}$/.test(txId)) {
    throw new CustosError('CLOUD_ANSWER_INVALID', `${label} was answered without a transaction hash`);
  }
  return txId;
}

function broadcastRequest(chain: Chain, pending: PendingTransaction, signed: RecordedTransaction) {
  const { withdrawal } = pending;
  // Bytes that went to the chain's node are reported by their id.
  const raw = chain.node.sendsByNode === true ? signed.txId : signed.raw;
  if (withdrawal !== undefined && chain.tatum?.ledgerBroadcast === true) {
    const body = { currency: chain.id, signatureId: pending.id, withdrawalId: withdrawal.id, txData: raw };
    return { path: '/v3/offchain/withdrawal/broadcast', body };
  }
  return { path: `/v3/${chain.slug}/broadcast`, body: { txData: raw, signatureId: pending.id } };
}

async function complete(wire: Wire, pendingId: string, txId: string): Promise<void> {
  const path = `/v3/kms/${pathSegment(pendingId)}/${pathSegment(txId)}`;
  const answer = await wire.call('PUT', path, { retries: 3 });
  // A transaction that no longer exists is closed, which is all that is needed.
  if (answer.status < 400 || isMissing(answer)) return;
  const error = cloudRefusal(wire.http, { label: `PUT ${path}`, answer, code: 'CLOUD_REFUSED' });
  // The API has no code for an already closed transaction, so the cloud is asked.
  if (!(await isClosedWith(wire, pendingId, txId))) throw error;
}

async function isClosedWith(wire: Wire, pendingId: string, txId: string): Promise<boolean> {
  try {
    const now = await askStatus(wire, pendingId);
    const isGone = now.kind === 'unknown' || now.kind === 'withdrawn';
    return isGone || (now.kind === 'completed' && now.txId.toLowerCase() === txId.toLowerCase());
  } catch (error) {
    if (isWorthWaiting(error)) throw error;
    return false;
  }
}

async function askStatus({ http, call }: Wire, pendingId: string): Promise<CloudStatus> {
  const path = `/v3/kms/${pathSegment(pendingId)}`;
  const label = `GET ${path}`;
  const answer = await call('GET', path, { retries: 3 });
  if (isMissing(answer)) return { kind: isWithdrawn(answer) ? 'withdrawn' : 'unknown' };
  if (answer.status >= 400) throw cloudRefusal(http, { label, answer, code: 'CLOUD_REFUSED' });
  const value = parseAnswer(answer.text, 'CLOUD_ANSWER_INVALID', label);
  const noObject = () => new CustosError('CLOUD_ANSWER_INVALID', `${label} was answered with no object`);
  const { txId } = objectOf(value, noObject);
  return typeof txId === 'string' && txId !== '' ? { kind: 'completed', txId } : { kind: 'pending' };
}

/**
 * True when the cloud itself says that it has no such pending transaction. This does not end an unsent transaction: another
 * cloud may have listed it. A 403 or 404 from another machine on the way, even in JSON, does not count.
 */
function isMissing(answer: HttpAnswer): boolean {
  return (answer.status === 403 || answer.status === 404) && errorCodeOf(answer) === 'kms.missing';
}

/** True when our gateway also says that it had the transaction and that the application withdrew it. */
function isWithdrawn({ text }: HttpAnswer): boolean {
  const value = tryJson(text);
  return isObject(value) && value['state'] === 'withdrawn';
}

async function report({ http, call, isGateway }: Wire, reports: readonly ErrorReport[]): Promise<void> {
  const path = '/v3/tatum/kms/batch';
  for (const part of chunks(reports, REPORTS_A_REQUEST)) {
    const errors = part.map(({ pendingId, error, final }) => ({
      signatureId: pendingId,
      error,
      ...(isGateway() && final === true && { final }),
    }));
    const answer = await call('POST', path, { body: { errors }, retries: 1 });
    if (answer.status >= 400) throw cloudRefusal(http, { label: `POST ${path}`, answer, code: 'CLOUD_REFUSED' });
  }
}
