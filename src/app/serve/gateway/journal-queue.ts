import { type Caller, includesEntry } from '../../../api/caller.js';
import { type Resource, requireEntry, requireKeys } from '../../../api/entries.js';
import { keyAmongOwn } from '../../../api/idempotency.js';
import type { ApiParts } from '../../../api/parts.js';
import { asCustosError, CustosError } from '../../../core/errors.js';
import type { Intake } from '../../../core/network/intake.js';
import { newRequestId } from '../../../core/network/request-id.js';
import { parsePending } from '../../../core/signing/pending.js';
import type { Accepted, JournalEntry } from '../../../core/store/journal.js';
import type { NewQueuedTransaction, QueuedTransaction, QueueView } from '../../../core/store/queue.js';
import { signersOf } from '../signers.js';
import type { TransactionsParts } from '../transactions.js';

/** What the journal is read and written with. */
export interface JournalQueueParts {
  readonly api: Pick<ApiParts, 'wallets' | 'transactions' | 'network'>;
  readonly lifecycle: TransactionsParts['lifecycle'];
  readonly intake: Intake;
}

const transactions: Pick<Resource, 'kinds'> = { kinds: ['transaction'] };

/**
 * The journal as a queue of the documented API: what a caller may see of the requests of its tenant, through whichever door they
 * came. This server signs them itself, so that no daemon fetches, closes or reports anything here.
 */
export function journalQueue(parts: JournalQueueParts, caller: Caller): QueueView {
  const { api, lifecycle, intake } = parts;
  const { journal } = lifecycle;
  const { tenant } = caller;
  const found = async (id: string) => {
    try {
      const entry = await requireEntry(id, transactions, { parts: { journal, network: api.network }, caller });
      // What a cloud queued is asked of that cloud.
      return entry.intake === undefined ? undefined : entry;
    } catch (error) {
      if (asCustosError(error).code === 'PENDING_UNKNOWN') return undefined;
      throw error;
    }
  };
  /** Closing what has ended just so is no error; nothing else closes it from outside. */
  const closed = async (id: string, txId: string) => {
    const entry = await found(id);
    if (entry === undefined) throw missing(id);
    if (isSent(entry) && entry.txId === txId) return;
    throw new CustosError('STATE_CONFLICT', `this server signs and closes ${id} itself`);
  };
  return {
    enqueue: (transaction) => enqueue(parts, caller, transaction),
    async repeated(idempotency) {
      const known = await intake.repeated(tenant, keyAmongOwn(caller, idempotency));
      // What the caller does not see is refused for its wallet, as if nobody had sent it.
      const isHidden = known?.kind === 'replayed' && !includesEntry(caller, known.entry);
      return known === undefined || isHidden ? undefined : idOf(known);
    },
    spent: ({ chain, network, outputs }) => journal.spent(chain, network, outputs),
    async get(id) {
      const entry = await found(id);
      return entry && queuedOf(entry);
    },
    async remove(id) {
      const entry = await found(id);
      if (entry === undefined) throw missing(id);
      // What the API took over is ended with a scope of the API.
      if (entry.intake?.source !== 'gateway') throw new CustosError('STATE_CONFLICT', `${id} was not handed in here`);
      await api.transactions.cancel(id);
    },
    sent: closed,
    complete: closed,
    pending: async () => Promise.reject(notFetched()),
    claimed: async () => Promise.reject(notFetched()),
    report: async () => Promise.reject(notFetched()),
  };
}

async function enqueue(
  { api, lifecycle, intake }: JournalQueueParts,
  caller: Caller,
  { idempotency, spends, ...wanted }: NewQueuedTransaction,
): Promise<string> {
  const { chain, network, hashes, index, signatures = [], serializedTransaction } = wanted;
  const id = newRequestId(lifecycle.clock.now());
  const named = signatures.map(({ signatureId, ...rest }) => ({ id: signatureId, ...rest }));
  const received = {
    id,
    chain,
    hashes,
    signatures: named,
    serializedTransaction,
    ...(index !== undefined && { index }),
  };
  const pending = parsePending(received, chain, network);
  const { tenant, id: initiator } = caller;
  const keys = pending.keys.map(({ signatureId, ...rest }) => ({ wallet: signatureId, ...rest }));
  await requireKeys({ chain, keys }, api, caller);
  // A wallet of another chain, or without the index that it needs, is refused now and not in the journal.
  await signersOf(lifecycle, lifecycle.chains.get(chain), { chain, network, keys: pending.keys, tenant });
  try {
    return idOf(
      await intake.accept({
        ...{ tenant, initiator, pending, source: 'gateway', kind: 'transaction', delivery: 'broadcast' },
        ...(spends && { spends }),
        ...(idempotency && { idempotency: keyAmongOwn(caller, idempotency) }),
      }),
    );
  } catch (error) {
    const { code, message } = asCustosError(error);
    if (code !== 'OUTPUT_SPENT' && code !== 'OUTPUT_RESERVED') throw error;
    throw new CustosError('STATE_CONFLICT', message, { cause: error });
  }
}

/** @throws CustosError IDEMPOTENCY_CONFLICT */
function idOf(accepted: Accepted): string {
  if (accepted.kind !== 'different') return accepted.entry.id;
  throw new CustosError('IDEMPOTENCY_CONFLICT', 'the idempotency key was used for another request');
}

/** A row of the journal in the form of the queue. */
function queuedOf(entry: JournalEntry): QueuedTransaction {
  const { id, chain, network, pending, createdAt, updatedAt, txId, errorCode, errorText = '' } = entry;
  const { keys, serialized } = pending;
  const [only] = keys;
  const alone = keys.length === 1 ? only : undefined;
  const indexed = alone === undefined ? keys.filter(({ index }) => index !== undefined) : [];
  return {
    ...{ id, chain, network, serializedTransaction: serialized, createdAt },
    hashes: (alone ? [alone] : keys.filter(({ index }) => index === undefined)).map((key) => key.signatureId),
    ...(alone?.index !== undefined && { index: alone.index }),
    ...(indexed.length > 0 && { signatures: indexed }),
    state: stateOf(entry),
    // Signed bytes that have not left are no transaction of the network yet.
    ...(txId !== undefined && isSent(entry) && { txId }),
    errors: errorCode === undefined ? [] : [{ at: updatedAt, error: `${errorCode}: ${errorText}` }],
    // It is in the hands of what signs it as soon as it is here.
    claimedAt: createdAt,
    ...(isOver(entry) && { failedAt: updatedAt }),
    ...(entry.state === 'completed' && { closedBy: 'daemon' }),
  };
}

function stateOf(entry: JournalEntry): QueuedTransaction['state'] {
  if (entry.state === 'completed' || entry.state === 'broadcast') return entry.state;
  return entry.state === 'cancelled' && !isOver(entry) ? 'deleted' : 'pending';
}

function isSent({ state }: JournalEntry): boolean {
  return state === 'broadcast' || state === 'completed';
}

/** It ended by itself without effect: nobody withdrew it. */
function isOver({ state, errorCode }: JournalEntry): boolean {
  return state === 'denied' || state === 'failed' || (state === 'cancelled' && errorCode === 'REQUEST_EXPIRED');
}

function missing(id: string): CustosError {
  return new CustosError('KMS_MISSING', `no such KMS signature with id '${id}'`);
}

function notFetched(): CustosError {
  return new CustosError('NOT_OFFERED', 'this server signs what is handed in itself: no daemon fetches from it');
}
