import type { Chain, SignedTransaction } from '../core/chain.js';
import type { Clock } from '../core/clock.js';
import type { Cloud, Nodes, PolledTransaction } from '../core/cloud.js';
import { CustosError } from '../core/errors.js';
import type { ChainId, Network, SignatureId } from '../core/ids.js';
import { type PendingTransaction, parsePending } from '../core/pending.js';
import type { Secret } from '../core/secret.js';
import {
  cloudFaults,
  createHttpClient,
  type HttpAnswer,
  type HttpClient,
  type HttpRequest,
  isRecord,
  parseJson,
} from './http.js';
import { isKnownAfterRefusal } from './nodes.js';

export interface CloudOptions {
  readonly baseUrl: string;
  readonly apiKey: Secret;
  /** Version of this program. */
  readonly version: string;
  readonly clock: Clock;
  /** Asked whether a refused transaction is on the chain already. */
  readonly nodes: Pick<Nodes, 'client'>;
  /** Told once of each distinct version notice. */
  readonly onNotice?: (notice: string) => void;
  /** Milliseconds for one request. */
  readonly timeouts?: { readonly poll: number; readonly other: number };
}

/** Signature IDs in one poll, at the most. */
const IDS_A_POLL = 25_000;
const POLLS_AT_ONCE = 4;
const REPORTS_A_REQUEST = 500;
/** The version whose wire behaviour this client has; the cloud answers by it. */
const CLIENT_VERSION = '8.0.1';
/** Chains whose ledger withdrawals have a broadcast operation of their own. */
const ledgerChains: ReadonlySet<string> = new Set(['ETH', 'ONE', 'BTC', 'LTC', 'DOGE', 'BCH', 'ADA']);

/** The queue of pending transactions over the cloud's HTTP interface. */
export function createCloud(options: CloudOptions): Cloud {
  const http = createHttpClient({ clock: options.clock, secrets: [options.apiKey] });
  const call = caller(http, options);
  return {
    pending: (chain, network, ids) => poll(call, { chain, network, ids }),
    broadcast: (chain, pending, signed) => broadcast({ http, call, nodes: options.nodes }, { chain, pending, signed }),
    async complete(pendingId, txId) {
      const path = `/v3/kms/${encodeURIComponent(pendingId)}/${encodeURIComponent(txId)}`;
      const answer = await call('PUT', path, { retries: 3 });
      // A transaction that is not there any more is closed, which is all that was wanted.
      if (answer.status >= 400 && answer.status !== 403 && answer.status !== 404)
        throw refusal(http, `PUT ${path}`, answer);
    },
    async status(pendingId) {
      const path = `/v3/kms/${encodeURIComponent(pendingId)}`;
      const answer = await call('GET', path, { retries: 3 });
      if (answer.status === 403 || answer.status === 404) return { kind: 'unknown' };
      if (answer.status !== 200) throw refusal(http, `GET ${path}`, answer);
      const value = parseJson(answer.text, 'CLOUD_ANSWER_INVALID', `GET ${path}`);
      if (!isRecord(value)) throw new CustosError('CLOUD_ANSWER_INVALID', `GET ${path} was answered with no object`);
      const { txId } = value;
      return typeof txId === 'string' && txId !== '' ? { kind: 'completed', txId } : { kind: 'pending' };
    },
    async report(reports) {
      for (let at = 0; at < reports.length; at += REPORTS_A_REQUEST) {
        const errors = reports
          .slice(at, at + REPORTS_A_REQUEST)
          .map(({ pendingId, error }) => ({ signatureId: pendingId, error }));
        const answer = await call('POST', '/v3/tatum/kms/batch', { body: { errors }, retries: 1 });
        if (answer.status >= 400) throw refusal(http, 'POST /v3/tatum/kms/batch', answer);
      }
    },
  };
}

type Call = (
  method: HttpRequest['method'],
  path: string,
  extra: { readonly body?: unknown; readonly retries: number; readonly poll?: true },
) => Promise<HttpAnswer>;

function caller(http: HttpClient, options: CloudOptions): Call {
  const base = options.baseUrl.replace(/\/+$/, '');
  const timeouts = options.timeouts ?? { poll: 30_000, other: 10_000 };
  const seen = new Set<string>();
  return async (method, path, { body, retries, poll: isPoll }) => {
    const answer = await http.send({
      method,
      url: `${base}${path}`,
      headers: {
        'x-api-key': options.apiKey.exposeText(),
        'x-ttm-kms-client-version': CLIENT_VERSION,
        'user-agent': `custos/${options.version}`,
      },
      ...(body !== undefined && { body }),
      timeout: isPoll ? timeouts.poll : timeouts.other,
      retries,
      faults: cloudFaults,
    });
    const notice = parseVersionNotice(answer.headers.get('x-ttm-kms-latest-version'));
    if (notice !== undefined && !seen.has(notice) && seen.size < 100) {
      seen.add(notice);
      options.onNotice?.(http.quote(notice));
    }
    if (answer.status === 401)
      throw new CustosError('API_KEY_INVALID', `the cloud does not accept the API key: ${http.quote(answer.text)}`);
    return answer;
  };
}

