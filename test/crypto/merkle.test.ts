import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CompactRange, leafHash } from '../../src/core/audit/tree.js';
import {
  consistencySpans,
  inclusionSpans,
  isConsistent,
  isIncluded,
  type LeafSpan,
  SpanRoots,
} from '../../src/crypto/merkle.js';

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

// Leaves and roots of the reference tests of Certificate Transparency (google/certificate-transparency, merkle_tree_test).
const published = {
  leaves: ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f'],
  roots: [
    '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
    'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
    'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
    'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
    '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
    '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
    'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
    '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
  ],
};

/** The tree hash as RFC 6962 defines it, by recursion over the whole list. */
function naiveRoot(leaves: readonly Uint8Array[]): Uint8Array {
  const [only] = leaves;
  if (only === undefined) return createHash('sha256').digest();
  if (leaves.length === 1) return only;
  let split = 1;
  while (split * 2 < leaves.length) split *= 2;
  const [left, right] = [naiveRoot(leaves.slice(0, split)), naiveRoot(leaves.slice(split))];
  return createHash('sha256').update(Uint8Array.of(1)).update(left).update(right).digest();
}

function treeOf(leaves: readonly Uint8Array[]): CompactRange {
  const tree = new CompactRange();
  for (const leaf of leaves) tree.append(leaf);
  return tree;
}

function rootsOf(spans: readonly LeafSpan[], leaves: readonly Uint8Array[]): readonly Uint8Array[] {
  const roots = new SpanRoots(spans);
  for (const leaf of leaves) roots.add(leaf);
  return roots.roots();
}

const leafList = fc
  .array(fc.uint8Array({ maxLength: 20 }), { minLength: 1, maxLength: 40 })
  .map((all) => all.map(leafHash));

describe('a Merkle tree', () => {
  it('has the published roots at each of its sizes', () => {
    const tree = new CompactRange();
    for (const [at, leaf] of published.leaves.entries()) {
      tree.append(leafHash(Buffer.from(leaf, 'hex')));
      expect(hex(tree.root())).toBe(published.roots[at]);
    }
    expect(hex(new CompactRange().root())).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
  });

  it('has the published inclusion and consistency proofs', () => {
    const leaves = published.leaves.map((leaf) => leafHash(Buffer.from(leaf, 'hex')));
    expect(rootsOf(inclusionSpans(5, 8), leaves).map(hex)).toEqual([
      'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b',
      'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0',
      'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
    ]);
    expect(rootsOf(consistencySpans(6, 8), leaves).map(hex)).toEqual([
      '0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a',
      'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0',
      'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
    ]);
  });

  it('has the root of the recursive definition, also when it goes on from its complete subtrees', () => {
    fc.assert(
      fc.property(leafList, fc.nat(), (leaves, cut) => {
        const former = treeOf(leaves.slice(0, cut % leaves.length));
        expect(CompactRange.fits(former.size, former.hashes)).toBe(true);
        const tree = new CompactRange(former.size, former.hashes);
        for (const leaf of leaves.slice(former.size)) tree.append(leaf);
        expect(hex(tree.root())).toBe(hex(naiveRoot(leaves)));
      }),
    );
  });

  it('proves every leaf, and no proof holds for another leaf, place, size or root', () => {
    fc.assert(
      fc.property(leafList, fc.nat(), (leaves, nth) => {
        const place = nth % leaves.length;
        const size = leaves.length;
        const root = naiveRoot(leaves);
        const leaf = leaves[place] ?? root;
        const proof = rootsOf(inclusionSpans(place, size), leaves);
        expect(isIncluded(leaf, { place, size }, { proof, root })).toBe(true);
        expect(isIncluded(leafHash(leaf), { place, size }, { proof, root })).toBe(false);
        expect(isIncluded(leaf, { place, size }, { proof, root: leafHash(root) })).toBe(false);
        expect(isIncluded(leaf, { place, size }, { proof: [...proof, root], root })).toBe(false);
        expect(isIncluded(leaf, { place: size, size }, { proof, root })).toBe(false);
        if (proof.length > 0) {
          expect(isIncluded(leaf, { place, size }, { proof: proof.slice(1), root })).toBe(false);
        }
      }),
    );
  });

  it('proves that it grew from each of its former sizes, and from no other root', () => {
    fc.assert(
      fc.property(leafList, fc.nat(), (leaves, nth) => {
        const size = (nth % leaves.length) + 1;
        const former = { size, root: naiveRoot(leaves.slice(0, size)) };
        const head = { size: leaves.length, root: naiveRoot(leaves) };
        const proof = rootsOf(consistencySpans(size, leaves.length), leaves);
        expect(isConsistent(former, head, proof)).toBe(true);
        expect(isConsistent({ size, root: leafHash(former.root) }, head, proof)).toBe(false);
        expect(isConsistent(former, { ...head, root: leafHash(head.root) }, proof)).toBe(false);
        expect(isConsistent(former, head, [...proof, head.root])).toBe(false);
        expect(isConsistent(head, { ...former, size: size - 1 }, proof)).toBe(false);
      }),
    );
  });

  it('refuses complete subtrees that do not fit its size', () => {
    expect(CompactRange.fits(3, [new Uint8Array(32)])).toBe(false);
    expect(CompactRange.fits(1, [new Uint8Array(31)])).toBe(false);
    expect(CompactRange.fits(0, [])).toBe(true);
  });
});
