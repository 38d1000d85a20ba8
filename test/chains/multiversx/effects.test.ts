import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { multiversx } from '../../../src/chains/multiversx/index.js';
import type { Effect } from '../../../src/core/chain/effect.js';
import { expectSoundEffects } from '../../support/sound-effects.js';
import { keyOf } from '../signing.js';

const key = keyOf(multiversx);
const me = key.address;
const context = { network: 'testnet' as const, from: me, signers: [key] };
const hexOf = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const text = (letters: string) => hexOf(Buffer.from(letters));
const bytesOf = (fill: number) => Uint8Array.from([...new Array(10).fill(0), ...new Array(22).fill(fill)]);
const [contract, nobody] = [bytesOf(7), bytesOf(0)].map((bytes) => multiversx.keys.address(bytes, 'testnet')) as [
  string,
  string,
];
const alice = keyOf(multiversx, 0x22);
const [aliceHex, ownHex, contractHex] = [alice.publicKey, key.publicKey, bytesOf(7)].map(hexOf);
const token = 'USDC-c76f1f';
const [tokenHex, coinHex] = [token, 'EGLD-000000'].map(text);

interface Sent {
  readonly to?: string;
  readonly value?: string;
  readonly data?: string | Uint8Array;
}

function parse({ to = alice.address, value = '0', data }: Sent) {
  const fields = {
    ...{ nonce: 7, value, receiver: to, sender: me, gasPrice: 1_000_000_000, gasLimit: 50_000 },
    ...(data !== undefined && { data: Buffer.from(data).toString('base64') }),
    ...{ chainID: 'T', version: 1 },
  };
  return multiversx.codec.parse(JSON.stringify(fields), context);
}

const fee: Effect = {
  op: 'fee',
  from: me,
  asset: 'EGLD',
  amount: 50_000_000_000_000n,
  args: [
    { name: 'nonce', value: '7' },
    { name: 'gasPrice', value: '1000000000' },
    { name: 'gasLimit', value: '50000' },
    { name: 'chainID', value: 'T' },
    { name: 'version', value: '1' },
  ],
};

const coins = (to: string, amount: bigint, more: Partial<Effect> = {}): Effect => {
  return { op: 'transfer', from: me, to, asset: 'EGLD', amount, ...more };
};
const called = (to: string, data: string | Uint8Array, method?: string): Effect => {
  const call = { contract: to, ...(method && { method }), data: hexOf(Buffer.from(data)) };
  return { op: 'call', code: 'opaque-data', from: me, to, ...call };
};
const moved = (to: string, amount: bigint, method: string): Effect => {
  return { op: 'token-transfer', from: me, to, asset: token, amount, method };
};
const signed = (receiver: string, data: string) => [
  { name: 'receiver', value: receiver },
  { name: 'data', value: text(data) },
];

type Row = readonly [what: string, sent: Sent, effects: readonly Effect[]];

/** A function of the protocol: what it does, and the call that is not understood. */
function named(name: string, op: 'account' | 'issuer', code: NonNullable<Effect['code']>, party?: string): Row {
  const words = { transferOwnership: 1, setSpecialRole: 1, ESDTNFTCreateRoleTransfer: 1, transferNFTCreateRole: 2 };
  const place = Object.entries(words).find(([word]) => word === name)?.[1] ?? 0;
  const data = [name, ...new Array(place).fill(tokenHex), party === me ? ownHex : aliceHex].join('@');
  const effect = { op, code, from: me, ...(party && { to: party }), method: name };
  return [
    `${name}${party === me ? ' for itself' : ''}`,
    { to: contract, data },
    [effect, called(contract, data, name)],
  ];
}

const single = `ESDTTransfer@${tokenHex}@05`;
const unique = `ESDTNFTTransfer@${tokenHex}@03@01@${aliceHex}`;
const several = `MultiESDTNFTTransfer@${aliceHex}@02@${tokenHex}@@05@${coinHex}@@0f4240`;
const lost = `MultiESDTNFTTransfer@${'00'.repeat(32)}@02@${tokenHex}@@05@${tokenHex}@@06`;
const withCall = `MultiESDTNFTTransfer@${contractHex}@01@${tokenHex}@@05@${text('swap')}`;

