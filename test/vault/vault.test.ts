import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { signatureOf } from '../../src/chains/shared/signature.js';
import { parseSignatureId } from '../../src/core/ids.js';
import { Secret } from '../../src/core/secret.js';
import type { ImportRequest } from '../../src/core/signing/vault.js';
import type { SealedWallet } from '../../src/core/signing/wallet.js';
import { makeSealing, openPublic, openSecret } from '../../src/vault/records.js';
import { viewKey } from '../../src/vault/vault.js';
import { bsc, chains, codeOf, eth, newVault, storeId } from './support.js';

const mnemonic = 'test test test test test test test test test test test junk';
// The first accounts of the public development mnemonic, as Hardhat and Foundry print them.
const accounts = ['0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266', '0x70997970c51812dc3a010c7d01b50e0d17dc79c8'];
const privateKey = '0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80';

const { vault, publicVault } = newVault();
let hd: SealedWallet;
let key: SealedWallet;
beforeAll(async () => {
  hd = (await vault.import(fromMnemonic())).sealed;
  key = (await vault.import(fromKey())).sealed;
});

function fromMnemonic(more: Partial<ImportRequest> = {}): ImportRequest {
  return { chain: eth, network: 'mainnet', secret: { kind: 'mnemonic', mnemonic: Secret.text(mnemonic) }, ...more };
}

function fromKey(more: Partial<ImportRequest> = {}): ImportRequest {
  const secret = { kind: 'privateKey', privateKey: Secret.text(privateKey) } as const;
  return { chain: eth, network: 'mainnet', secret, ...more };
}

test.each(['hd', 'key'] as const)('a new %s wallet opens, and shows the address of the key it lends', async (kind) => {
  const { wallet, sealed } = await vault.create(eth, 'testnet', { kind, label: 'till 7' });
  expect(wallet).toMatchObject({ chain: 'ETH', network: 'testnet', kind, label: 'till 7' });
  expect(publicVault.wallet(sealed)).toEqual(wallet);
  const ref = { signatureId: wallet.signatureId, ...(kind === 'hd' && { index: 12 }) };
  await vault.use([sealed], [ref], async ([lentKey]) => {
    expect(lentKey?.address).toBe(publicVault.facts(sealed, ref)?.address);
    expect(chains.get('ETH').keys.address(lentKey!.publicKey, 'testnet')).toBe(lentKey?.address);
    expect(await signatureOf(lentKey!, 'ecdsa-secp256k1', new Uint8Array(32).fill(7))).toHaveLength(64);
  });
});

test('a new mnemonic has 24 words, and no two wallets share a secret', async () => {
  const made = await Promise.all(Array.from({ length: 6 }, () => vault.create(eth, 'mainnet', { kind: 'hd' })));
  const words = made.map(({ sealed }) => vault.export(sealed).mnemonic?.split(' ') ?? []);
  expect(words.map(({ length }) => length)).toEqual([24, 24, 24, 24, 24, 24]);
  expect(new Set(words.map((one) => one.join(' '))).size).toBe(6);
});

test('the addresses of a known mnemonic are the known ones', () => {
  for (const [index, address] of accounts.entries()) {
    expect(publicVault.facts(hd, { signatureId: hd.signatureId, index })?.address).toBe(address);
  }
  expect(publicVault.facts(key, { signatureId: key.signatureId })?.address).toBe(accounts[0]);
});

test('an exported wallet contains all that was imported, a private key in the form of its chain', () => {
  expect(vault.export(hd)).toEqual({
    mnemonic,
    xpub: publicVault.wallet(hd).xpub,
    chain: 'ETH',
    testnet: false,
  });
  expect(vault.export(key)).toEqual({ privateKey, address: accounts[0], chain: 'ETH', testnet: false });
  expect(vault.exportPrivateKey(hd, { signatureId: hd.signatureId, index: 0 })).toBe(privateKey);
});

test('a signature ID that is given is kept', async () => {
  const signatureId = parseSignatureId(randomUUID());
  expect((await vault.import(fromKey({ signatureId }))).wallet.signatureId).toBe(signatureId);
});

test('a stated xpub or address that belongs to the secret is accepted, in any correct writing', async () => {
  const { xpub } = publicVault.wallet(hd);
  await vault.import(fromMnemonic({ xpub: xpub ?? '', address: accounts[0] ?? '' }));
  await vault.import(fromKey({ address: '0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266' }));
});

