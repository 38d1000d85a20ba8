import { hash } from 'node:crypto';

/** Bytes of every hash of a tree. */
const HASH = 32;
/** What precedes both children of a node (RFC 6962, 2.1), so that no leaf hashes like a node. */
const NODE = 0x01;

/** Hash of a tree without leaves. */
const empty = digest(new Uint8Array(0));

/** Hash of a leaf (RFC 6962, 2.1): SHA-256 of 0x00 and its bytes. @returns 32 bytes */
export function leafHash(bytes: Uint8Array): Uint8Array {
  const prefixed = Buffer.allocUnsafe(bytes.length + 1);
  prefixed[0] = 0x00;
  prefixed.set(bytes, 1);
  return digest(prefixed);
}

/** Hash of a node (RFC 6962, 2.1): SHA-256 of 0x01 and both children. @returns 32 bytes */
function nodeHash(left: Uint8Array, right: Uint8Array): Uint8Array {
  joined.set(left, 1);
  joined.set(right, 1 + HASH);
  return digest(joined);
}

const joined = Buffer.alloc(1 + 2 * HASH);
joined[0] = NODE;

function digest(bytes: Uint8Array): Uint8Array {
  return hash('sha256', bytes, 'buffer');
}

/**
 * The roots of the complete subtrees that a tree consists of, the largest first: all that is needed to append leaves and to
 * compute the root of the whole tree.
 */
export class CompactRange {
  readonly #hashes: Uint8Array[];
  #size: number;

  /** @param hashes - one of 32 bytes for each bit that is set in `size` */
  constructor(size = 0, hashes: readonly Uint8Array[] = []) {
    this.#size = size;
    this.#hashes = [...hashes];
  }

  /** True if there are as many hashes of 32 bytes as a tree of this size has complete subtrees. */
  static fits(size: number, hashes: readonly Uint8Array[]): boolean {
    return hashes.length === bitsSet(size) && hashes.every(({ length }) => length === HASH);
  }

  get size(): number {
    return this.#size;
  }

  get hashes(): readonly Uint8Array[] {
    return this.#hashes;
  }

  append(leaf: Uint8Array): void {
    let top = leaf;
    for (let size = this.#size; size % 2 === 1; size = (size - 1) / 2) {
      const left = this.#hashes.pop();
      if (left !== undefined) top = nodeHash(left, top);
    }
    this.#hashes.push(top);
    this.#size += 1;
  }

  /** Root of the tree (RFC 6962, 2.1). @returns 32 bytes */
  root(): Uint8Array {
    return this.#hashes.reduceRight<Uint8Array | undefined>(above, undefined) ?? empty;
  }
}

function above(right: Uint8Array | undefined, left: Uint8Array): Uint8Array {
  return right === undefined ? left : nodeHash(left, right);
}

function bitsSet(size: number): number {
  let count = 0;
  for (let left = size; left > 0; left = Math.floor(left / 2)) count += left % 2;
  return count;
}

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
