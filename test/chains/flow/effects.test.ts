import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { flow, flowChain } from '../../../src/chains/flow/index.js';
import { cadenceOneTemplates } from '../../../src/chains/flow/templates.js';
import type { Effect, EffectArgument } from '../../../src/core/chain/effect.js';
import { expectSoundEffects } from '../../support/sound-effects.js';
import { contextOf, keyOf } from './asking.js';

const key = keyOf(flow, 'a33794bd2afd4f43d52189750275dc894e8aee9c1bfd505ce2201a32c0f8c20');
const other = keyOf(flow, '1844d6106d0a41b517ba341aa041f116a1599e56256af6196d07979e0db4b48b');
const account = '0x3d2a13dd671bd559';
const to = '0xa55d3234a0815ea4';
const cloud = '10711015c370a95c';
const nobody = `0x${'0'.repeat(16)}`;
const collection = 'A.87fe4ebd0cddde06.TatumMultiNFT';
const contractAddress = 'A.01.Kitty';

const referenceBlock = { id: 'ab'.repeat(32), height: '12' };
const alone = {
  referenceBlock,
  proposer: { address: account.slice(2), keyId: 1, sequenceNumber: '9' },
  payer: { address: account.slice(2), keyId: 1 },
  authorizer: { keyId: 1, hash: 'SHA3_256' },
};
const sponsored = {
  referenceBlock,
  proposer: { address: cloud, keyId: 3, sequenceNumber: '1200', signature: 'cd'.repeat(64) },
  payer: { address: cloud, keyId: 5 },
  authorizer: { keyId: 0, hash: 'SHA3_256' },
};

function parse(type: number, body: object, { chain = flow, filled = alone as object } = {}) {
  return chain.codec.parse(JSON.stringify({ type, body: { account, ...body }, filled }), contextOf(key));
}

const field = (name: string, value: string): EffectArgument => ({ name, value });
const text = (value: string) => ({ type: 'String', value });

/** What every request signs besides what its effects say. */
function signed(type: number, script: string, ...made: readonly object[]): readonly EffectArgument[] {
  const hash = createHash('sha256').update(script).digest('hex');
  const list = made.map((argument, at) => field(`argument ${at + 1}`, JSON.stringify(argument)));
  return [field('type', String(type)), field('scriptHash', hash), ...list];
}

const ownFee: Effect = {
  op: 'fee',
  from: account,
  asset: 'FLOW',
  amount: 40_006_000n,
  args: [
    field('referenceBlock', `${'ab'.repeat(32)} at 12`),
    field('computationLimit', '9999'),
    field('proposer', `${account} by key 1`),
    field('sequenceNumber', '9'),
    field('payer', `${account} by key 1`),
    field('authorizer', 'by key 1 with SHA3_256'),
  ],
};
const foreignFee: Effect = {
  op: 'fee',
  from: `0x${cloud}`,
  asset: 'FLOW',
  amount: 0n,
  args: [
    field('referenceBlock', `${'ab'.repeat(32)} at 12`),
    field('computationLimit', '9999'),
    field('proposer', `0x${cloud} by key 3`),
    field('sequenceNumber', '1200'),
    field('proposerSignature', 'cd'.repeat(64)),
    field('payer', `0x${cloud} by key 5`),
    field('authorizer', 'by key 0 with SHA3_256'),
  ],
};

const scripts = cadenceOneTemplates;
const addressed = (value: string) => ({ type: 'Address', value });
const amount = { type: 'UFix64', value: '1.50000000' };
const sends = (receiver: string): Effect => {
  const args = signed(2, scripts.transfer('testnet'), amount, addressed(receiver));
  return { op: 'transfer', from: account, to: receiver, asset: 'FLOW', amount: 150_000_000n, args };
};
const minted = (receiver: string, method: string, metadata: string, args: readonly EffectArgument[] = []): Effect => ({
  ...({ op: 'mint', code: 'issuer-settings', from: account, to: receiver, asset: collection } as const),
  amount: 1n,
  method,
  args: [field('token type', contractAddress), field('metadata', metadata), ...args],
});
const keyed = (method: string, code: 'account-control' | 'account-settings', weight: number): Effect => {
  const [type, script] =
    method === 'add key' ? [1, scripts.addKey('testnet')] : [0, scripts.createAccount?.('testnet') ?? ''];
  const made = [text(other.address), { type: 'UFix64', value: `${weight}.00000000` }];
  const args = [field('weight', String(weight)), ...signed(type, script, ...made)];
  return { op: 'account', code, from: account, to: other.address, method, args };
};
const mintScript = scripts.mint?.('testnet') ?? '';
const mintArguments = (receiver: string) =>
  signed(4, mintScript, addressed(receiver), text('ipfs://a'), text(contractAddress));
