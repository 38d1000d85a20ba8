import { describe, expect, it } from 'vitest';
import type { ControlDocuments, ControlEdges } from '../../../src/core/signing/control.js';
import { ControlBook } from '../../../src/signing/control/book.js';

const box = new Uint8Array(1);
const hashOf = (digit: string) => `sha256:${digit.repeat(64)}`;

/** Documents of these versions, each with a hash of its own. */
function given(constitution: number | undefined, ...policies: readonly number[]): [ControlDocuments, ControlEdges] {
  const edge = (version: number) => ({ version, hash: hashOf(String(version)) });
  return [
    {
      ...(constitution !== undefined && { constitution: { version: constitution, box } }),
      policies: policies.map((version) => ({ version, box })),
    },
    { ...(constitution !== undefined && { constitution: edge(constitution) }), policies: policies.map(edge) },
  ];
}

const old = expect.objectContaining({ code: 'CONTROL_OLD' });

describe('the documents that a book knows', () => {
  it('nothing governs until there are documents, and then signers learn each change once', () => {
    const book = new ControlBook(() => 5);
    book.accept(...given(undefined));
    expect(book.update).toBeUndefined();
    book.accept(...given(1, 1));
    const first = book.update;
    expect(first).toEqual({ documents: given(1, 1)[0], clock: 5 });
    book.accept(...given(1, 1));
    expect(book.update).toBe(first);
    book.accept(...given(1, 1, 2));
    expect(book.update?.documents.policies).toHaveLength(2);
  });

  it('neither constitution nor policy goes back, vanishes or changes under its number', () => {
    const book = new ControlBook(() => 5);
    book.accept(...given(2, 1, 2, 3));
    for (const documents of [given(1, 1, 2, 3), given(undefined, 1, 2, 3), given(2, 1, 2), given(2)]) {
      expect(() => book.accept(...documents)).toThrow(old);
    }
    const changed = (edges: Partial<ControlEdges>) => () =>
      book.accept(given(2, 1, 2, 3)[0], { ...given(2, 1, 2, 3)[1], ...edges });
    expect(changed({ constitution: { version: 2, hash: hashOf('f') } })).toThrow(old);
    expect(changed({ policies: [{ version: 3, hash: hashOf('f') }] })).toThrow(old);
    // Also below the newest one.
    const renewed = [2, 3, 4].map((version) => ({ version, hash: hashOf(version === 2 ? 'f' : String(version)) }));
    expect(changed({ policies: renewed })).toThrow(old);
    expect(book.update?.documents).toEqual(given(2, 1, 2, 3)[0]);
    book.accept(...given(3, 3, 4));
    expect(book.update?.documents).toEqual(given(3, 3, 4)[0]);
  });

  it('what is known from before is asked for before anything is signed', () => {
    const book = new ControlBook(() => 5);
    expect(() => book.checkComplete()).not.toThrow();
    book.restore({ clock: 1, rows: [], families: [] }, [
      { kind: 'documents', policy: { version: 2, hash: hashOf('2') } },
    ]);
    const withheld = expect.objectContaining({ code: 'CONTROL_WITHHELD' });
    expect(() => book.checkComplete()).toThrow(withheld);
    expect(() => book.accept(...given(1))).toThrow(old);
    expect(() => book.accept(...given(1, 1))).toThrow(old);
    expect(() => book.checkComplete()).toThrow(withheld);
    book.accept(...given(undefined, 2));
    expect(() => book.checkComplete()).not.toThrow();
  });
});
