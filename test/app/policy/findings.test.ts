import { expect, it } from 'vitest';
import { policyFindings } from '../../../src/app/policy/findings.js';
import { createRegistry } from '../../../src/chains/registry.js';
import { readPolicy } from '../../../src/policy/document/read.js';
import { policyText } from '../../support/policies.js';

const chains = createRegistry();
const hex = `0x${'1c7d4b196cb0c7b01d743fbc6116a902379c7238'}`;
const found = (members: Readonly<Record<string, unknown>>) =>
  policyFindings(readPolicy(policyText(members)), chains)
    .filter(({ level }) => level === 'mistake')
    .map(({ what, text }) => `${what}: ${text}`);

it.each([
  ['ONE', 'one1r375kxtvkrrmq8t5877xz94fqgmecu3c2jjekv', hex],
  ['TRON', '41a614f803b6fd780986a42c78ec9c7f77e6ded13c', 'TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t'],
  ['BCH', '1BpEi6DfDAUFd7GtittLSdBeYJvcoaVggu', 'bitcoincash:qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6a'],
])('of %s, a forbid of %s is a mistake: its effects have %s', (chain, address, written) => {
  const mistake = `no: names "${address}", which ${chain} writes as ${written}: it meets nothing`;
  expect(found({ forbids: [{ id: 'no', chain: [chain], to: address }] })).toEqual([mistake]);
  expect(found({ forbids: [{ id: 'no', chain: [chain], to: written }] })).toEqual([]);
  const args = [{ at: 0, is: [address] }];
  expect(found({ limits: [{ id: 'no', chain: [chain], count: 1, rolling: '1h', args }] })).toEqual([mistake]);
  expect(found({ books: { bad: { entries: [{ address, chain: [chain] }] } } })[0]).toMatch(/^book bad: names /);
});

it('an address that one of the meant chains writes so is none', () => {
  expect(
    found({ forbids: [{ id: 'no', to: ['1BpEi6DfDAUFd7GtittLSdBeYJvcoaVggu', hex, 'self', 'book:partners'] }] }),
  ).toEqual([]);
  expect(found({ forbids: [{ id: 'no', chain: ['XDC'], to: [hex, `xdc${hex.slice(2).toUpperCase()}`] }] })).toEqual([]);
  expect(found({ forbids: [{ id: 'no', chain: ['ALGO'], to: 'an-address-of-no-chain' }] })).toEqual([]);
});
