import { bitsSet, CompactRange, nodeHash } from '../core/audit/tree.js';

/** Leaves from `start` up to, and without, `end`. */
export interface LeafSpan {
  readonly start: number;
  readonly end: number;
}

/**
 * What the hashes of an inclusion proof (RFC 6962, 2.1.1) are the roots of, in the order of the proof: the nearest first.
 * @param place - of the leaf, from 0; below `size`
 */
export function inclusionSpans(place: number, size: number): readonly LeafSpan[] {
  const spans: LeafSpan[] = [];
  let [start, end] = [0, size];
  while (end - start > 1) {
    const middle = start + splitOf(end - start);
    if (place < middle) {
      spans.push({ start: middle, end });
      end = middle;
    } else {
      spans.push({ start, end: middle });
      start = middle;
    }
  }
  return spans.reverse();
}

/**
 * What the hashes of a consistency proof (RFC 6962, 2.1.2) are the roots of, in the order of the proof.
 * @param former - number of leaves of the smaller tree, at least 1 and at most `size`
 */
export function consistencySpans(former: number, size: number): readonly LeafSpan[] {
  const spans: LeafSpan[] = [];
  let [start, end] = [0, size];
  while (former !== end) {
    const middle = start + splitOf(end - start);
    if (former <= middle) {
      spans.push({ start: middle, end });
      end = middle;
    } else {
      spans.push({ start, end: middle });
      start = middle;
    }
  }
  // Whoever checks the proof knows the root of the smaller tree.
  if (start > 0) spans.push({ start, end });
  return spans.reverse();
}

/** The largest power of two below `size`. */
function splitOf(size: number): number {
  let split = 1;
  while (split * 2 < size) split *= 2;
  return split;
}

/** Computes the roots of spans while leaf hashes pass by in their order, in memory that does not grow with the tree. */
export class SpanRoots {
  readonly #spans: readonly LeafSpan[];
  readonly #trees: readonly CompactRange[];
  #place = 0;

  constructor(spans: readonly LeafSpan[]) {
    this.#spans = spans;
    this.#trees = spans.map(() => new CompactRange());
  }

  add(leaf: Uint8Array): void {
    for (const [at, { start, end }] of this.#spans.entries()) {
      if (this.#place >= start && this.#place < end) this.#trees[at]?.append(leaf);
    }
    this.#place += 1;
  }

  /** One root for each span, in their order. */
  roots(): readonly Uint8Array[] {
    return this.#trees.map((tree) => tree.root());
  }
}

/** Where a leaf is in a tree. */
export interface LeafPlace {
  readonly place: number;
  readonly size: number;
}

/** Checks that a leaf is in the tree of a root (RFC 9162, 2.1.3.2). Malformed input is `false`. */
export function isIncluded(
  leaf: Uint8Array,
  { place, size }: LeafPlace,
  { proof, root }: { readonly proof: readonly Uint8Array[]; readonly root: Uint8Array },
): boolean {
  if (!isPlace(place) || !isPlace(size) || place >= size) return false;
  let [at, last] = [place, size - 1];
  let found = leaf;
  for (const hash of proof) {
    if (last === 0) return false;
    if (at % 2 === 1 || at === last) {
      found = nodeHash(hash, found);
      while (at % 2 === 0 && at !== 0) [at, last] = [half(at), half(last)];
    } else {
      found = nodeHash(found, hash);
    }
    [at, last] = [half(at), half(last)];
  }
  return last === 0 && same(found, root);
}

/** The root of a tree and its number of leaves. */
export interface TreeHead {
  readonly size: number;
  readonly root: Uint8Array;
}

/** Checks that a tree only grew since a former root (RFC 9162, 2.1.4.2). Malformed input is `false`. */
export function isConsistent(former: TreeHead, head: TreeHead, proof: readonly Uint8Array[]): boolean {
  if (!isPlace(former.size) || !isPlace(head.size) || former.size < 1 || former.size > head.size) return false;
  if (former.size === head.size) return proof.length === 0 && same(former.root, head.root);
  const path = isPowerOfTwo(former.size) ? [former.root, ...proof] : [...proof];
  const [first, ...rest] = path;
  if (first === undefined || proof.length === 0) return false;
  let [at, last] = [former.size - 1, head.size - 1];
  while (at % 2 === 1) [at, last] = [half(at), half(last)];
  let [before, now] = [first, first];
  for (const hash of rest) {
    if (last === 0) return false;
    if (at % 2 === 1 || at === last) {
      before = nodeHash(hash, before);
      now = nodeHash(hash, now);
      while (at % 2 === 0 && at !== 0) [at, last] = [half(at), half(last)];
    } else {
      now = nodeHash(now, hash);
    }
    [at, last] = [half(at), half(last)];
  }
  return last === 0 && same(before, former.root) && same(now, head.root);
}

function isPlace(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

function isPowerOfTwo(size: number): boolean {
  return bitsSet(size) === 1;
}

function half(value: number): number {
  return Math.floor(value / 2);
}

function same(one: Uint8Array, other: Uint8Array): boolean {
  return Buffer.compare(one, other) === 0;
}
