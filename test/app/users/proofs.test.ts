import { describe, expect, it } from 'vitest';
import { KnownProofs, type ProofOf } from '../../../src/app/users/proofs.js';
import { defaultTenant, parseOwnerId, parseTenantId } from '../../../src/core/ids.js';

const user = { owner: parseOwnerId('u-17'), tag: '17', by: 'issuer' } as const;
const settings = { issuer: 'https://id.example', audience: 'shop', ownerClaim: 'sub' };
const proof: ProofOf = { tenant: defaultTenant, settings, text: 'a.b.c' };

function counted() {
  const clock = { at: 0, now: () => clock.at };
  const known = new KnownProofs(clock);
  let verified = 0;
  const ask = async (more: Partial<ProofOf> = {}) => {
    const before = verified;
    const found = await known.of({ ...proof, ...more }, async () => {
      verified += 1;
      return { user, until: 1000 };
    });
    expect(found.user).toBe(user);
    return verified - before;
  };
  return { clock, known, ask };
}

describe('verified tokens of users', () => {
  it('are verified once, until they end', async () => {
    const { ask, clock } = counted();
    expect([await ask(), await ask()]).toEqual([1, 0]);
    clock.at = 999;
    expect(await ask()).toBe(0);
    clock.at = 1000;
    expect([await ask(), await ask()]).toEqual([1, 1]);
  });

  it.each([
    ['another text', { text: 'a.b.d' }],
    ['another tenant', { tenant: parseTenantId('shop') }],
    ['another issuer', { settings: { ...settings, issuer: 'https://other.example' } }],
    ['another audience', { settings: { ...settings, audience: 'bank' } }],
    ['another claim', { settings: { ...settings, ownerClaim: 'player' } }],
    ['keys from another place', { settings: { ...settings, jwks: 'https://id.example/keys' } }],
    ['another party', { settings: { ...settings, authorizedParty: 'app' } }],
  ])('prove nothing for %s', async (_, more) => {
    const { ask } = counted();
    await ask();
    expect(await ask(more)).toBe(1);
  });

  it('that were refused are verified each time', async () => {
    const { known, ask } = counted();
    await expect(known.of(proof, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await ask()).toBe(1);
  });

  it('are forgotten, the oldest first, when there are too many', async () => {
    const { ask } = counted();
    await ask();
    for (let at = 0; at < 10_000; at++) await ask({ text: String(at) });
    expect([await ask({ text: '9999' }), await ask()]).toEqual([0, 1]);
  });
});
