import { toFunctionSelector } from 'viem';
import { describe, expect, it } from 'vitest';
import { knownMethods } from '../../../src/chains/evm/calls/methods.js';
import type { Summary } from '../../../src/core/chain/summary.js';
import { abi, alice, bob, contract, encode, me, summaryOf, unlimited } from '../calls.js';

const either = { standard: 'ERC-20 or ERC-721', contract };
const calls: [string, readonly unknown[], Partial<Summary>, string][] = [
  [
    'transfer',
    [alice, 5n],
    {
      kind: 'token-transfer',
      method: `transfer(${alice}, 5)`,
      tokens: [{ standard: 'ERC-20', contract, from: me, to: alice, amount: 5n, action: 'transfer' }],
    },
    `transfers 5 smallest units of token ${contract} to ${alice}`,
  ],
  [
    'transferFrom',
    [alice, bob, 5n],
    {
      kind: 'token-transfer',
      tokens: [{ ...either, from: alice, to: bob, amount: 5n, tokenId: 5n, action: 'transfer' }],
    },
    `(or, if it is a collection, the item number 5) of token ${contract} from ${alice} to ${bob}`,
  ],
  [
    'approve',
    [alice, 5n],
    {
      kind: 'token-approval',
      tokens: [{ ...either, from: me, to: alice, amount: 5n, tokenId: 5n, action: 'approve' }],
    },
    `allows ${alice} to take 5 smallest units (or, if it is a collection, the item number 5)`,
  ],
  [
    'approve',
    [alice, unlimited],
    { kind: 'token-approval' },
    `allows ${alice} to take an unlimited amount of token ${contract}`,
  ],
  [
    'increaseAllowance',
    [alice, 5n],
    { kind: 'token-approval' },
    `allows ${alice} to take 5 smallest units more of token`,
  ],
  [
    'decreaseAllowance',
    [alice, 5n],
    {
      kind: 'token-approval',
      tokens: [{ standard: 'ERC-20', contract, from: me, to: alice, amount: 5n, action: 'revoke' }],
    },
    '5 smallest units less of token',
  ],
  [
    'permit',
    [alice, bob, unlimited, 1n, 27, `0x${'01'.repeat(32)}`, `0x${'02'.repeat(32)}`],
    {
      kind: 'token-approval',
      tokens: [{ standard: 'ERC-20', contract, from: alice, to: bob, amount: unlimited, action: 'approve' }],
    },
    `the permit of ${alice} that ${bob} may take an unlimited amount`,
  ],
  [
    'setApprovalForAll',
    [alice, true],
    {
      kind: 'token-approval',
      tokens: [{ standard: 'ERC-721 or ERC-1155', contract, from: me, to: alice, action: 'approve-all' }],
    },
    `allows ${alice} to take all tokens of contract ${contract}, without limit`,
  ],
  ['setApprovalForAll', [alice, false], { kind: 'token-approval' }, `no longer allows ${alice}`],
  [
    'safeTransferFrom',
    [alice, bob, 5n],
    {
      kind: 'token-transfer',
      tokens: [{ standard: 'ERC-721', contract, from: alice, to: bob, tokenId: 5n, action: 'transfer' }],
    },
    `moves token 5 of contract ${contract} from ${alice} to ${bob}`,
  ],
  ['safeTransferFrom', [alice, bob, 5n, '0x'], { kind: 'token-transfer' }, `moves token 5 of contract ${contract}`],
  [
    'safeTransferFrom',
    [alice, bob, 5n, '0x1234'],
    { kind: 'token-transfer', opaque: true, method: `safeTransferFrom(${alice}, ${bob}, 5, 0x1234)` },
    `moves token 5 of contract ${contract}`,
  ],
  [
    'safeTransferFrom',
    [alice, bob, 5n, 6n, '0x'],
    { tokens: [{ standard: 'ERC-1155', contract, from: alice, to: bob, tokenId: 5n, amount: 6n, action: 'transfer' }] },
    `moves 6 of token 5 of contract ${contract} from ${alice} to ${bob}`,
  ],
  [
    'safeBatchTransferFrom',
    [alice, bob, [1n, 2n], [3n, 4n], '0xff'],
    {
      opaque: true,
      tokens: [
        { standard: 'ERC-1155', contract, from: alice, to: bob, tokenId: 1n, amount: 3n, action: 'transfer' },
        { standard: 'ERC-1155', contract, from: alice, to: bob, tokenId: 2n, amount: 4n, action: 'transfer' },
      ],
    },
    'moves 3 of token 1, 4 of token 2 of contract',
  ],
  [
    'mint',
    [alice, 5n],
    { tokens: [{ ...either, to: alice, amount: 5n, tokenId: 5n, action: 'mint' }] },
    `of contract ${contract} for ${alice}`,
  ],
  [
    'mint',
    [alice, 5n, 6n, '0x'],
    { tokens: [{ standard: 'ERC-1155', contract, to: alice, tokenId: 5n, amount: 6n, action: 'mint' }] },
    'mints 6 of token 5',
  ],
  ['mintBatch', [alice, [5n], [6n], '0x'], { kind: 'token-transfer' }, 'mints 6 of token 5'],
  [
    'safeMint',
    [alice, 5n],
    { tokens: [{ standard: 'ERC-721', contract, to: alice, tokenId: 5n, action: 'mint' }] },
    'mints token 5',
  ],
  ['mintWithTokenURI', [alice, 5n, 'ipfs://example'], { kind: 'token-transfer' }, 'mints token 5'],
  ['burn', [5n], { tokens: [{ ...either, from: me, amount: 5n, tokenId: 5n, action: 'burn' }] }, `that ${me} owns`],
  [
    'burn',
    [alice, 5n, 6n],
    { tokens: [{ standard: 'ERC-1155', contract, from: alice, tokenId: 5n, amount: 6n, action: 'burn' }] },
    'burns 6 of token 5',
  ],
  ['burnBatch', [alice, [5n], [6n]], { kind: 'token-transfer' }, 'burns 6 of token 5'],
  [
    'burnFrom',
    [alice, 5n],
    { tokens: [{ standard: 'ERC-20', contract, from: alice, amount: 5n, action: 'burn' }] },
    'burns 5 smallest units',
  ],
  ['deposit', [], { kind: 'contract-call', method: 'deposit()' }, `deposits coins into contract ${contract}`],
  ['withdraw', [5n], { kind: 'contract-call' }, `withdraws 5 smallest units from contract ${contract}`],
];

