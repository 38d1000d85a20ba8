import { describe, expect, it } from 'vitest';
import { flow } from '../../../src/chains/flow/index.js';
import { expectEveryChangeTold, jsonVariants } from '../../support/every-field.js';
import { contextOf, keyOf, prepare } from './asking.js';
import { FlowNetwork } from './network.js';

const key = keyOf(flow, 'a33794bd2afd4f43d52189750275dc894e8aee9c1bfd505ce2201a32c0f8c20');
const other = keyOf(flow, '1844d6106d0a41b517ba341aa041f116a1599e56256af6196d07979e0db4b48b');
const account = '0x3d2a13dd671bd559';
const to = '0xa55d3234a0815ea4';
const nobody = `0x${'0'.repeat(16)}`;
const contractAddress = '17a50dad-bcb1-4f3d-ae2c-ea2bfb04419f';
const collection = 'A.87fe4ebd0cddde06.TatumMultiNFT';
const made = { kind: 'issuer-settings', party: to, asset: collection, text: 'mint' };

/** Each type of request with its hazards. */
const table: readonly (readonly [what: string, type: number, body: object, hazards: readonly object[]])[] = [
  [
    'a new account',
    0,
    { publicKey: other.address },
    [{ kind: 'account-settings', party: other.address, text: 'create account' }],
  ],
  [
    'a key more',
    1,
    { publicKey: other.address, weight: 1000 },
    [{ kind: 'account-control', party: other.address, text: 'add key of weight 1000' }],
  ],
  [
    'a key that only proposes',
    1,
    { publicKey: other.address },
    [{ kind: 'account-control', party: other.address, text: 'add key of weight 0' }],
  ],
  ['a transfer', 2, { to, amount: '1.5', currency: 'FLOW' }, []],
  [
    'a transfer to nobody',
    2,
    { to: nobody, amount: '1.5', currency: 'FLOW' },
    [{ kind: 'unspendable-destination', party: nobody, text: 'nobody has a key of it' }],
  ],
  ['a new token', 4, { to, url: 'ipfs://a', contractAddress }, [made]],
  ['new tokens', 5, { to: [to, to], url: ['ipfs://a', 'ipfs://b'], contractAddress }, [made, made]],
  ['a token that is burned', 6, { tokenId: '7', contractAddress }, []],
  ['a token that is sent', 7, { to, tokenId: '7', contractAddress }, []],
  [
    'Cadence of its own',
    8,
    { transaction: 'transaction { prepare(signer: &Account) {} }', args: [{ type: 'UInt64', value: '7' }] },
    [{ kind: 'opaque-data', party: account, text: 'Cadence of its own' }],
  ],
];

function ask(type: number, body: object, kind: 'cloud' | 'own' = 'cloud') {
  const network = new FlowNetwork();
  network.accounts.set(account.slice(2), [{ publicKey: key.address, sequence: 0 }]);
  return prepare({ type, body: { account, ...body } }, { chain: flow, network, kind, key });
}

const commands = (kind: string, what: string) => ({ kind, party: account, text: `Cadence that commands ${what}` });
const keys = [commands('account-control', 'keys')];
const accounts = [commands('account-control', 'capabilities of the account')];
const contracts = [commands('account-control', 'contracts'), commands('contract-creation', 'contracts')];

describe('a Flow transaction', () => {
  it.each([
    ['auth(AddKey) &Account', 'me.keys.add(publicKey: k, hashAlgorithm: h, weight: 1000.0)', keys],
    ['auth(Storage, Keys) &Account', 'Elsewhere.take(me)', keys],
    ['auth(RevokeKey) &Account', 'me.keys.revoke(keyIndex: 0)', keys],
    ['AuthAccount', 'me.addPublicKey(k)', keys],
    ['auth(Capabilities) &Account', 'Elsewhere.take(me)', accounts],
    ['auth(IssueAccountCapabilityController) &Account', 'me.capabilities.account.issue<&Account>()', accounts],
    ['auth(AddContract) &Account', 'me.contracts.add(name: "A", code: c)', contracts],
    ['AuthAccount', 'me.contracts.update__experimental(name: "A", code: c)', contracts],
    ['auth(BorrowValue, IssueStorageCapabilityController, PublishCapability, SaveValue) &Account', '', []],
  ])('Cadence that demands %s and says %s shows its real authority', async (type, body, hazards) => {
    const transaction = `transaction { prepare(me: ${type}) { ${body} } }`;
    const own = { kind: 'opaque-data', party: account, text: 'Cadence of its own' };
    expect((await ask(8, { transaction, args: [] })).unsigned.summary.hazards).toEqual([...hazards, own]);
  });

  it.each(table)('the hazards of %s are named', async (_what, type, body, hazards) => {
    expect((await ask(type, body)).unsigned.summary.hazards).toEqual(hazards);
  });

  it('the note of foreign Cadence contains the whole script', async () => {
    const { notes } = (await ask(8, { transaction: 'transaction {}', args: [] })).unsigned.summary;
    expect(notes).toContainEqual({ name: 'script', value: 'transaction {}' });
  });

  it.each(table)('every change of %s shows in the summary', async (_what, type, body) => {
    for (const kind of ['cloud', 'own'] as const) {
      const { completed } = await ask(type, body, kind);
      const place = { chain: flow, completed, context: contextOf(key), keys: [key] };
      expect(await expectEveryChangeTold(place, jsonVariants(completed, [to, 'SHA2_256', 'SHA3_256']))).toBeGreaterThan(
        3,
      );
    }
  });
});
