import { expect, it } from 'vitest';
import { parseSignatureId } from '../../src/core/ids.js';
import type { WalletControl } from '../../src/core/signing/wallet.js';
import { policyWallet, refuseCompromised, signingWallets } from '../../src/policy/wallet-states.js';

const id = '26d3883e-4e17-48b3-a0ee-09a3e484ac83';
const since = Date.parse('2026-01-01T12:00:00Z');
const wallet = (control?: Partial<WalletControl>) => ({
  signatureId: parseSignatureId(id),
  ...(control && { control: { tags: [], state: 'active', since, revision: 1, ...control } as const }),
});

it.each([
  ['suspended', 'WALLET_SUSPENDED'],
  ['deactivated', 'WALLET_DEACTIVATED'],
  ['destroyed', 'WALLET_DESTROYED'],
] as const)('a wallet that is %s signs nothing, also beside others', (state, code) => {
  const refused = expect.objectContaining({
    code,
    message: `wallet ${id} is ${state} since 2026-01-01T12:00:00.000Z: theft`,
    details: { signatureId: id },
  });
  expect(() => signingWallets([wallet(), wallet({ state, reason: 'theft' })])).toThrow(refused);
  expect(() => signingWallets([wallet({ state })])).toThrow(
    expect.objectContaining({ message: `wallet ${id} is ${state} since 2026-01-01T12:00:00.000Z` }),
  );
});

it('a wallet about which nothing was said signs, and is known to have no tag', () => {
  expect(signingWallets([wallet()])).toEqual([{ id, tags: [] }]);
  expect(signingWallets([wallet({ tags: ['hot'], owner: 'desk' })])).toEqual([{ id, tags: ['hot'], owner: 'desk' }]);
});

it('a compromised wallet is marked for whoever judges by a policy, and refused by whoever has none', () => {
  const leaked = wallet({ state: 'compromised' });
  expect(signingWallets([leaked])).toEqual([{ id, tags: [], compromised: true }]);
  expect(policyWallet(wallet({ state: 'suspended' }))).toEqual({ id, tags: [] });
  expect(() => refuseCompromised([wallet(), wallet({ state: 'active' })])).not.toThrow();
  expect(() => refuseCompromised([wallet(), leaked])).toThrow(expect.objectContaining({ code: 'WALLET_COMPROMISED' }));
});

it('a wallet that needs a proof of its owner signs with that of its owner only', () => {
  const tagOf = (owner: string) => `tag of ${owner}`;
  const owned = wallet({ owner: 'ann', requireUserToken: true });
  expect(signingWallets([owned], { user: 'tag of ann', tagOf })).toHaveLength(1);
  const needed = expect.objectContaining({ code: 'USER_TOKEN_REQUIRED', details: { signatureId: id } });
  for (const user of ['tag of bob', undefined]) expect(() => signingWallets([owned], { user, tagOf })).toThrow(needed);
  expect(() => signingWallets([owned])).toThrow(needed);
  // Nobody proves to be the owner of a wallet that has none.
  const lost = wallet({ requireUserToken: true });
  for (const user of ['tag of undefined', undefined]) {
    expect(() => signingWallets([lost], { user, tagOf })).toThrow(needed);
  }
  expect(signingWallets([wallet({ owner: 'ann' })], { user: undefined, tagOf })).toHaveLength(1);
});
