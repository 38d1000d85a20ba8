import { describe, expect, it } from 'vitest';
import { multiversx } from '../../../src/chains/multiversx/index.js';
import { expectEveryChangeTold, jsonVariants } from '../../support/every-field.js';
import { loadVectors } from '../../support/vectors.js';
import { codeOf } from '../codes.js';
import { completeVector, contextOfVector, keysOfVector } from '../replay.js';
import { keyOf } from '../signing.js';

const key = keyOf(multiversx);
const thief = keyOf(multiversx, 0x22);
const context = { network: 'testnet' as const, from: key.address, signers: [key] };
const system = multiversx.keys.address(
  Uint8Array.from([...new Array(10).fill(0), ...new Array(22).fill(7)]),
  'testnet',
);
const nobody = multiversx.keys.address(new Uint8Array(32), 'testnet');
const hexOf = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const text = (letters: string) => hexOf(Buffer.from(letters));
const [thiefHex, ownHex] = [hexOf(thief.publicKey), hexOf(key.publicKey)];

function completed(receiver: string, data?: string, change: Record<string, unknown> = {}): string {
  return JSON.stringify({
    ...{ nonce: 7, value: '1500000000000000000', receiver, sender: key.address },
    ...{ gasPrice: 1_000_000_000, gasLimit: 50_000 },
    ...(data !== undefined && { data: Buffer.from(data).toString('base64') }),
    ...{ chainID: 'T', version: 1 },
    ...change,
  });
}

const token = text('USDC-c76f1f');
const call = (party: string, method: string) => ({ kind: 'opaque-data', party, text: method });
const of = (kind: string, name: string, party?: string) => ({ kind, ...(party && { party }), text: name });

type Row = readonly [what: string, receiver: string, data: string | undefined, hazards: readonly object[]];

/** Functions that do more than move something, with their hazards. */
const table: readonly Row[] = [
  ['a transfer', thief.address, undefined, []],
  ['a transfer with a message', thief.address, 'thank you', []],
  ['a transfer of a token', thief.address, `ESDTTransfer@${token}@05`, []],
  ['a call with tokens', system, `ESDTTransfer@${token}@05@${text('swap')}`, [call(system, 'ESDTTransfer')]],
  ['a token of a collection', key.address, `ESDTNFTTransfer@${token}@01@01@${thiefHex}`, []],
  ['several tokens', key.address, `MultiESDTNFTTransfer@${thiefHex}@01@${token}@@05`, []],
  [
    'a contract that imitates a transfer',
    system,
    `ESDTNFTTransfer@${token}@01@01@${thiefHex}`,
    [call(system, 'ESDTNFTTransfer')],
  ],
  [
    'ChangeOwnerAddress',
    system,
    `ChangeOwnerAddress@${thiefHex}`,
    [of('account-control', 'ChangeOwnerAddress', thief.address), call(system, 'ChangeOwnerAddress')],
  ],
  [
    'SetGuardian',
    key.address,
    `SetGuardian@${thiefHex}@${text('service')}`,
    [of('account-control', 'SetGuardian', thief.address), call(key.address, 'SetGuardian')],
  ],
  ...['GuardAccount', 'UnGuardAccount'].map(
    (name): Row => [name, key.address, name, [of('account-control', name), call(key.address, name)]],
  ),
  [
    'upgradeContract',
    system,
    'upgradeContract@00@0100',
    [of('account-control', 'upgradeContract'), call(system, 'upgradeContract')],
  ],
  [
    'transferOwnership of a token',
    system,
    `transferOwnership@${token}@${thiefHex}`,
    [of('account-control', 'transferOwnership', thief.address), call(system, 'transferOwnership')],
  ],
  [
    'setSpecialRole',
    system,
    `setSpecialRole@${token}@${thiefHex}@${text('ESDTRoleLocalMint')}`,
    [of('account-control', 'setSpecialRole', thief.address), call(system, 'setSpecialRole')],
  ],
  [
    'setSpecialRole for itself',
    system,
    `setSpecialRole@${token}@${ownHex}@${text('ESDTRoleLocalMint')}`,
    [of('issuer-settings', 'setSpecialRole', key.address), call(system, 'setSpecialRole')],
  ],
  [
    'transferNFTCreateRole',
    system,
    `transferNFTCreateRole@${token}@${ownHex}@${thiefHex}`,
    [of('account-control', 'transferNFTCreateRole', thief.address), call(system, 'transferNFTCreateRole')],
  ],
  ...['issue', 'issueNonFungible', 'freeze', 'wipe', 'pause', 'controlChanges', 'ESDTLocalMint', 'ESDTNFTCreate'].map(
    (name): Row => [name, system, `${name}@${token}@01`, [of('issuer-settings', name), call(system, name)]],
  ),
  ...['ClaimDeveloperRewards', 'SaveKeyValue', 'SetUserName'].map(
    (name): Row => [name, key.address, `${name}@01@02`, [of('account-settings', name), call(key.address, name)]],
  ),
  [
    'a deployment',
    nobody,
    '0061736d@0500@0100',
    [{ kind: 'contract-creation', text: 'deploy' }, call(nobody, '0061736d')],
  ],
  ['coins for nobody', nobody, undefined, [of('unspendable-destination', 'nobody has a key of it', nobody)]],
  [
    'tokens for nobody',
    key.address,
    `MultiESDTNFTTransfer@${'00'.repeat(32)}@01@${token}@@05`,
    [of('unspendable-destination', 'nobody has a key of it', nobody)],
  ],
  [
    'changeRewardAddress',
    system,
    `changeRewardAddress@${thiefHex}`,
    [of('account-control', 'changeRewardAddress', thief.address), call(system, 'changeRewardAddress')],
  ],
  ['a call that nobody knows', system, 'delegate', [call(system, 'delegate')]],
];

