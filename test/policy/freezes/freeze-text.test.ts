import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CustosError } from '../../../src/core/errors.js';
import { parseChainId, parseSignatureId } from '../../../src/core/ids.js';
import { type Freeze, type FreezeScope, frozenBy } from '../../../src/core/policy/freeze.js';
import { journalMac } from '../../../src/core/store/journal-mac.js';
import { freezeText, readFreezeText } from '../../../src/policy/freeze-text.js';
import { endMac, freezeMac, isAuthentic, isEnded, readFreeze } from '../../../src/policy/freezes.js';
import { constitution, keyOf, now, store } from '../approvals/people.js';

const id = '0f'.repeat(16);
const wallet = parseSignatureId('00000000-0000-4000-8000-000000000001');
const eth = parseChainId('ETH');
const freeze: Freeze = { id, scope: { kind: 'all' }, reason: 'keys may be out', at: now };
const text = freezeText({ store, freeze });

const scopes: fc.Arbitrary<FreezeScope> = fc.oneof(
  fc.constant({ kind: 'all' as const }),
  fc.constant({ kind: 'chain' as const, chain: eth }),
  fc.stringMatching(/^[a-z][a-z0-9-]{0,31}$/).map((tag) => ({ kind: 'tag' as const, tag })),
  fc.uuid().map((one) => ({ kind: 'wallet' as const, id: parseSignatureId(one) })),
);
const freezes: fc.Arbitrary<Freeze> = fc
  .record({
    scope: scopes,
    reason: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }).filter((reason) => reason.trim() !== ''),
    at: fc.integer({ min: 0, max: 250_000_000_000_000 }),
    maker: fc.constantFrom({}, { by: keyOf('oli').text }, { person: 'oli' }),
  })
  .map(({ maker, ...rest }) => ({ id, ...rest, ...maker }));

/** True when it reads; false when it is refused as it should be. */
function reads(changed: string): boolean {
  try {
    readFreezeText(changed);
    return true;
  } catch (error) {
    if (error instanceof CustosError && /^(FREEZE|CHAIN|SIGNATURE_ID)_/.test(error.code)) return false;
    throw error;
  }
}

describe('the lines of a freeze', () => {
  test('are readable and say what is stopped, why, since when and by whom', () => {
    expect(text).toBe(
      `custos-freeze/1\nstore: ${store}\nfreeze: ${id}\nscope: all\nreason: "keys may be out"\nat: 2026-01-01T12:00:00.000Z\nby: none\n`,
    );
  });

  test('say who was logged in where a person pressed it, and no key signed it', () => {
    const pressed = freezeText({ store, freeze: { ...freeze, person: 'oli' } });
    expect(pressed).toBe(text.replace('by: none', 'by: person oli'));
    const { mac } = { mac: journalMac(new Uint8Array(32)) };
    const stored = { id, at: now, text: pressed };
    expect(isAuthentic({ ...stored, mac: freezeMac(mac, pressed) }, { mac, constitution })).toBe(true);
    expect(isAuthentic({ ...stored, mac: freezeMac(mac, text) }, { mac, constitution })).toBe(false);
    expect(isAuthentic({ ...stored, signature: keyOf('oli').signed(pressed) }, { mac, constitution })).toBe(false);
  });

  test('read back as what they were written from', () => {
    fc.assert(
      fc.property(freezes, (one) => {
        expect(readFreezeText(freezeText({ store, freeze: one }))).toEqual({ store, freeze: one });
      }),
    );
  });

  test('do not read in any other form', () => {
    const wrong = [
      '',
      text.slice(0, -1),
      `${text}\n`,
      text.replace('freeze/1', 'freeze/2'),
      text.replace('scope: all', 'scope: chain eth'),
      text.replace('scope: all', 'scope: chain'),
      text.replace('scope: all', 'scope: tag A'),
      text.replace('"keys may be out"', 'keys may be out'),
      text.replace('"keys may be out"', '"  "'),
      text.replace('"keys may be out"', JSON.stringify('a'.repeat(201))),
      text.replace('keys', 'k\u00e9ys'),
      text.replace('k', '\\u006b'),
      text.replace('2026', '2026 '),
      text.replace('by: none', 'by: ed25519:short'),
      text.replace('by: none', 'by: oli'),
      text.replace('by: none', 'by: person '),
      text.replace('by: none', 'by: person Oli'),
      text.replace('by: none', 'by: person oli and ben'),
      text.replace('by: none', `by: person ${'a'.repeat(33)}`),
    ];
    expect(wrong.filter(reads)).toEqual([]);
    fc.assert(
      fc.property(fc.nat(text.length - 1), fc.string({ maxLength: 3 }), (place, put) => {
        const changed = `${text.slice(0, place)}${put}${text.slice(place + 1)}`;
        if (reads(changed)) expect(freezeText(readFreezeText(changed))).toBe(changed);
      }),
    );
  });

  test('a reason may have 200 characters of any language', () => {
    for (const reason of ['a'.repeat(200), '\u00e9'.repeat(200)]) {
      const lines = { store, freeze: { ...freeze, reason, by: keyOf('oli').text } };
      expect(readFreezeText(freezeText(lines))).toEqual(lines);
    }
  });

  test('an empty reason and one that is too long are refused before they are signed', () => {
    for (const reason of ['', ' ', 'a'.repeat(201)]) {
      expect(() => freezeText({ store, freeze: { ...freeze, reason } })).toThrow(
        expect.objectContaining({ code: 'FREEZE_INVALID' }),
      );
    }
  });
});

