import { isDeepStrictEqual } from 'node:util';
import { CustosError } from '../core/errors.js';
import type { ChainId, Network } from '../core/ids.js';
import { isObject } from '../core/json.js';
import type { PolledTransaction } from '../core/network/cloud.js';
import { parsePending, parsePendingId } from '../core/signing/pending.js';
import { A_TURN, nextTurn } from '../core/turn.js';

/** How many elements without a readable id are told one by one; the rest is only counted. */
const TOLD = 20;
/** Deeper than any pending transaction; what is deeper would end the recursion of whoever looks at it later. */
const MAX_DEPTH = 64;

/**
 * Reads the elements of a poll's answer, each for itself: one that cannot be read never spoils the others. An id that comes
 * several times is taken once when the elements are equal, and refused with PENDING_CHANGED when they differ, because
 * nobody can say which one was meant.
 */
export function readPolled(elements: readonly unknown[], chain: ChainId, network: Network): PolledTransaction[] {
  const reading = readByAndBy(elements, chain, network);
  for (;;) {
    const { done, value } = reading.next();
    if (done === true) return value;
  }
}

/** As `readPolled`, with a turn of the event loop for everybody else now and then: a list may be long, and none of it good. */
export async function readPolledInTurns(elements: readonly unknown[], chain: ChainId, network: Network) {
  const reading = readByAndBy(elements, chain, network);
  for (let count = 1; ; count++) {
    const { done, value } = reading.next();
    if (done === true) return value;
    if (count % A_TURN === 0) await nextTurn();
  }
}

/** Stops after each element. */
function* readByAndBy(
  elements: readonly unknown[],
  chain: ChainId,
  network: Network,
): Generator<undefined, PolledTransaction[]> {
  const byId = new Map<string, unknown>();
  const differing = new Set<string>();
  const polled: PolledTransaction[] = [];
  let nameless = 0;
  for (const element of elements) {
    yield;
    const id = idOf(element);
    if (id === undefined) {
      nameless += 1;
      if (nameless <= TOLD) polled.push(readOne(element, chain, network));
    } else if (!byId.has(id)) byId.set(id, element);
    else if (!isSame(byId.get(id), element)) differing.add(id);
  }
  for (const [id, element] of byId) {
    yield;
    polled.push(differing.has(id) ? changed(id) : readOne(element, chain, network));
  }
  if (nameless > TOLD) {
    polled.push(refused(`the cloud sent ${nameless - TOLD} more elements that are no pending transactions`));
  }
  return polled;
}

function idOf(element: unknown): string | undefined {
  try {
    return isObject(element) ? parsePendingId(element['id']) : undefined;
  } catch {
    return undefined;
  }
}

function readOne(element: unknown, chain: ChainId, network: Network): PolledTransaction {
  if (isDeeper(element, MAX_DEPTH)) {
    return refused(`the cloud sent a pending transaction nested more than ${MAX_DEPTH} deep`, idOf(element));
  }
  try {
    return { kind: 'pending', pending: parsePending(element, chain, network) };
  } catch (error) {
    if (error instanceof CustosError) return { kind: 'refused', error };
    throw error;
  }
}

function isSame(one: unknown, other: unknown): boolean {
  return !isDeeper(one, MAX_DEPTH) && !isDeeper(other, MAX_DEPTH) && isDeepStrictEqual(one, other);
}

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((member) => isDeeper(member, levels - 1));
}

function changed(id: string): PolledTransaction {
  const text = `different payloads came under the id ${id} in one answer`;
  return { kind: 'refused', error: new CustosError('PENDING_CHANGED', text, { details: { id } }) };
}

function refused(text: string, id?: string): PolledTransaction {
  const options = id === undefined ? {} : { details: { id } };
  return { kind: 'refused', error: new CustosError('PENDING_INVALID', text, options) };
}