test.each<[string, ImportRequest, string]>([
  ['another address', fromKey({ address: accounts[1] ?? '' }), 'ADDRESS_MISMATCH'],
  ['another address beside a mnemonic', fromMnemonic({ address: accounts[1] ?? '' }), 'ADDRESS_MISMATCH'],
  ['an xpub beside a private key', fromKey({ xpub: 'xpub' }), 'ADDRESS_MISMATCH'],
  ['an xpub with one other letter', fromMnemonic({ xpub: 'xpub6' }), 'ADDRESS_MISMATCH'],
  ['an address that is none', fromKey({ address: '0x12' }), 'ADDRESS_INVALID'],
  [
    'a mnemonic with a word too few',
    fromMnemonic({ secret: { kind: 'mnemonic', mnemonic: Secret.text(mnemonic.slice(5)) } }),
    'MNEMONIC_INVALID',
  ],
  [
    'a private key of zero',
    fromKey({ secret: { kind: 'privateKey', privateKey: Secret.text(`0x${'0'.repeat(64)}`) } }),
    'PRIVATE_KEY_INVALID',
  ],
])('an import is refused with its reason: %s', async (_what, request, code) => {
  const importing = vault.import(request);
  await expect(importing).rejects.toMatchObject({ code });
  await expect(importing).rejects.toMatchObject({
    message: expect.not.stringMatching(new RegExp(`junk|${privateKey.slice(2, 20)}`)),
  });
});

test('an index belongs only to a mnemonic wallet', async () => {
  const { signatureId } = hd;
  await expect(vault.use([hd], [{ signatureId }], () => 0)).rejects.toMatchObject({ code: 'INDEX_MISSING' });
  expect(codeOf(() => publicVault.facts(hd, { signatureId }))).toBe('INDEX_MISSING');
  const indexed = { signatureId: key.signatureId, index: 0 };
  await expect(vault.use([key], [indexed], () => 0)).rejects.toMatchObject({ code: 'INDEX_UNEXPECTED' });
  expect(codeOf(() => publicVault.facts(key, indexed))).toBe('INDEX_UNEXPECTED');
});

test('work is not started when one of its keys does not open', async () => {
  const refs = [{ signatureId: key.signatureId }, { signatureId: hd.signatureId }];
  let isReached = false;
  const work = () => {
    isReached = true;
  };
  await expect(vault.use([key, hd], refs, work)).rejects.toMatchObject({ code: 'INDEX_MISSING' });
  expect(isReached).toBe(false);
});

test('a key without its record is not lent', async () => {
  await expect(vault.use([hd], [{ signatureId: key.signatureId }], () => 0)).rejects.toMatchObject({
    code: 'WALLET_UNKNOWN',
  });
});

// Everything by which somebody with write access to the database could make one record pass for another.
const swaps: Record<string, (record: SealedWallet) => SealedWallet> = {
  'another signature ID': (record) => ({ ...record, signatureId: parseSignatureId(randomUUID()) }),
  'another chain': (record) => ({ ...record, chain: bsc }),
  'another network': (record) => ({ ...record, network: 'testnet' }),
  'another kind': (record) => ({ ...record, kind: record.kind === 'hd' ? 'key' : 'hd' }),
  'another moment': (record) => ({ ...record, createdAt: record.createdAt + 1 }),
  'an older format': (record) => ({ ...record, format: 0 }),
  'its halves exchanged': (record) => ({ ...record, publicBox: record.secretBox, secretBox: record.publicBox }),
};

test.each(Object.entries(swaps))('a record under %s opens neither half', async (_what, swap) => {
  for (const record of [swap(hd), swap(key)]) {
    const ref = { signatureId: record.signatureId, ...(record.kind === 'hd' && { index: 0 }) };
    expect(codeOf(() => publicVault.wallet(record))).toBe('RECORD_DAMAGED');
    await expect(vault.use([record], [ref], () => 0)).rejects.toMatchObject({ code: 'RECORD_DAMAGED' });
    expect(codeOf(() => vault.export(record))).toBe('RECORD_DAMAGED');
  }
});

test('a half of another wallet does not fit, though both were sealed by the same store', async () => {
  const other = (await vault.create(eth, 'mainnet', { kind: 'key' })).sealed;
  const ref = { signatureId: key.signatureId };
  for (const record of [
    { ...key, secretBox: other.secretBox },
    { ...key, publicBox: other.publicBox },
  ]) {
    await expect(vault.use([record], [ref], () => 0)).rejects.toMatchObject({ code: 'RECORD_DAMAGED' });
  }
});

test('a record of another store does not open, even under the same root key', () => {
  const { rootKey, vault: first } = newVault();
  const other = newVault(rootKey, 'ff'.repeat(16)).vault;
  return first.create(eth, 'mainnet', { kind: 'key' }).then(({ sealed }) => {
    expect(codeOf(() => other.wallet(sealed))).toBe('RECORD_DAMAGED');
    expect(codeOf(() => other.export(sealed))).toBe('RECORD_DAMAGED');
  });
});

