import { hash } from 'node:crypto';
import { messageKinds } from '../../core/chain/message-content.js';
import { asCustosError, CustosError } from '../../core/errors.js';
import { readErrorCode, readReport } from '../../core/former-error-names.js';
import { defaultTenant, parseChainId, parseTenantId, quote } from '../../core/ids.js';
import { objectOf } from '../../core/json.js';
import { type PendingTransaction, parsePending } from '../../core/signing/pending.js';
import {
  type AcceptRequest,
  deliveries,
  doors,
  type IntakeFacts,
  requestKinds,
} from '../../core/store/intake-facts.js';
import { type Damaged, isState, type JournalEntry } from '../../core/store/journal.js';
import type { StoreTables } from '../schema.js';

type Row = StoreTables['transactions'];

/** The parts of a pending transaction that say what is to be signed and by whom. */
const payloadFields = [
  'chain',
  'serializedTransaction',
  'hashes',
  'signatures',
  'index',
  'withdrawalId',
  'withdrawalResponses',
] as const;

/** SHA-256 over the payload in one fixed order, in hexadecimal digits: distinguishes a repetition from a change. */
export function payloadDigest({ received, network }: PendingTransaction): string {
  const payload = payloadFields.map((field) => received[field] ?? null);
  return hash('sha256', JSON.stringify([network, ...payload], sortedKeys), 'hex');
}

function sortedKeys(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)));
}

/** The first row of a pending transaction. */
export function newRow(pending: PendingTransaction, now: number): Row {
  return {
    id: pending.id,
    chain: pending.chain,
    network: pending.network,
    state: 'claimed',
    generation: 1,
    digest: payloadDigest(pending),
    pending: JSON.stringify(pending.received),
    sender: null,
    nonce: null,
    completed: null,
    summary: null,
    signed: null,
    tx_id: null,
    error_code: null,
    error_text: null,
    reported: null,
    attempts: 0,
    next_attempt_at: 0,
    line: lineOf(pending),
    lease_owner: null,
    lease_expires_at: null,
    block: null,
    created_at: now,
    updated_at: now,
    events: 1,
    mac: null,
    ...noIntake,
  };
}

/** The columns of a request in rows that came from a cloud. */
const noIntake = {
  tenant: null,
  source: null,
  kind: null,
  delivery: null,
  idempotency_key: null,
  idempotency_digest: null,
  reference: null,
  owner_tag: null,
  user_tag: null,
  initiator: null,
  expires_at: null,
} as const satisfies Partial<Row>;

/** The first row of a request that came through a door. */
export function requestRow(request: AcceptRequest, now: number): Row {
  return {
    ...newRow(request.pending, now),
    tenant: request.tenant,
    source: request.source,
    kind: request.kind,
    delivery: request.delivery,
    idempotency_key: request.idempotency?.key ?? null,
    idempotency_digest: request.idempotency?.digest ?? null,
    reference: request.reference ?? null,
    owner_tag: request.ownerTag ?? null,
    user_tag: request.userTag ?? null,
    initiator: request.initiator ?? null,
    expires_at: request.expiresAt ?? null,
  };
}

/** The first key stands for the sender: only the key derivation gives the sender's address. */
function lineOf({ keys: [first], id }: PendingTransaction): string {
  return first === undefined ? id : `${first.signatureId}/${first.index ?? ''}`;
}

/**
 * @param known - what the row was made of: it is not parsed again then
 * @throws CustosError RECORD_DAMAGED: the row holds values that Custos never writes
 */
export function toEntry(row: Row, known?: PendingTransaction): JournalEntry {
  try {
    return parseRow(row, known);
  } catch (cause) {
    const { id } = row;
    throw new CustosError('RECORD_DAMAGED', `the journal row of ${id} is damaged`, { cause, details: { id } });
  }
}

/** As `toEntry`, for lists in which a damaged row must not affect the others. */
export function readEntry(row: Row): { readonly kind: 'entry'; readonly entry: JournalEntry } | Damaged {
  try {
    return { kind: 'entry', entry: toEntry(row) };
  } catch (thrown) {
    return { kind: 'damaged', error: asCustosError(thrown) };
  }
}

