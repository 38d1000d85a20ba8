import { describe, expect, it } from 'vitest';
import { hostCheck } from '../../src/http/guard.js';

const refused = expect.objectContaining({ code: 'HOST_NOT_ALLOWED' });

describe('the check of the Host header', () => {
  it('says the same of a header each time, whatever else passed meanwhile', () => {
    const check = hostCheck('127.0.0.1', ['custos.internal']);
    for (let time = 0; time < 3; time++) {
      for (const host of ['127.0.0.1:8080', 'localhost', 'custos.internal:1', '[::1]']) check(host);
      for (const host of ['evil.example', 'custos.internal.evil.example', '127.0.0.1:8080x', '', undefined]) {
        expect(() => check(host)).toThrow(refused);
      }
    }
  });

  it('goes on to read headers when it remembers no more of them', () => {
    const check = hostCheck('127.0.0.1', []);
    for (let port = 1; port <= 300; port++) check(`127.0.0.1:${port}`);
    expect(() => check('evil.example')).toThrow(refused);
  });
});