test('a record of a secret cannot be made one of a key elsewhere, nor the other way round', () => {
  expect(codeOf(() => vault.export({ ...key, kind: 'remote' }))).toBe('RECORD_DAMAGED');
  expect(codeOf(() => vault.export({ ...key, kind: 'remote', format: 4 }))).toBe('RECORD_DAMAGED');
});

test('a record of a later format is newer, not damaged', () => {
  expect(codeOf(() => vault.wallet({ ...key, format: 5 }))).toBe('STORE_NEWER');
  expect(codeOf(() => vault.export({ ...key, format: 5 }))).toBe('STORE_NEWER');
});

test('every single byte of both halves is guarded', async () => {
  for (const record of [hd, key]) {
    const ref = { signatureId: record.signatureId, ...(record.kind === 'hd' && { index: 0 }) };
    for (const half of ['publicBox', 'secretBox'] as const) {
      for (let at = 0; at < record[half].length; at++) {
        const box = record[half].slice();
        box[at] = (box[at] ?? 0) ^ 0x80;
        await expect(vault.use([{ ...record, [half]: box }], [ref], () => 0)).rejects.toMatchObject({
          code: 'RECORD_DAMAGED',
        });
      }
    }
  }
});

test('any bytes in a box give a record or a coded error', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (box) => {
      expect(codeOf(() => publicVault.wallet({ ...key, publicBox: box }))).toBe('RECORD_DAMAGED');
      expect(codeOf(() => vault.export({ ...hd, secretBox: box }))).toBe('RECORD_DAMAGED');
    }),
  );
});

test('the key of the public halves opens no secret half', async () => {
  const { rootKey, vault: first } = newVault();
  const { sealed } = await first.create(eth, 'mainnet', { kind: 'key' });
  const view = viewKey(rootKey, storeId);
  const facts = makeSealing(view, storeId);
  expect(openPublic(facts, sealed).address).toMatch(/^0x/);
  expect(codeOf(() => openSecret(facts, sealed))).toBe('RECORD_DAMAGED');
  // Nor is there a way on from it, as if it were a root key.
  expect(codeOf(() => newVault(view).vault.export(sealed))).toBe('RECORD_DAMAGED');
});

test('records are compared by their secrets, whatever else they contain', async () => {
  const twin = (await vault.import(fromKey())).sealed;
  const other = (await vault.create(eth, 'mainnet', { kind: 'key' })).sealed;
  expect(vault.sameSecret(key, twin)).toBe(true);
  expect(vault.sameSecret(key, other)).toBe(false);
  expect(vault.sameSecret(key, hd)).toBe(false);
  expect(vault.sameSecret(hd, (await vault.import(fromMnemonic())).sealed)).toBe(true);
});

test('a wiped vault opens and seals nothing', async () => {
  const { vault: wiped } = newVault();
  const { sealed } = await wiped.create(eth, 'mainnet', { kind: 'key' });
  wiped.wipe();
  expect(codeOf(() => wiped.wallet(sealed))).toBe('KEY_WIPED');
  expect(codeOf(() => wiped.export(sealed))).toBe('KEY_WIPED');
  await expect(wiped.create(eth, 'mainnet', { kind: 'key' })).rejects.toMatchObject({ code: 'KEY_WIPED' });
});

test('a public half that was opened says nothing about a record that differs from it', async () => {
  const { vault: one } = newVault();
  const { sealed } = await one.create(eth, 'mainnet', { kind: 'key' });
  const address = one.wallet(sealed).address;
  const other = (await one.create(eth, 'mainnet', { kind: 'key' })).sealed;
  const publicBox = Uint8Array.from(sealed.publicBox, (byte, at) => (at === 20 ? byte ^ 1 : byte));
  const foreign: Partial<SealedWallet>[] = [
    { publicBox },
    { publicBox: other.publicBox },
    { chain: bsc },
    { network: 'testnet' },
    { kind: 'hd' },
    { createdAt: sealed.createdAt + 1 },
  ];
  for (const change of foreign) expect(codeOf(() => one.wallet({ ...sealed, ...change }))).toBe('RECORD_DAMAGED');
  // Bytes that came with a message are used for the next one.
  const lent = { ...sealed, publicBox: Uint8Array.from(sealed.publicBox) };
  one.wallet(lent);
  lent.publicBox.fill(0);
  expect(codeOf(() => one.wallet(lent))).toBe('RECORD_DAMAGED');
  expect(one.wallet(sealed).address).toBe(address);
});

test('neither half of a sealed record shows anything of what is in it', () => {
  for (const { publicBox, secretBox } of [hd, key]) {
    const bytes = Buffer.concat([publicBox, secretBox]);
    for (const planted of ['junk', 'xpub', accounts[0]?.slice(2) ?? '', 'test'])
      expect(bytes.includes(planted)).toBe(false);
    expect(bytes.includes(Buffer.from(privateKey.slice(2), 'hex'))).toBe(false);
  }
});
