import { expect, it } from 'vitest';
import { Signatures } from '../../src/app/serve/signatures.js';
import { Transactions } from '../../src/app/serve/transactions.js';
import { tagsOwners } from '../../src/app/wallets/owner-tags.js';
import type { SignatureId } from '../../src/core/ids.js';
import { defaultTenant, parseChainId } from '../../src/core/ids.js';
import { createIntake } from '../../src/lifecycle/intake.js';
import { freshApi } from './support.js';

const test = freshApi();
const chain = parseChainId('ETH');
const unsigned = '{"to":"0x52908400098527886E0F7030069857D2E4169EE7","value":"1"}';

/** Hands requests over, and tells in which order wallets are read and senders admitted. */
function handing() {
  const steps: string[] = [];
  const { lifecycle } = test.handing;
  const wallets = {
    ...lifecycle.wallets,
    get: (ids: readonly SignatureId[]) => {
      steps.push('read');
      return lifecycle.wallets.get(ids);
    },
  };
  const given = { ...test.handing, lifecycle: { ...lifecycle, wallets } };
  const admit = async () => {
    steps.push('admitted');
  };
  const asked = { tenant: defaultTenant, initiator: 'token', idempotency: { key: 'k', digest: 'd' }, admit };
  return { steps, asked, transactions: new Transactions(given), signatures: new Signatures(given) };
}

it('the wallets of a new request are read once, beside the look at who asks, and not at all for a known one', async () => {
  const { steps, asked, transactions } = handing();
  const { signatureId: wallet } = await test.wallet();
  const form = { kind: 'raw' as const, chain, keys: [{ wallet }], unsigned };
  expect((await transactions.submit({ ...asked, form })).kind).toBe('accepted');
  expect(steps).toEqual(['read', 'admitted']);
  expect((await transactions.submit({ ...asked, form })).kind).toBe('replayed');
  expect(steps).toEqual(['read', 'admitted', 'admitted']);
});

it('the wallet of a new signature is read once, too', async () => {
  const { steps, asked, signatures } = handing();
  const { signatureId: wallet } = await test.wallet();
  const form = { kind: 'message', chain, from: { wallet }, text: 'hello' } as const;
  expect((await signatures.submit({ ...asked, form })).kind).toBe('accepted');
  expect((await signatures.submit({ ...asked, form })).kind).toBe('replayed');
  expect(steps).toEqual(['read', 'admitted', 'admitted']);
});

it('a request that comes with its wallets reads none, and hands them on to whoever carries it', async () => {
  const { steps, asked, transactions, signatures } = handing();
  const { signatureId: wallet } = await test.wallet();
  const wallets = { sealed: await test.store.wallets.get([wallet]), at: performance.now() };
  // Complete, so that no node is asked.
  const whole = JSON.stringify({ ...JSON.parse(unsigned), nonce: 0, gas: '21000', gasPrice: '1', chainId: 11155111 });
  const form = { kind: 'raw' as const, chain, keys: [{ wallet }], unsigned: whole };
  const { admit: _, idempotency: _none, ...call } = asked;
  const handed: unknown[] = [];
  const intake = createIntake(test.store.journal, {
    wake: () => {},
    place: () => ({ begin: (_entry, _lease, own) => handed.push(own), free: () => {} }),
  });
  const tagging = tagsOwners(intake, { store: test.store, vault: test.handing.lifecycle.publicVault });
  const carried = new Transactions({ ...test.handing, intake: tagging });
  expect((await transactions.submit({ ...call, form, wallets })).kind).toBe('accepted');
  const message = { kind: 'message', chain, from: { wallet }, text: 'hello' } as const;
  expect((await signatures.submit({ ...call, form: message, wallets })).kind).toBe('accepted');
  expect(steps).toEqual([]);
  await carried.submit({ ...call, form, wallets });
  expect(handed).toEqual([wallets]);
});

it('a sender who is not admitted is told that, whatever becomes of what is being read', async () => {
  const { asked, transactions } = handing();
  const { signatureId: wallet } = await test.wallet();
  const form = { kind: 'raw' as const, chain, keys: [{ wallet }], unsigned };
  const admit = async () => {
    await test.store.close();
    throw new Error('not admitted');
  };
  await expect(transactions.submit({ ...asked, admit, form })).rejects.toThrow('not admitted');
});