const transferScript = scripts.transferToken?.('testnet') ?? '';
const tokenArgument = { type: 'UInt64', value: '7' };
const commands = (op: 'account' | 'deploy', code: 'account-control' | 'contract-creation', what: string): Effect => {
  return { op, code, from: account, to: account, method: `Cadence that commands ${what}` };
};
const calls = (script: string, ...made: readonly object[]): Effect => {
  const args = [field('script', script), ...signed(8, script, ...made)];
  return { op: 'call', code: 'opaque-data', from: account, to: account, method: 'custom', args };
};
const hungry = 'transaction { prepare(me: auth(Keys, Capabilities, Contracts) &Account) {} }';

/** Every type of request. */
const table: readonly (readonly [what: string, type: number, body: object, effects: readonly Effect[]])[] = [
  ['a new account', 0, { publicKey: other.address }, [keyed('create account', 'account-settings', 1000)]],
  ['a key more', 1, { publicKey: other.address, weight: 1000 }, [keyed('add key', 'account-control', 1000)]],
  ['a key that only proposes', 1, { publicKey: other.address }, [keyed('add key', 'account-control', 0)]],
  ['a transfer', 2, { to, amount: '1.5', currency: 'FLOW' }, [sends(to)]],
  ['a transfer to itself', 2, { to: account, amount: '1.5', currency: 'FLOW' }, [{ ...sends(account), own: true }]],
  [
    'a transfer to nobody',
    2,
    { to: nobody, amount: '1.5', currency: 'FLOW' },
    [{ ...sends(nobody), code: 'unspendable-destination' }],
  ],
  ['a new token', 4, { to, url: 'ipfs://a', contractAddress }, [minted(to, 'mint', 'ipfs://a', mintArguments(to))]],
  [
    'a new token for nobody',
    4,
    { to: nobody, url: 'ipfs://a', contractAddress },
    [
      minted(nobody, 'mint', 'ipfs://a', mintArguments(nobody)),
      { op: 'note', code: 'unspendable-destination', from: account, to: nobody },
    ],
  ],
  [
    'new tokens',
    5,
    { to: [to, account], url: ['ipfs://a', 'ipfs://b'], contractAddress },
    [
      minted(to, 'mint multiple', 'ipfs://a', [
        ...signed(
          5,
          scripts.mintMultiple?.('testnet') ?? '',
          { type: 'Array', value: [to, account].map(addressed) },
          { type: 'Array', value: ['ipfs://a', 'ipfs://b'].map(text) },
          text(contractAddress),
        ),
      ]),
      minted(account, 'mint multiple', 'ipfs://b'),
    ],
  ],
  [
    'a token that is burned',
    6,
    { tokenId: '7', contractAddress },
    [
      {
        ...({ op: 'burn', from: account, asset: collection, tokenId: 7n } as const),
        args: [
          field('token type', contractAddress),
          ...signed(6, scripts.burn?.('testnet') ?? '', tokenArgument, text(contractAddress)),
        ],
      },
    ],
  ],
  ...[to, nobody].map((receiver): (typeof table)[number] => [
    receiver === nobody ? 'a token that is sent to nobody' : 'a token that is sent',
    7,
    { to: receiver, tokenId: '7', contractAddress },
    [
      {
        op: 'token-transfer',
        ...(receiver === nobody && { code: 'unspendable-destination' as const }),
        ...{ from: account, to: receiver, asset: collection, tokenId: 7n },
        args: signed(7, transferScript, addressed(receiver), tokenArgument),
      },
    ],
  ]),
  [
    'Cadence of its own',
    8,
    {
      transaction: 'transaction {}',
      args: [
        { type: 'UInt64', value: '7' },
        { type: 'Bool', value: true },
      ],
    },
    [calls('transaction {}', tokenArgument, { type: 'Bool', value: true })],
  ],
  [
    'Cadence that commands the account',
    8,
    { transaction: hungry },
    [
      commands('account', 'account-control', 'keys'),
      commands('account', 'account-control', 'capabilities of the account'),
      commands('account', 'account-control', 'contracts'),
      commands('deploy', 'contract-creation', 'contracts'),
      calls(hungry),
    ],
  ],
];

describe('the effects of a Flow transaction', () => {
  it.each(table)('the effects of %s are complete', (_what, type, body, effects) => {
    expect(expectSoundEffects(parse(type, body))).toEqual([...effects, ownFee]);
  });

  it.each(table)('the effects of %s are the same where a cloud pays, but for the fee', (_what, type, body, effects) => {
    expect(expectSoundEffects(parse(type, body, { filled: sponsored }))).toEqual([...effects, foreignFee]);
  });

  it('a transfer of the former token has its contract', () => {
    const chain = flowChain({ templates: 'legacy' });
    const effects = expectSoundEffects(parse(2, { to, amount: '1.5', currency: 'FUSD' }, { chain }));
    const fusd = 'A.e223d8a629e49c68.FUSD';
    expect(effects[0]).toMatchObject({ op: 'token-transfer', to, asset: fusd, amount: 150_000_000n });
  });
});
