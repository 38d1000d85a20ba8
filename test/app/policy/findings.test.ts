import { expect, it } from 'vitest';
import { policyFindings } from '../../../src/app/policy/findings.js';
import { createRegistry } from '../../../src/chains/registry.js';
import { quote } from '../../../src/core/ids.js';
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
  [
    'XLM',
    'MA7QYNF7SOWQ3GLR2BGMZEHXAVIRZA4KVWLTJJFC7MGXUA74P7UJUAAAAAAAAAAAACJUQ',
    'GA7QYNF7SOWQ3GLR2BGMZEHXAVIRZA4KVWLTJJFC7MGXUA74P7UJVSGZ',
  ],
  ['FLOW', '1654653399040A61', '0x1654653399040a61'],
])('of %s, a forbid of %s is a mistake: its effects have %s', (chain, address, written) => {
  const mistake = `no: names ${quote(address)}, which ${chain} writes as ${written}: it meets nothing`;
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

it.each([
  ['TRON', '41a614f803b6fd780986a42c78ec9c7f77e6ded13c', 'TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t'],
  ['VET', '0x0000000000000000000000000000456e65726779', 'VTHO'],
  ['FLOW', 'A.1654653399040a61.FlowToken', 'FLOW'],
  [
    'XRP',
    `${'0'.repeat(24)}555344${'0'.repeat(10)}.rhub8VRN55s94qWKDv6jmDy1pUykJzF3wq`,
    'USD.rhub8VRN55s94qWKDv6jmDy1pUykJzF3wq',
  ],
])('of %s, a limit of the token %s is a mistake: its effects have %s', (chain, token, written) => {
  const decimals = { TRON: 6, VET: 18, FLOW: 8, XRP: 15 }[chain];
  const limits = [{ id: 'day', asset: 'T', rolling: '24h', max: '100' }];
  const about = (named: string) =>
    found({ assets: { T: { network: 'mainnet', chain, decimals, token: named } }, limits });
  expect(about(token)).toContain(`T: names ${quote(token)}, which ${chain} writes as ${written}: it meets nothing`);
  expect(about(written).filter((text) => text.startsWith('T: '))).toEqual([]);
  expect(about('a-token-of-no-chain').filter((text) => text.startsWith('T: '))).toEqual([]);
});
