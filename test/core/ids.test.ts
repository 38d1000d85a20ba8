import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { defaultTenant, parseOwnerId, parseTenantId } from '../../src/core/ids.js';
import { forms } from '../../src/policy/document/forms.js';

describe('parseTenantId', () => {
  it('takes 1 to 64 lower-case letters, digits and dashes, and nothing else', () => {
    for (const text of ['a', defaultTenant, 'shop-7', '0', '-', 'x'.repeat(64)]) expect(parseTenantId(text)).toBe(text);
    for (const bad of ['', 'Shop', 'a b', 'a_b', 'a\n', 'ä', 'x'.repeat(65), 7, null, undefined, ['a']]) {
      expect(() => parseTenantId(bad), String(bad)).toThrow(expect.objectContaining({ code: 'TENANT_INVALID' }));
    }
  });
});

describe('parseOwnerId', () => {
  it('takes exactly the owners that a policy can name', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary', maxLength: 140 }), fc.string({ maxLength: 3 })), (text) => {
        if (forms.words.test(text)) expect(parseOwnerId(text)).toBe(text);
        else expect(() => parseOwnerId(text)).toThrow(expect.objectContaining({ code: 'OWNER_INVALID' }));
      }),
    );
  });

  it('refuses what is empty, too long, invisible or no text', () => {
    for (const bad of ['', 'u'.repeat(129), 'u\n17', 'u\u200b', '\ud800', 17, null]) {
      expect(() => parseOwnerId(bad), String(bad)).toThrow(expect.objectContaining({ code: 'OWNER_INVALID' }));
    }
    expect(parseOwnerId('u-17 @ shop.example')).toBe('u-17 @ shop.example');
  });
});
