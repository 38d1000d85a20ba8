import { beforeAll, expect, test } from 'vitest';
import { createRegistry } from '../../src/chains/registry.js';
import { type ChainId, parseChainId } from '../../src/core/ids.js';
import type { KnownKey, Vault } from '../../src/core/signing/vault.js';
import { makeRootKey, makeStoreId } from '../../src/vault/key-slots.js';
import { openVault } from '../../src/vault/vault.js';

const chains = createRegistry();
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

test.each(cases)('a key of %s (%s) is lent with the public side that it has when it is used', async (id, kind) => {
  const known = await knownKey(parseChainId(id), kind);
  const show = ([key]: Parameters<Parameters<Vault['use']>[2]>[0]) => ({
    address: key?.address,
    publicKey: Buffer.from(key?.publicKey ?? []).toString('hex'),
    privateKey: Buffer.from(key?.privateKey ?? []).toString('hex'),
  });
  expect(vault.lend([known], show)).toEqual(vault.use([known.sealed], [known.ref], show));
});

test('a lent key whose address is not its own shows no public key', async () => {
  const [known, other] = [await knownKey(parseChainId('ETH'), 'key'), await knownKey(parseChainId('ETH'), 'key')];
  const lend = () => vault.lend([{ ...known, facts: other.facts }], ([key]) => key?.publicKey);
  expect(lend).toThrow(expect.objectContaining({ code: 'RECORD_DAMAGED' }));
});

test('a lent key is wiped when the work is done, and also when it fails', async () => {
  const known = await knownKey(parseChainId('ETH'), 'key');
  const kept: Uint8Array[] = [];
  const work = ([key]: readonly { privateKey: Uint8Array }[]) => {
    if (key !== undefined) kept.push(key.privateKey);
    expect(key?.privateKey.some((byte) => byte !== 0)).toBe(true);
    if (kept.length === 2) throw new Error('refused');
  };
  vault.lend([known], work);
  expect(() => vault.lend([known], work)).toThrow('refused');
  expect(kept.map((bytes) => bytes.every((byte) => byte === 0))).toEqual([true, true]);
});