const table: readonly Row[] = [
  ['a transfer', { value: '15' }, [coins(alice.address, 15n)]],
  ['a transfer of nothing', {}, [coins(alice.address, 0n)]],
  ['a transfer to itself', { to: me, value: '15' }, [coins(me, 15n, { own: true })]],
  ['a transfer to nobody', { to: nobody, value: '15' }, [coins(nobody, 15n, { code: 'unspendable-destination' })]],
  [
    'a transfer with a message',
    { value: '15', data: 'thank you' },
    [coins(alice.address, 15n, { args: [{ name: 'message', value: 'thank you' }] })],
  ],
  [
    'ESDTTransfer',
    { data: single },
    [{ ...moved(alice.address, 5n, 'ESDTTransfer'), args: signed(alice.address, single) }],
  ],
  [
    'ESDTTransfer with coins',
    { value: '15', data: single },
    [coins(alice.address, 15n), { ...moved(alice.address, 5n, 'ESDTTransfer'), args: signed(alice.address, single) }],
  ],
  [
    'ESDTTransfer with a call',
    { to: contract, data: `${single}@${text('swap')}` },
    [
      called(contract, `${single}@${text('swap')}`, 'ESDTTransfer'),
      { ...moved(contract, 5n, 'ESDTTransfer'), args: signed(contract, `${single}@${text('swap')}`) },
    ],
  ],
  [
    'ESDTTransfer to nobody',
    { to: nobody, data: single },
    [
      { op: 'deploy', code: 'contract-creation', from: me, method: 'deploy' },
      { ...moved(nobody, 5n, 'ESDTTransfer'), code: 'unspendable-destination', args: signed(nobody, single) },
    ],
  ],
  [
    'ESDTNFTTransfer',
    { to: me, data: unique },
    [{ ...moved(alice.address, 1n, 'ESDTNFTTransfer'), tokenId: 3n, args: signed(me, unique) }],
  ],
  [
    'MultiESDTNFTTransfer with coins',
    { to: me, data: several },
    [
      { ...moved(alice.address, 5n, 'MultiESDTNFTTransfer'), args: signed(me, several) },
      coins(alice.address, 1_000_000n, {
        method: 'MultiESDTNFTTransfer',
        args: [{ name: 'token', value: 'EGLD-000000' }],
      }),
    ],
  ],
  [
    'MultiESDTNFTTransfer with a call',
    { to: me, data: withCall },
    [
      called(contract, withCall, 'MultiESDTNFTTransfer'),
      { ...moved(contract, 5n, 'MultiESDTNFTTransfer'), args: signed(me, withCall) },
    ],
  ],
  [
    'MultiESDTNFTTransfer to nobody',
    { to: me, data: lost },
    [
      { ...moved(nobody, 5n, 'MultiESDTNFTTransfer'), code: 'unspendable-destination', args: signed(me, lost) },
      moved(nobody, 6n, 'MultiESDTNFTTransfer'),
    ],
  ],
  [
    'a contract that imitates a transfer',
    { to: contract, data: unique },
    [called(contract, unique, 'ESDTNFTTransfer')],
  ],
  ['a call', { to: contract, data: 'delegate' }, [called(contract, 'delegate', 'delegate')]],
  [
    'a call with coins',
    { to: contract, value: '15', data: 'delegate@01' },
    [called(contract, 'delegate@01', 'delegate'), coins(contract, 15n)],
  ],
  ['data that is no text', { data: Uint8Array.of(255, 1) }, [called(alice.address, Uint8Array.of(255, 1))]],
  [
    'a deployment',
    { to: nobody, value: '15', data: '0061736d@0500@0100' },
    [
      { op: 'deploy', code: 'contract-creation', from: me, method: 'deploy' },
      called(nobody, '0061736d@0500@0100', '0061736d'),
      coins(nobody, 15n),
    ],
  ],
  ...['ChangeOwnerAddress', 'SetGuardian', 'changeRewardAddress', 'whitelistForMerge', 'transferOwnership'].map(
    (name) => named(name, 'account', 'account-control', alice.address),
  ),
  ...['setSpecialRole', 'transferNFTCreateRole', 'ESDTNFTCreateRoleTransfer'].map((name) =>
    named(name, 'account', 'account-control', alice.address),
  ),
  ...['GuardAccount', 'UnGuardAccount', 'upgradeContract', 'ESDTSetRole', 'changeToMultiTransfer'].map((name) =>
    named(name, 'account', 'account-control'),
  ),
  named('setSpecialRole', 'issuer', 'issuer-settings', me),
  ...['issue', 'issueNonFungible', 'registerMetaESDT', 'controlChanges', 'unSetSpecialRole', 'mint', 'freeze'].map(
    (name) => named(name, 'issuer', 'issuer-settings'),
  ),
  ...['wipe', 'pause', 'stopNFTCreate', 'ESDTLocalMint', 'ESDTLocalBurn', 'ESDTNFTCreate', 'ESDTNFTBurn'].map((name) =>
    named(name, 'issuer', 'issuer-settings'),
  ),
  ...['ClaimDeveloperRewards', 'SaveKeyValue', 'SetUserName', 'MigrateDataTrie'].map((name) =>
    named(name, 'account', 'account-settings'),
  ),
];

describe('the effects of a MultiversX transaction', () => {
  it.each(table)('the effects of %s are complete', (_what, sent, effects) => {
    expect(expectSoundEffects(parse(sent))).toEqual([...effects, fee]);
  });

  it('the receiver that only carries a call of tokens is the party of its hazard', () => {
    const { summary } = parse({ to: me, data: withCall });
    expect(summary.hazards).toEqual([{ kind: 'opaque-data', party: me, text: 'MultiESDTNFTTransfer' }]);
  });

  it('any data has sound effects that hold all of it', () => {
    const words = fc.array(fc.oneof(fc.constantFrom(tokenHex, aliceHex, '05', '', '02'), fc.string()), {
      maxLength: 7,
    });
    const names = fc.constantFrom('ESDTTransfer', 'ESDTNFTTransfer', 'MultiESDTNFTTransfer', 'SetGuardian', 'hello');
    const data = fc.oneof(
      fc.tuple(names, words).map(([name, args]) => Buffer.from([name, ...args].join('@'))),
      fc.uint8Array({ minLength: 1 }).map((bytes) => Buffer.from(bytes)),
    );
    const receivers = fc.constantFrom(me, alice.address, contract, nobody);
    fc.assert(
      fc.property(receivers, data, fc.constantFrom('0', '15'), (to, bytes, value) => {
        const effects = expectSoundEffects(parse({ to, value, data: bytes }));
        const args = effects.flatMap((effect) => effect.args ?? []);
        const held = [
          ...effects.flatMap((effect) => effect.data ?? []),
          ...args.flatMap((one) => (one.name === 'data' ? one.value : one.name === 'message' ? text(one.value) : [])),
        ];
        expect(held).toContain(hexOf(bytes));
      }),
    );
  });
});