/** `<version>;<level>;<message>`. @returns version and message as one text, or undefined when the header is not of that form */
export function parseVersionNotice(header: string | null): string | undefined {
  const [version = '', level = '', ...message] = (header ?? '').split(';');
  if (!/^\d+\.\d+\.\d+/.test(version.trim()) || level === '') return undefined;
  return `${version.trim()} ${level.trim()}: ${message.join(';').trim()}`;
}

interface Poll {
  readonly chain: ChainId;
  readonly network: Network;
  readonly ids: readonly SignatureId[];
}

async function poll(call: Call, { chain, network, ids }: Poll): Promise<readonly PolledTransaction[]> {
  const parts: (readonly SignatureId[])[] = [];
  for (let at = 0; at < ids.length; at += IDS_A_POLL) parts.push(ids.slice(at, at + IDS_A_POLL));
  const answers: unknown[] = [];
  const lane = async () => {
    for (let part = parts.shift(); part !== undefined; part = parts.shift())
      answers.push(...(await pollOnce(call, chain, part)));
  };
  await Promise.all(Array.from({ length: POLLS_AT_ONCE }, lane));
  return readAnswers(answers, chain, network);
}

async function pollOnce(call: Call, chain: ChainId, signatureIds: readonly SignatureId[]): Promise<readonly unknown[]> {
  const path = `/v3/kms/pending/${chain}`;
  const answer = await call('POST', path, { body: { signatureIds }, retries: 1, poll: true });
  if (answer.status >= 400) {
    throw new CustosError('CLOUD_REFUSED', `POST ${path} was refused with status ${answer.status}`);
  }
  const value = parseJson(answer.text, 'CLOUD_ANSWER_INVALID', `POST ${path}`);
  if (!Array.isArray(value)) throw new CustosError('CLOUD_ANSWER_INVALID', `POST ${path} was answered with no list`);
  return value;
}

/** Each element stands for itself: one that cannot be read never spoils the others. */
export function readAnswers(
  answers: readonly unknown[],
  chain: ChainId,
  network: Network,
): readonly PolledTransaction[] {
  const seen = new Map<string, string>();
  const refusedIds = new Set<string>();
  const polled = answers.flatMap((element): PolledTransaction[] => {
    try {
      const pending = parsePending(element, chain, network);
      const text = JSON.stringify(element);
      const before = seen.get(pending.id);
      if (before === undefined) {
        seen.set(pending.id, text);
        return [{ kind: 'pending', pending }];
      }
      if (before !== text) refusedIds.add(pending.id);
      return [];
    } catch (error) {
      if (!(error instanceof CustosError)) throw error;
      return [{ kind: 'refused', error }];
    }
  });
  // Two payloads under one id: nobody can say which one was meant, so neither is taken.
  const kept = polled.filter((item) => item.kind === 'refused' || !refusedIds.has(item.pending.id));
  const conflicts = [...refusedIds].map((id): PolledTransaction => {
    const text = `two different payloads came under the id ${id} in one answer`;
    return { kind: 'refused', error: new CustosError('PENDING_CHANGED', text, { details: { id } }) };
  });
  return [...kept, ...conflicts];
}

interface Broadcast {
  readonly chain: Chain;
  readonly pending: PendingTransaction;
  readonly signed: SignedTransaction;
}

interface BroadcastParts {
  readonly http: HttpClient;
  readonly call: Call;
  readonly nodes: Pick<Nodes, 'client'>;
}

async function broadcast({ http, call, nodes }: BroadcastParts, { chain, pending, signed }: Broadcast) {
  const { path, body } = broadcastRequest(chain, pending, signed);
  const label = `POST ${path}`;
  const answer = await call('POST', path, { body, retries: 2 });
  if (answer.status >= 400) {
    const error = refusal(http, label, answer);
    const node = nodes.client(chain);
    if (await isKnownAfterRefusal(node, { chain, signed, refusal: error.message })) return { txId: signed.txId };
    throw new CustosError('BROADCAST_REFUSED', error.message);
  }
  const value = parseJson(answer.text, 'CLOUD_ANSWER_INVALID', label);
  const txId = isRecord(value) ? value['txId'] : undefined;
  if (typeof txId !== 'string' || txId === '') {
    throw new CustosError('CLOUD_ANSWER_INVALID', `${label} was answered without a transaction hash`);
  }
  return { txId };
}

function broadcastRequest(chain: Chain, pending: PendingTransaction, { raw }: SignedTransaction) {
  const { withdrawal } = pending;
  if (withdrawal !== undefined && ledgerChains.has(chain.id)) {
    const body = { currency: chain.id, signatureId: pending.id, withdrawalId: withdrawal.id, txData: raw };
    return { path: '/v3/offchain/withdrawal/broadcast', body };
  }
  return { path: `/v3/${chain.slug}/broadcast`, body: { txData: raw, signatureId: pending.id } };
}

function refusal(http: HttpClient, label: string, { status, text }: HttpAnswer): CustosError {
  let reason = text;
  try {
    const value: unknown = JSON.parse(text);
    if (isRecord(value)) {
      const { errorCode, message, cause } = value;
      reason = [errorCode, message, cause].filter((part) => typeof part === 'string').join(': ') || text;
    }
  } catch {
    // Not JSON: the text itself is the reason.
  }
  return new CustosError('CLOUD_REFUSED', `${label} was refused with status ${status}: ${http.quote(reason)}`);
}