describe('a call', () => {
  it.each(calls)('a call of %s says what it does', (name, args, expected, words) => {
    const summary = summaryOf(encode(name, args));
    expect(summary).toMatchObject({ opaque: false, from: me, to: contract, ...expected });
    expect(summary.text).toContain(words);
    expect(summary.text).toMatch(/; the fee is at most 0\.2 ETH$/);
  });

  it('a bundle of calls says what each call does, and is opaque where one is not understood', () => {
    const inner = encode('transfer', [alice, 5n]);
    const clear = summaryOf(encode('multicall', [[inner, encode('approve', [bob, 7n])]]));
    expect(clear).toMatchObject({ kind: 'contract-call', opaque: false });
    expect(clear.tokens).toMatchObject([
      { from: me, to: alice, amount: 5n, action: 'transfer' },
      { from: me, to: bob, amount: 7n, action: 'approve' },
    ]);
    expect(clear.text).toContain(
      `: transfers 5 smallest units of token ${contract} to ${alice}; allows ${bob} to take 7`,
    );
    for (const args of [[[inner, '0xdeadbeef']], [9n, [inner, '0xdeadbeef']]]) {
      const summary = summaryOf(encode('multicall', args));
      expect(summary).toMatchObject({ kind: 'contract-call', opaque: true, tokens: [{ to: alice }] });
      expect(summary.method).toMatch(/^multicall\(/);
    }
  });

  it('a bundle of bundles is followed four times, and no further', () => {
    const nested = (depth: number): string =>
      depth === 0 ? encode('approve', [alice, unlimited]) : encode('multicall', [[nested(depth - 1)]]);
    expect(summaryOf(nested(4))).toMatchObject({ opaque: false, hazards: [{ kind: 'unlimited-allowance' }] });
    expect(summaryOf(nested(5))).toMatchObject({ opaque: true, tokens: [] });
  });

  it('an unknown call shows its selector and is opaque', () => {
    const summary = summaryOf('0xdeadbeef00');
    expect(summary).toMatchObject({ kind: 'contract-call', method: '0xdeadbeef', opaque: true, tokens: [] });
    expect(summary.text).toContain('an unknown method (0xdeadbeef)');
  });

  it('a call that also sends coins says so', () => {
    const summary = summaryOf(encode('transfer', [alice, 5n]), { value: '1500000000000000000' });
    expect(summary.value).toEqual({ asset: 'ETH', amount: 1_500_000_000_000_000_000n });
    expect(summary.text).toContain('and sends 1.5 ETH along');
  });

  it.each([
    ['trailing bytes', `${encode('transfer', [alice, 5n])}00`],
    ['a trailing word', encode('transfer', [alice, 5n]) + '00'.repeat(32)],
    ['a missing byte', encode('transfer', [alice, 5n]).slice(0, -2)],
    ['no arguments', '0xa9059cbb'],
    ['an address above 160 bits', encode('transfer', [alice, 5n]).replace('0xa9059cbb00', '0xa9059cbb01')],
    ['a boolean of 2', encode('setApprovalForAll', [alice, true]).replace(/1$/, '2')],
    ['set padding behind bytes', encode('safeTransferFrom', [alice, bob, 5n, '0x1234']).replace(/00$/, '01')],
  ])('a call with %s is opaque, and says why', (_what, data) => {
    const summary = summaryOf(data);
    expect(summary).toMatchObject({ kind: 'contract-call', opaque: true, tokens: [] });
    expect(summary.text).toContain('with arguments that do not decode exactly');
  });

  it('a batch with unequal lists is opaque', () => {
    expect(summaryOf(encode('mintBatch', [alice, [1n, 2n], [3n], '0x']))).toMatchObject({ opaque: true });
  });
});

describe('the known methods', () => {
  it.each([...knownMethods])('%s is the selector of its signature', (selector, { signature }) => {
    expect(toFunctionSelector(`function ${signature}`)).toBe(selector);
  });

  it('the known methods include the methods of these tests', () => {
    expect([...knownMethods.keys()]).toEqual(expect.arrayContaining(abi.map((item) => toFunctionSelector(item))));
  });
});
