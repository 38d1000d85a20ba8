import { isSame, joined, sha256, utf8 } from './bytes.js';

const [LEAF, NODE] = [Uint8Array.of(0), Uint8Array.of(1)];

/** The root of a tree and its number of leaves. */
export interface TreeHead {
  readonly size: number;
  readonly root: Uint8Array;
}

/** Hash of a leaf (RFC 6962, 2.1). */
export function leafHash(text: string): Promise<Uint8Array> {
  return sha256(LEAF, utf8(text));
}

function nodeHash(left: Uint8Array, right: Uint8Array): Promise<Uint8Array> {
  return sha256(NODE, left, right);
}

/** A Merkle tree (RFC 6962) that leaves are added to: it keeps the roots of its complete subtrees only. */
export class Tree {
  readonly #roots: Uint8Array[] = [];
  #size = 0;

  get size(): number {
    return this.#size;
  }

  async add(leaf: Uint8Array): Promise<void> {
    let top = leaf;
    for (let size = this.#size; size % 2 === 1; size = (size - 1) / 2) {
      const left = this.#roots.pop();
      if (left !== undefined) top = await nodeHash(left, top);
    }
    this.#roots.push(top);
    this.#size += 1;
  }

  async root(): Promise<Uint8Array> {
    let found: Uint8Array | undefined;
    for (const left of this.#roots.toReversed()) found = found === undefined ? left : await nodeHash(left, found);
    return found ?? sha256(joined());
  }
}

/** Checks that a leaf is in a tree (RFC 9162, 2.1.3.2). */
export async function isIncluded(
  leaf: Uint8Array,
  place: number,
  { size, root, proof }: TreeHead & { readonly proof: readonly Uint8Array[] },
): Promise<boolean> {
  if (place >= size) return false;
  const walk = new Walk(place, size - 1);
  let found = leaf;
  for (const hash of proof) {
    const turn = walk.next();
    if (turn === 'over') return false;
    found = turn === 'left' ? await nodeHash(hash, found) : await nodeHash(found, hash);
  }
  return walk.isOver && isSame(found, root);
}

/** Checks that a tree only grew since a former head (RFC 9162, 2.1.4.2). */
export async function isConsistent(former: TreeHead, head: TreeHead, proof: readonly Uint8Array[]): Promise<boolean> {
  if (former.size < 1 || former.size > head.size) return false;
  if (former.size === head.size) return proof.length === 0 && isSame(former.root, head.root);
  const isWhole = Number.isInteger(Math.log2(former.size));
  const [first, ...rest] = isWhole ? [former.root, ...proof] : proof;
  if (first === undefined || proof.length === 0) return false;
  let [at, last] = [former.size - 1, head.size - 1];
  while (at % 2 === 1) [at, last] = [Math.floor(at / 2), Math.floor(last / 2)];
  const walk = new Walk(at, last);
  let [before, now] = [first, first];
  for (const hash of rest) {
    const turn = walk.next();
    if (turn === 'over') return false;
    if (turn === 'left') [before, now] = await Promise.all([nodeHash(hash, before), nodeHash(hash, now)]);
    else now = await nodeHash(now, hash);
  }
  return walk.isOver && isSame(before, former.root) && isSame(now, head.root);
}

/** The way from a leaf to the root: on which side of the path the next hash of a proof stands. */
class Walk {
  #at: number;
  #last: number;

  constructor(at: number, last: number) {
    this.#at = at;
    this.#last = last;
  }

  get isOver(): boolean {
    return this.#last === 0;
  }

  next(): 'left' | 'right' | 'over' {
    if (this.isOver) return 'over';
    const isLeft = this.#at % 2 === 1 || this.#at === this.#last;
    if (isLeft) while (this.#at % 2 === 0 && this.#at !== 0) this.#rise();
    this.#rise();
    return isLeft ? 'left' : 'right';
  }

  #rise(): void {
    this.#at = Math.floor(this.#at / 2);
    this.#last = Math.floor(this.#last / 2);
  }
}
