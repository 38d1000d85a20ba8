import { isDeepStrictEqual } from 'node:util';
import { CustosError } from '../core/errors.js';
import type { ChainId, Network } from '../core/ids.js';
import { isObject } from '../core/json.js';
import type { PolledTransaction } from '../core/network/cloud.js';
import { parsePending, parsePendingId } from '../core/signing/pending.js';
import { A_TURN, nextTurn } from '../core/turn.js';

/** How many elements without a readable id are reported one by one; the rest are only counted. */
const TOLD = 20;
/** Deeper than any pending transaction; anything deeper could overflow the stack of later code. */
const MAX_DEPTH = 64;

/**
 * Reads each element of a poll's answer separately: one that cannot be read does not affect the others. An id that occurs
 * several times is accepted once if the elements are equal, and refused with PENDING_CHANGED if they differ, because
 * it is unclear which one is right.
 */
export function readPolled(elements: readonly unknown[], chain: ChainId, network: Network): PolledTransaction[] {
  const reading = readByAndBy(elements, chain, network);
  for (;;) {
    const { done, value } = reading.next();
    if (done === true) return value;
  }
}

/** Like `readPolled`, but lets other work run now and then, because a list may be long and full of errors. */
export async function readPolledInTurns(elements: readonly unknown[], chain: ChainId, network: Network) {
  const reading = readByAndBy(elements, chain, network);
  for (let count = 1; ; count++) {
    const { done, value } = reading.next();
    if (done === true) return value;
    if (count % A_TURN === 0) await nextTurn();
  }
}

/** Pauses after each element. */
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
    polled.push(refused(`the cloud sent ${nameless - TOLD} more elements that are not pending transactions`));
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
  const text = `one answer holds different payloads under the id ${id}`;
  return { kind: 'refused', error: new CustosError('PENDING_CHANGED', text, { details: { id } }) };
}

function refused(text: string, id?: string): PolledTransaction {
  const options = id === undefined ? {} : { details: { id } };
  return { kind: 'refused', error: new CustosError('PENDING_INVALID', text, options) };
}