describe('a MultiversX transaction', () => {
  it('coins that go along with tokens count as coins', () => {
    const data = `MultiESDTNFTTransfer@${thiefHex}@02@${token}@@05@${text('EGLD-000000')}@@0f4240`;
    const { value, tokens } = multiversx.codec.parse(completed(key.address, data, { value: '0' }), context).summary;
    expect(value).toEqual({ asset: 'EGLD', amount: 1_000_000n });
    expect(tokens).toMatchObject([{ contract: 'USDC-c76f1f', amount: 5n }]);
  });

  it.each(table)('the hazards of %s are named', (_what, receiver, data, hazards) => {
    expect(multiversx.codec.parse(completed(receiver, data), context).summary.hazards).toEqual(hazards);
  });

  it('a contract that imitates a transfer receives what the transaction sends', () => {
    const { summary } = multiversx.codec.parse(
      completed(system, `ESDTNFTTransfer@${token}@01@01@${thiefHex}`),
      context,
    );
    expect(summary).toMatchObject({ kind: 'contract-call', to: system, tokens: [], opaque: true });
  });

  it.each(['guardian', 'relayer', 'options', 'senderUsername', 'guardianSignature'])(
    'a transaction with the member %s is refused',
    (name) => {
      const value = name === 'options' ? 2 : thief.address;
      expect(
        codeOf(() => multiversx.codec.parse(completed(thief.address, undefined, { [name]: value }), context)),
      ).toBe('TRANSACTION_INVALID');
    },
  );

  it.each(table)('every change of %s shows in the summary', async (_what, receiver, data) => {
    const place = { chain: multiversx, completed: completed(receiver, data), context, keys: [key] };
    const more = [undefined, 'other', `${data ?? ''}@01`].map((changed) => completed(receiver, changed));
    expect(
      await expectEveryChangeTold(place, [...jsonVariants(place.completed, [thief.address, 'D']), ...more]),
    ).toBeGreaterThan(3);
  });

  it.each(loadVectors('EGLD').transactions)(
    'every change of the recorded "$name" shows in the summary',
    async (vector) => {
      const keys = await keysOfVector(multiversx, vector);
      const text = await completeVector(multiversx, vector);
      const place = { chain: multiversx, completed: text, context: contextOfVector(multiversx, vector, keys), keys };
      expect(await expectEveryChangeTold(place, jsonVariants(text, [thief.address]))).toBeGreaterThan(3);
    },
  );
});
