import { generateKeyPairSync } from 'node:crypto';
import { ed25519 } from '@noble/curves/ed25519.js';
import { p256 } from '@noble/curves/nist.js';
import { secp256k1 } from '@noble/curves/secp256k1.js';
import { recoverTransactionAddress } from 'viem';
import { describe, expect, it } from 'vitest';
import { createRegistry } from '../../src/chains/registry.js';
import type { Chain } from '../../src/core/chain/chain.js';
import type { KeyHolder } from '../../src/core/signing/key-holder.js';
import type { Scheme } from '../../src/core/signing/signing-key.js';
import { RemoteKey } from '../../src/vault/lending/remote-key.js';
import { completeVector, contextOfVector, keysOfVector, signVector } from '../chains/replay.js';
import { tokenForSuite, whyNoSoftHsm } from '../support/soft-hsm.js';
import type { TestKey } from '../support/test-key.js';
import { loadVectors } from '../support/vectors.js';

const registry = createRegistry();
/** Keys of CIP-1852 are extended ones, which no token takes. */
const withPlainKeys = registry.ids.filter((id) => id !== 'ADA');

/** The other library's word on a signature. */
const judges: Partial<Record<Scheme, (signature: Uint8Array, bytes: Uint8Array, key: Uint8Array) => boolean>> = {
  'ecdsa-secp256k1': (signature, hash, key) => secp256k1.verify(signature, hash, key, { prehash: false, lowS: false }),
  'ecdsa-secp256k1-any-s': (signature, hash, key) =>
    secp256k1.verify(signature, hash, key, { prehash: false, lowS: false }),
  'ecdsa-p256': (signature, hash, key) => p256.verify(signature, hash, key, { prehash: false, lowS: false }),
  ed25519: (signature, message, key) => ed25519.verify(signature, message, key.subarray(-32)),
};

/** A recorded transaction that keys in memory sign. */
async function recorded(chain: Chain) {
  for (const vector of loadVectors(chain.id).transactions) {
    const made = await signVector(chain, vector).catch(() => undefined);
    if (made !== undefined) return { vector, made, keys: await keysOfVector(chain, vector) };
  }
  throw new Error(`no recorded transaction of ${chain.id} can be signed`);
}

describe.skipIf(whyNoSoftHsm() !== undefined)('keys in a token of SoftHSM', () => {
  const { hsm, holders } = tokenForSuite();

  const judging = (publicKey: Uint8Array, judged: boolean[]): KeyHolder => ({
    async sign(request) {
      const signature = await holders().sign(request);
      judged.push(judges[request.scheme]?.(signature, request.bytes, publicKey) ?? false);
      return signature;
    },
  });

  const inToken = async (chain: Chain, { address, privateKey }: TestKey, judged: boolean[]) => {
    const { bytes } = chain.keys.rawKey?.(privateKey) ?? { bytes: privateKey };
    const kind = chain.keys.rawKey?.(privateKey).kind ?? chain.keys.curves[0];
    if (kind === 'bip32-ed25519') throw new Error('an extended key');
    const uri = hsm().bring(kind, bytes);
    const held = await holders().key(uri);
    const publicKey = chain.keys.outsideKey?.(held.publicKey, held.curve) ?? held.publicKey;
    return new RemoteKey({ address, publicKey, uri, holder: judging(held.publicKey, judged) });
  };

  it.each(withPlainKeys.map((id) => [id as string]))('a key of %s signs a recorded transaction', async (id) => {
    const chain = registry.get(id);
    const { vector, made, keys } = await recorded(chain);
    const judged: boolean[] = [];
    const remote = await Promise.all(keys.map((key) => inToken(chain, key, judged)));
    expect(remote.map(({ publicKey }) => publicKey)).toEqual(keys.map(({ publicKey }) => publicKey));
    const unsigned = chain.codec.parse(await completeVector(chain, vector), contextOfVector(chain, vector, keys));
    const { raw, txId } = await unsigned.sign(remote);
    expect(judged.length).toBeGreaterThan(0);
    expect(judged).not.toContain(false);
    if (chain.codec.readSigned !== undefined && chain.node.sendsByNode !== true) {
      expect(chain.codec.readSigned(raw, vector.testnet ? 'testnet' : 'mainnet').txId).toBe(txId);
    }
    // Ed25519 has no random nonce: the bytes are those of a key in memory.
    if (remote.every(({ publicKey }) => publicKey.length === 32)) expect(raw).toBe(made.raw);
    if (chain.builder?.kind === 'evm' && /^0x/.test(raw) && id !== 'CELO') {
      const sender = await recoverTransactionAddress({ serializedTransaction: raw as `0x${string}` } as never);
      expect(sender.toLowerCase()).toBe(keys[0]?.address.toLowerCase().replace(/^xdc/, '0x'));
    }
  });

  it('a plain key signs for Cardano, beside the extended keys of CIP-1852', async () => {
    const chain = registry.get('ADA');
    const { vector } = await recorded(chain);
    const { privateKey } = generateKeyPairSync('ed25519');
    const seed = privateKey.export({ format: 'der', type: 'pkcs8' }).subarray(-32);
    const uri = hsm().bring('ed25519', seed);
    const { publicKey } = await holders().key(uri);
    const address = chain.keys.address(publicKey, vector.testnet ? 'testnet' : 'mainnet');
    const judged: boolean[] = [];
    const key = new RemoteKey({ address, publicKey, uri, holder: judging(publicKey, judged) });
    const keys = await keysOfVector(chain, vector);
    const first = keys[0]?.address ?? '';
    const form = JSON.parse(await completeVector(chain, vector)) as { operations: { type: string }[] };
    const own = (one: unknown) => JSON.parse(JSON.stringify(one).replaceAll(first, address));
    const operations = form.operations.map((one) => (one.type === 'input' ? own(one) : one));
    const completed = JSON.stringify({ ...form, operations });
    const context = { ...contextOfVector(chain, vector, keys), from: address, signers: [{ address, publicKey }] };
    const { raw, txId } = await chain.codec.parse(completed, context).sign([key]);
    expect(chain.codec.readSigned?.(raw, 'mainnet').txId).toBe(txId);
    expect(Buffer.from(raw, 'hex').toString('latin1')).toContain(Buffer.from(publicKey).toString('hex'));
    expect(judged).toEqual([true]);
  });
});
