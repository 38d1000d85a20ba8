import { describe, expect, it } from 'vitest';
import { findTotpStep, totpCode, totpStep } from '../../src/crypto/totp.js';

const secret = new Uint8Array(Buffer.from('12345678901234567890'));

describe('one-time codes by time', () => {
  // RFC 6238, appendix B, SHA-1. Its codes have eight digits, of which the last six are the code of six digits.
  it.each([
    [59, '94287082'],
    [1_111_111_109, '07081804'],
    [1_111_111_111, '14050471'],
    [1_234_567_890, '89005924'],
    [2_000_000_000, '69279037'],
    [20_000_000_000, '65353130'],
  ])('are those of RFC 6238 at second %s', (second, code) => {
    expect(totpCode(secret, totpStep(second * 1000))).toBe(code.slice(2));
  });

  // RFC 4226, appendix D.
  it('are those of RFC 4226', () => {
    const codes = '755224 287082 359152 969429 338314 254676 287922 162583 399871 520489'.split(' ');
    expect(codes.map((_, count) => totpCode(secret, count))).toEqual(codes);
  });

  it('count in their own step and in the steps beside it', () => {
    const at = 1_111_111_109_000;
    const now = totpStep(at);
    const found = [-2, -1, 0, 1, 2].map((away) => findTotpStep(secret, totpCode(secret, now + away), at));
    expect(found).toEqual([undefined, now - 1, now, now + 1, undefined]);
  });

  it.each(['', '81804', '0818040', '081804 ', '081805', 'o81804', '０81804'])('are not "%s"', (code) => {
    expect(findTotpStep(secret, code, 1_111_111_109_000)).toBeUndefined();
  });
});
