import { expect, test } from 'vitest';
import { parseChainId, parseSignatureId } from '../../../src/core/ids.js';
import type { Freeze } from '../../../src/core/policy/freeze.js';
import { freezeText } from '../../../src/policy/freeze-text.js';
import { ControlBook } from '../../../src/signing/control/book.js';
import { requireFreezeOf, requireUnnamed } from '../../../src/signing/control/freezes.js';

const chain = parseChainId('ETH');
const request = { pending: { chain, network: 'mainnet', keys: [] }, sealed: [] } as const;
const textOf = (at: number, scope: Parameters<typeof freezeText>[0]['freeze']['scope']) =>
  freezeText({
    store: '00'.repeat(16),
    freeze: { id: at.toString(16).padStart(32, '0'), scope, reason: 'test', at: 1 },
  });
const other = { kind: 'wallet', id: parseSignatureId('00000000-0000-4000-8000-000000000001') } as const;

test('everything is frozen when so many freezes come that a true one would not be kept', () => {
  const book = new ControlBook(() => 0);
  for (let at = 0; at < 999; at++) book.freeze(textOf(at, other));
  expect(() => book.refuseFrozen(request)).not.toThrow();
  book.freeze(textOf(999, other));
  expect(() => book.refuseFrozen(request)).toThrow(expect.objectContaining({ code: 'FROZEN' }));
  book.freeze(textOf(1000, other));
  expect(book.frozen).toHaveLength(1000);
  book.unfreeze(textOf(999, other));
  expect(() => book.refuseFrozen(request)).not.toThrow();
});

test('changes that are read back make the same freezes', () => {
  const book = new ControlBook(() => 0);
  const [one, two] = [textOf(1, { kind: 'all' }), textOf(2, { kind: 'tag', tag: 'hot' })];
  for (const text of [one, two]) book.freeze(text);
  const kept = book.snapshot();
  const again = new ControlBook(() => 0);
  again.restore(kept, [{ kind: 'unfrozen', text: one }]);
  expect(again.frozen).toEqual([two]);
  book.unfreeze(one);
  expect(book.frozen).toEqual([two]);
  expect(book.update).toMatchObject({ frozenTags: ['hot'], documents: { policies: [] } });
  book.unfreeze(two);
  // Signers that were told of the tag are told that it is free.
  expect(book.update).toEqual({ documents: { policies: [] }, clock: 0 });
});

test('signers learn of frozen tags although nothing else governs, and of nothing while no tag is frozen', () => {
  const book = new ControlBook(() => 7);
  book.freeze(textOf(1, { kind: 'all' }));
  expect(book.update).toBeUndefined();
  book.freeze(textOf(2, { kind: 'tag', tag: 'hot' }));
  expect(book.update).toEqual({ documents: { policies: [] }, clock: 7, frozenTags: ['hot'] });
});

test('a freeze of another store is refused', () => {
  const text = textOf(1, { kind: 'all' });
  expect(() => requireFreezeOf('00'.repeat(16), text)).not.toThrow();
  expect(() => requireFreezeOf('11'.repeat(16), text)).toThrow(expect.objectContaining({ code: 'FREEZE_INVALID' }));
});

test('a freeze that says who made it is refused where nobody proves that', () => {
  const by = `ed25519:${'A'.repeat(43)}`;
  const named = (who: Pick<Freeze, 'by' | 'person'>) =>
    freezeText({
      store: '00'.repeat(16),
      freeze: { id: '0'.repeat(32), scope: { kind: 'all' }, reason: 'test', at: 1, ...who },
    });
  expect(() => requireUnnamed(named({}))).not.toThrow();
  for (const who of [{ by }, { person: 'ada' }]) {
    expect(() => requireUnnamed(named(who))).toThrow(expect.objectContaining({ code: 'FREEZE_INVALID' }));
  }
});
