import { asCustosError, CustosError } from '../../core/errors.js';
import type { ChainId } from '../../core/ids.js';
import type { KeyRef } from '../../core/signing/wallet.js';
import type { Accepted, JournalEntry, State } from '../../core/store/journal.js';
import { keyAmongOwn } from '../idempotency.js';
import { settled } from '../waiting/prefer.js';
import type { CallContext } from './method.js';
import { Orphans } from './orphans.js';

/** How long a call waits for its end, in seconds. */
const WAIT = 30;

/** Who signs, as forms name it. */
export function signerOf({ signatureId, index }: KeyRef) {
  return { wallet: signatureId, ...(index !== undefined && { index }) };
}

/** What is known of who asks. */
export function askedBy({ caller, idempotency }: CallContext) {
  const { tenant, id: initiator } = caller;
  const own = idempotency && { idempotency: keyAmongOwn(caller, idempotency) };
  return { tenant, initiator, userTag: caller.user?.tag, source: 'rpc' as const, ...own };
}

/**
 * Takes a request over, once, and waits for its end.
 * @param call - tells equal calls: method and parameters
 * @throws CustosError REQUEST_WAITS: it is held, or not done in time; else what ended it
 */
export async function takeOver(
  context: CallContext,
  call: readonly unknown[],
  submit: () => Promise<Accepted>,
): Promise<JournalEntry> {
  const { parts, caller, chain, signal, idempotency } = context;
  const keyOf = () => Orphans.key([caller.id, caller.user?.tag ?? null, chain.id, call]);
  // Whoever sends a key says by it which calls are the same. To answer one with the request of another key would leave its own key unused.
  const known = idempotency === undefined ? parts.orphans.take(keyOf) : undefined;
  const before = known === undefined ? undefined : await parts.journal.get(known);
  const accepted: Accepted = before === undefined ? await submit() : { kind: 'replayed', entry: before };
  const last = await awaited(accepted, context);
  if (signal.aborted && idempotency === undefined) parts.orphans.put(keyOf(), last.id);
  return ended(last, parts);
}

/** @throws CustosError IDEMPOTENCY_KEY_REUSED */
function entryOf(accepted: Accepted, chain: ChainId): JournalEntry {
  // The path says the chain, and the body that the key is bound to does not.
  if (accepted.kind !== 'different' && accepted.entry.chain === chain) return accepted.entry;
  throw new CustosError('IDEMPOTENCY_KEY_REUSED', 'another request has this Idempotency-Key');
}

/** An error from here on must not read as "try it again": clients would, and the request is there already. */
async function awaited(accepted: Accepted, { parts, signal, chain }: CallContext): Promise<JournalEntry> {
  const entry = entryOf(accepted, chain.id);
  const isNew = accepted.kind === 'accepted';
  try {
    return await settled(entry, { seconds: WAIT, signal: () => signal, isOver, isNew }, parts);
  } catch (thrown) {
    throw waits(entry.id, `the request was taken over, but cannot be looked at (${asCustosError(thrown).code})`);
  }
}

/** A held request waits for a person or a service, so the caller learns it at once. */
function isOver(state: State): boolean {
  return state !== 'claimed' && state !== 'signed';
}

function ended(entry: JournalEntry, { closing }: CallContext['parts']): JournalEntry {
  const { id, state, errorCode, errorText = '' } = entry;
  if (state === 'broadcast' || state === 'completed') return entry;
  if (state === 'held') throw waits(id, `the request is held: ${errorText}`);
  if (!isEnd(state) && closing.aborted) throw waits(id, 'the server ends, and the request goes on without it');
  if (!isEnd(state)) throw waits(id, `the request is not done within ${WAIT} seconds, and goes on`);
  // What ended it inside Custos is in its story; to the caller it is over.
  if (errorCode === undefined || errorCode === 'INTERNAL') throw waits(id, `the request ended as ${state}`);
  throw new CustosError(errorCode, errorText, { details: { id, state } });
}

function isEnd(state: State): boolean {
  return state === 'denied' || state === 'failed' || state === 'cancelled';
}

function waits(id: string, text: string): CustosError {
  return new CustosError('REQUEST_WAITS', text, { details: { id } });
}
