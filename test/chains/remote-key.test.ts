import { readdirSync, readFileSync } from 'node:fs';
import { ed25519 } from '@noble/curves/ed25519.js';
import { describe, expect, it } from 'vitest';
import { createRegistry } from '../../src/chains/registry.js';
import { bitcoin } from '../../src/chains/utxo/chains/bitcoin.js';
import type { Chain } from '../../src/core/chain/chain.js';
import { CustosError } from '../../src/core/errors.js';
import type { SigningKey } from '../../src/core/signing/signing-key.js';
import { negateS } from '../../src/crypto/secp256k1.js';
import { answering, remoteKey } from '../support/remote-key.js';
import type { TestKey } from '../support/test-key.js';
import { loadVectors } from '../support/vectors.js';
import { completeVector, contextOfVector, keysOfVector, signVector } from './replay.js';
import { bitcore, foreign, key, scripts } from './utxo/making.js';

const registry = createRegistry();

/** A recorded transaction with the bytes that keys in memory give it; one with the recorded bytes, if there is any. */
async function prepared(chain: Chain) {
  const vectors = loadVectors(chain.id).transactions;
  const signed = await Promise.all(
    vectors.map(async (vector) => {
      const made = await signVector(chain, vector).catch(() => undefined);
      return made && { vector, raw: made.raw, isRecorded: made.raw === vector.txData };
    }),
  );
  const found = signed.find((one) => one?.isRecorded) ?? signed.find((one) => one !== undefined);
  if (found === undefined) throw new Error(`no recorded transaction of ${chain.id} can be signed`);
  const keys = await keysOfVector(chain, found.vector);
  const completed = await completeVector(chain, found.vector);
  const unsigned = chain.codec.parse(completed, contextOfVector(chain, found.vector, keys));
  return { ...found, keys, unsigned };
}

type Change = (signature: Uint8Array, scheme: string) => unknown;

function remote(
  chain: Chain,
  { privateKey, publicKey }: TestKey,
  change: Change = (signature) => signature,
): SigningKey {
  const answer = answering(chain, privateKey, publicKey);
  return remoteKey(publicKey, (scheme, bytes) => change(answer(scheme, bytes), scheme));
}

/** Chains that are sent by their node, so that a recording has the id alone, or was made with texts that the network has left behind. */
const otherBytes = ['FLOW', 'SOL'];

const faults: Record<string, Change> = {
  'the signature of something else': (signature) => signature.map((byte, at) => (at % 32 === 31 ? byte ^ 1 : byte)),
  zeros: () => new Uint8Array(64),
  'values above the order': () => new Uint8Array(64).fill(255),
  'one byte too few': (signature) => signature.subarray(1),
  'two bytes too many': (signature) => Uint8Array.of(...signature, 0, 0),
  'an unknown recovery id': (signature, scheme) =>
    scheme === 'ecdsa-secp256k1'
      ? Uint8Array.of(...signature.map((byte) => byte ^ 1), 9)
      : Uint8Array.of(...signature, 9),
  nothing: () => new Uint8Array(0),
  'a text': (signature) => Buffer.from(signature).toString('hex'),
  'no value': () => undefined,
  'an ed25519 signature with a number above the order': (signature, scheme) =>
    scheme.includes('ed25519') ? withHighS(signature) : signature.slice(1),
};

/** R ‖ S + L, which the equation of the signature takes as well (RFC 8032, 8.4). */
function withHighS(signature: Uint8Array): Uint8Array {
  const { ORDER } = ed25519.Point.Fn;
  const digits = Buffer.from(signature.slice(32)).reverse().toString('hex');
  const high = Buffer.from((BigInt(`0x${digits}`) + ORDER).toString(16).padStart(64, '0'), 'hex').reverse();
  return Uint8Array.from([...signature.subarray(0, 32), ...high]);
}

describe.each(registry.ids.map((id) => [id as string]))('a key of %s that is elsewhere', (id) => {
  const chain = registry.get(id);

  it('a remote key signs the same bytes that a key in memory signs', async () => {
    const { unsigned, keys, raw, isRecorded } = await prepared(chain);
    expect((await unsigned.sign(keys.map((one) => remote(chain, one)))).raw).toBe(raw);
    if (!otherBytes.includes(id)) expect(isRecorded, 'the bytes of the recording').toBe(true);
  });

  it('a remote key may leave s in the upper half of the order where the chain wants the lower one', async () => {
    const { unsigned, keys, raw } = await prepared(chain);
    const turned: Change = (signature, scheme) => (scheme === 'ecdsa-secp256k1' ? negateS(signature) : signature);
    expect((await unsigned.sign(keys.map((one) => remote(chain, one, turned)))).raw).toBe(raw);
  });

  it.each(Object.entries(faults))('a remote key that answers with %s signs nothing', async (_what, fault) => {
    const { unsigned, keys } = await prepared(chain);
    const signing = unsigned.sign(keys.map((one) => remote(chain, one, fault)));
    await expect(signing).rejects.toMatchObject({ code: 'SIGNATURE_INVALID' });
  });

  it('a remote key that is away, or fails, ends in a coded error', async () => {
    const { unsigned, keys } = await prepared(chain);
    const failing = (error: unknown) =>
      unsigned.sign(
        keys.map((one) =>
          remote(chain, one, () => {
            throw error;
          }),
        ),
      );
    await expect(failing(new Error('socket hang up'))).rejects.toMatchObject({ code: 'KEY_UNREACHABLE' });
    const own = new CustosError('STEP_TIMEOUT', 'the module is slow');
    await expect(failing(own)).rejects.toBe(own);
  });
});

describe('a transaction with several inputs', () => {
  const inputs = scripts.map((script, index) => ({ txId: '11'.repeat(32), index, satoshis: 50_000, script }));
  const context = { network: 'testnet', from: key.address, signers: [key] } as const;
  const unsigned = bitcoin.codec.parse(bitcore(inputs, [{ satoshis: 190_000, script: foreign }]), context);

  it('a transaction with several inputs asks for all signatures before it waits for one', async () => {
    const answer = answering(bitcoin, key.privateKey, key.publicKey);
    const asked: (() => void)[] = [];
    const waiting: SigningKey = {
      publicKey: key.publicKey,
      sign: (scheme, bytes) =>
        new Promise((resolve) => {
          asked.push(() => resolve(answer(scheme, bytes)));
          if (asked.length === inputs.length) for (const go of asked) go();
        }),
    };
    expect(await unsigned.sign([waiting])).toEqual(await unsigned.sign([key]));
    expect(asked).toHaveLength(4);
  });

  it('a transaction is not signed when one of its signatures is missing', async () => {
    let count = 0;
    const answer = answering(bitcoin, key.privateKey, key.publicKey);
    const failing = remoteKey(key.publicKey, (scheme, bytes) => {
      count += 1;
      if (count === 3) throw new Error('no');
      return answer(scheme, bytes);
    });
    await expect(unsigned.sign([failing])).rejects.toMatchObject({ code: 'KEY_UNREACHABLE' });
  });
});

it('every chain asks a key for a signature only in the one way that checks it', () => {
  const root = new URL('../../src/chains/', import.meta.url);
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
  const asking = files.filter((name) => /\bkeys?\.sign\(/i.test(readFileSync(new URL(name, root), 'utf8')));
  expect(asking).toEqual(['shared/signature.ts']);
});