describe('a freeze stops', () => {
  const at = (scope: FreezeScope) => [{ ...freeze, scope }];
  const hot = { chain: 'ETH', wallets: [{ id: wallet, tags: ['hot'] }] };

  test('what its scope names, and nothing else', () => {
    const stops = (scope: FreezeScope) => frozenBy(at(scope), hot)?.id;
    expect(stops({ kind: 'all' })).toBe(id);
    expect(stops({ kind: 'chain', chain: eth })).toBe(id);
    expect(stops({ kind: 'tag', tag: 'hot' })).toBe(id);
    expect(stops({ kind: 'wallet', id: wallet })).toBe(id);
    expect(stops({ kind: 'chain', chain: parseChainId('SOL') })).toBeUndefined();
    expect(stops({ kind: 'tag', tag: 'cold' })).toBeUndefined();
    expect(stops({ kind: 'wallet', id: parseSignatureId('00000000-0000-4000-8000-000000000002') })).toBeUndefined();
    expect(frozenBy([], hot)).toBeUndefined();
  });

  test('a transaction of which one wallet is frozen, and a wallet whose tags are unknown', () => {
    const other = { id: parseSignatureId('00000000-0000-4000-8000-000000000002'), tags: [] };
    const both = { chain: 'ETH', wallets: [other, ...hot.wallets] };
    expect(frozenBy(at({ kind: 'wallet', id: wallet }), both)?.id).toBe(id);
    expect(frozenBy(at({ kind: 'tag', tag: 'hot' }), both)?.id).toBe(id);
    expect(frozenBy(at({ kind: 'tag', tag: 'hot' }), { chain: 'ETH', wallets: [{ id: wallet }] })?.id).toBe(id);
  });
});

describe('a stored freeze', () => {
  const mac = journalMac(new Uint8Array(32).fill(1));
  const other = journalMac(new Uint8Array(32).fill(2));
  const signedBy = (name: string) => {
    const lines = freezeText({ store, freeze: { ...freeze, by: keyOf(name).text } });
    return { id, at: now, text: lines, signature: keyOf(name).signed(lines) };
  };
  const made = { id, at: now, text, mac: freezeMac(mac, text) };

  test('is read only as the freeze of this store and this id', () => {
    expect(readFreeze(made, store)).toEqual(freeze);
    expect(readFreeze(made, 'ff'.repeat(16))).toBeUndefined();
    expect(readFreeze({ ...made, id: 'ff'.repeat(16) }, store)).toBeUndefined();
    expect(readFreeze({ ...made, text: 'stop' }, store)).toBeUndefined();
  });

  test('counts when the key of the journal or a person who may freeze made it', () => {
    const by = { mac, constitution };
    expect(isAuthentic(made, by)).toBe(true);
    for (const name of ['ada', 'bob', 'oli']) expect(isAuthentic(signedBy(name), by)).toBe(true);
    expect(isAuthentic(made, { mac: other, constitution })).toBe(false);
    expect(isAuthentic(signedBy('a stranger'), by)).toBe(false);
    expect(isAuthentic(signedBy('oli'), { mac, constitution: undefined })).toBe(false);
    expect(isAuthentic({ ...signedBy('oli'), signature: signedBy('bob').signature }, by)).toBe(false);
    expect(isAuthentic({ ...made, mac: '' }, by)).toBe(false);
  });

  test('is ended only by an end for its own lines', () => {
    const end = { at: 5, signatures: '[]', rootMac: '' };
    const good = { ...made, end: { ...end, mac: endMac(mac, { text, ...end }) } };
    expect(isEnded(good, mac)).toBe(true);
    expect(isEnded(made, mac)).toBe(false);
    expect(isEnded(good, other)).toBe(false);
    expect(isEnded({ ...good, text: signedBy('oli').text }, mac)).toBe(false);
    expect(isEnded({ ...good, end: { ...good.end, at: 6 } }, mac)).toBe(false);
  });
});
