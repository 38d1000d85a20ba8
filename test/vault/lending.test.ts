import { inspect } from 'node:util';
import { beforeAll, expect, test } from 'vitest';
import { createRegistry } from '../../src/chains/registry.js';
import { type ChainId, parseChainId } from '../../src/core/ids.js';
import type { RawKey, Scheme } from '../../src/core/signing/signing-key.js';
import type { KnownKey, Vault } from '../../src/core/signing/vault.js';
import type { LentKey } from '../../src/core/signing/wallet.js';
import { makeRootKey, makeStoreId } from '../../src/vault/key-slots.js';
import { LocalKey } from '../../src/vault/lending/local-key.js';
import { openVault } from '../../src/vault/vault.js';

const chains = createRegistry();
const schemes: Readonly<Record<string, Scheme>> = { XLM: 'ed25519', ADA: 'bip32-ed25519' };
let vault: Vault;

beforeAll(() => {
  vault = openVault({ rootKey: makeRootKey(), storeId: makeStoreId(), chains });
});

async function knownKey(id: ChainId, kind: 'hd' | 'key'): Promise<KnownKey> {
  const { sealed } = await vault.create(id, 'mainnet', { kind });
  const ref = { signatureId: sealed.signatureId, ...(kind === 'hd' && { index: 5 }) };
  return { sealed, ref, facts: vault.identify(sealed, ref) };
}

const cases = ['ETH', 'BTC', 'XLM', 'ADA'].flatMap((id) => (['hd', 'key'] as const).map((kind) => [id, kind] as const));

test.each(cases)('a key of %s (%s) is lent with the public side of the key that signs', async (id, kind) => {
  const known = await knownKey(parseChainId(id), kind);
  const scheme = schemes[id] ?? 'ecdsa-secp256k1';
  const show = async ([key]: readonly LentKey[]) => ({
    address: key?.address,
    publicKey: Buffer.from(key?.publicKey ?? []).toString('hex'),
    signature: Buffer.from((await key?.sign(scheme, new Uint8Array(32).fill(7))) ?? []).toString('hex'),
  });
  expect(await vault.lend([known], show)).toEqual(await vault.use([known.sealed], [known.ref], show));
});

test('a lent key of another address shows no public key', async () => {
  const [known, other] = [await knownKey(parseChainId('ETH'), 'key'), await knownKey(parseChainId('ETH'), 'key')];
  const lent = vault.lend([{ ...known, facts: other.facts }], ([key]) => key?.publicKey);
  await expect(lent).rejects.toMatchObject({ code: 'RECORD_DAMAGED' });
});

const hash = new Uint8Array(32).fill(7);
const endings: Record<string, () => unknown> = {
  'is done': () => 'signed',
  throws: () => {
    throw new Error('refused');
  },
  'promises and is done': () => new Promise((resolve) => setImmediate(resolve)),
  'promises and fails': () =>
    new Promise((_resolve, reject) => {
      setImmediate(() => reject(new Error('refused')));
    }),
};

test.each(Object.entries(endings))('a lent key signs nothing more when the work %s', async (_how, work) => {
  const known = await knownKey(parseChainId('ETH'), 'key');
  let kept: LentKey | undefined;
  const lent = vault.lend([known], async ([key]) => {
    kept = key;
    expect(await key?.sign('ecdsa-secp256k1', hash)).toHaveLength(65);
    return work();
  });
  await lent.catch((error: Error) => expect(error.message).toBe('refused'));
  await expect(kept?.sign('ecdsa-secp256k1', hash)).rejects.toMatchObject({ code: 'KEY_WIPED' });
  expect(() => kept?.publicKey).toThrow(expect.objectContaining({ code: 'KEY_WIPED' }));
});

test('a key is still available to work that waits', async () => {
  const known = await knownKey(parseChainId('ETH'), 'key');
  const [before, after] = await vault.lend([known], async ([key]) => {
    const first = await key?.sign('ecdsa-secp256k1', hash);
    await new Promise((resolve) => setImmediate(resolve));
    return [first, await key?.sign('ecdsa-secp256k1', hash)];
  });
  expect(after).toEqual(before);
});

test('the bytes of a private key are overwritten when it is wiped', () => {
  const privateKey = new Uint8Array(32).fill(9);
  const key = localKey(privateKey);
  expect(privateKey.every((byte) => byte === 9)).toBe(true);
  key.wipe();
  expect(privateKey.every((byte) => byte === 0)).toBe(true);
});

test('the unpacked bytes of a key are overwritten right after the signature', async () => {
  const unpacked = new Uint8Array(32).fill(9);
  const key = localKey(new Uint8Array(16).fill(8), { kind: 'secp256k1', bytes: unpacked });
  await key.sign('ecdsa-secp256k1', hash);
  expect(unpacked.every((byte) => byte === 0)).toBe(true);
});

test('a key signs no scheme of another curve', async () => {
  const key = localKey(new Uint8Array(32).fill(9));
  for (const scheme of ['ed25519', 'bip32-ed25519', 'ecdsa-p256'] as const) {
    await expect(key.sign(scheme, hash)).rejects.toMatchObject({ code: 'PRIVATE_KEY_INVALID' });
  }
});

test('a key shows nothing of its bytes when it is printed', () => {
  const key = localKey(new Uint8Array(32).fill(0xa7));
  for (const text of [JSON.stringify(key), inspect(key, { showHidden: true, depth: 9 })]) {
    expect(text).not.toMatch(/167|a7a7/i);
  }
});

function localKey(privateKey: Uint8Array, raw: RawKey = { kind: 'secp256k1', bytes: privateKey }): LocalKey {
  return new LocalKey({ privateKey, address: 'one', publicKey: () => new Uint8Array(33), rawKey: () => raw });
}
