import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRegistry } from '../../../src/chains/registry.js';
import type { Chain } from '../../../src/core/chain/chain.js';
import { messageContent } from '../../../src/core/chain/message-content.js';
import { CustosError } from '../../../src/core/errors.js';
import type { SigningKey } from '../../../src/core/signing/signing-key.js';
import type { TestKey } from '../../support/test-key.js';
import { loadVectors } from '../../support/vectors.js';
import { completeVector, contextOfVector, keysOfVector } from '../replay.js';

const registry = createRegistry();
const ids = registry.ids.filter((id) => registry.get(id).messages !== undefined);

/** A key that remembers what it was asked to sign. */
function listening(key: TestKey, heard: Uint8Array[]): SigningKey {
  return {
    address: key.address,
    publicKey: key.publicKey,
    async sign(scheme, bytes) {
      heard.push(Uint8Array.from(bytes));
      return key.sign(scheme, bytes);
    },
  };
}

/** What a key of the chain is asked to sign for recorded transactions, with a key that has an address for messages. */
async function signedTransactions(chain: Chain) {
  const signed: Uint8Array[] = [];
  let key: TestKey | undefined;
  let network: 'mainnet' | 'testnet' = 'mainnet';
  for (const vector of loadVectors(chain.id).transactions.slice(0, 12)) {
    try {
      const keys = await keysOfVector(chain, vector);
      const completed = await completeVector(chain, vector);
      const context = contextOfVector(chain, vector, keys);
      await chain.codec.parse(completed, context).sign(keys.map((one) => listening(one, signed)));
      if (key === undefined) network = context.network;
      key ??= keys[0];
    } catch (error) {
      if (!(error instanceof CustosError)) throw error;
    }
  }
  if (key === undefined || signed.length === 0) throw new Error(`no recorded transaction of ${chain.id} can be signed`);
  return { signed, key, network };
}

describe.each(ids.map((id) => [id as string]))('a message of %s', (id) => {
  const chain = registry.get(id);

  it('no message gives the signature of a transaction, not even one that consists of its bytes', async () => {
    const { signed, key, network } = await signedTransactions(chain);
    const transactions = new Set(signed.map((bytes) => Buffer.from(bytes).toString('hex')));
    const signMessage = async (bytes: Uint8Array) => {
      const heard: Uint8Array[] = [];
      const content = messageContent({ kind: 'message', bytes });
      try {
        await chain.messages
          ?.parse(content, { network, from: key.address, signers: [key] })
          .sign([listening(key, heard)]);
      } catch (error) {
        expect(error).toMatchObject({ code: 'MESSAGE_INVALID' });
      }
      for (const one of heard) expect(transactions.has(Buffer.from(one).toString('hex'))).toBe(false);
      return heard.length;
    };
    for (const bytes of signed) await signMessage(bytes);
    expect(await signMessage(new TextEncoder().encode('hello'))).toBe(1);
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 40 }), async (bytes) => void (await signMessage(bytes))),
      { numRuns: 5 },
    );
  });
});