function parseRow(row: Row, known: PendingTransaction | undefined): JournalEntry {
  const { network, state } = row;
  if ((network !== 'mainnet' && network !== 'testnet') || !isState(state)) {
    throw new CustosError('RECORD_DAMAGED', 'unknown network or state');
  }
  const chain = parseChainId(row.chain);
  const errorCode = readErrorCode(row.error_code);
  return {
    id: row.id,
    chain,
    network,
    state,
    generation: Number(row.generation),
    pending: {
      ...(known === undefined ? parsePending(JSON.parse(row.pending), chain, network) : withoutRequest(known)),
      ...requestOf(row),
    },
    attempts: Number(row.attempts),
    nextAttemptAt: Number(row.next_attempt_at),
    createdAt: Number(row.created_at),
    updatedAt: Number(row.updated_at),
    ...(row.sender !== null && { sender: row.sender }),
    ...(row.nonce !== null && { nonce: BigInt(row.nonce) }),
    ...(row.completed !== null && { completed: row.completed }),
    ...(row.summary !== null && { summary: parseSummary(row.summary) }),
    ...(row.signed !== null && { signed: row.signed }),
    ...(row.tx_id !== null && { txId: row.tx_id }),
    ...(errorCode !== undefined && { errorCode }),
    ...(row.error_text !== null && { errorText: row.error_text }),
    ...(row.reported !== null && { reported: readReport(row.reported) }),
    ...(row.block !== null && row.block !== '' && { block: row.block }),
    ...(row.source !== null && { intake: parseIntake(row) }),
  };
}

/** What a cloud could have queued, too. */
function withoutRequest({ kind: _, tenant: _tenant, user: _user, ...queued }: PendingTransaction): PendingTransaction {
  return queued;
}

/** What is signed if it is no transaction. Only a door of Custos can have asked for it. */
function messageKindOf({ source, kind }: Row): Pick<PendingTransaction, 'kind'> {
  if (source === null || kind === 'transaction') return {};
  return { kind: oneOf(messageKinds, kind) };
}

/** What only a door of Custos says of a request. */
function requestOf(row: Row): Pick<PendingTransaction, 'kind' | 'tenant' | 'user'> {
  const user = row.source === null || row.user_tag === null ? {} : { user: row.user_tag };
  return { ...messageKindOf(row), ...tenantOf(row), ...user };
}

/** What a cloud queued is of the default tenant. */
function tenantOf({ source, tenant: text }: Row): Pick<PendingTransaction, 'tenant'> {
  const tenant = source === null ? defaultTenant : parseTenantId(text);
  return tenant === defaultTenant ? {} : { tenant };
}

function parseIntake(row: Row): IntakeFacts {
  const { idempotency_key: key, idempotency_digest: digest } = row;
  return {
    tenant: parseTenantId(row.tenant),
    source: oneOf(doors, row.source),
    kind: oneOf(requestKinds, row.kind),
    delivery: oneOf(deliveries, row.delivery),
    ...(key !== null && { idempotency: { key, digest: digest ?? '' } }),
    ...(row.reference !== null && { reference: row.reference }),
    ...(row.owner_tag !== null && { ownerTag: row.owner_tag }),
    ...(row.user_tag !== null && { userTag: row.user_tag }),
    ...(row.initiator !== null && { initiator: row.initiator }),
    ...(row.expires_at !== null && { expiresAt: Number(row.expires_at) }),
  };
}

function oneOf<T extends string>(known: readonly T[], text: string | null): T {
  const found = known.find((one) => one === text);
  if (found === undefined) throw new CustosError('RECORD_DAMAGED', `${quote(text)} is not one of ${known.join(', ')}`);
  return found;
}

function parseSummary(text: string): Readonly<Record<string, unknown>> {
  return objectOf(JSON.parse(text), () => new CustosError('RECORD_DAMAGED', 'the summary is not an object'));
}

/** A nonce as it is stored and compared. */
export function nonceText(nonce: bigint): string {
  return nonce.toString().padStart(20, '0');
}

/** PostgreSQL takes whole milliseconds only; half or a quarter of an age often has a fraction. */
export function wholeMilliseconds(time: number): number {
  return Math.ceil(time);
}
