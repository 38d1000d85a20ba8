import type { ParseContext, SignedTransaction, UnsignedTransaction } from '../../core/chain/codec.js';
import { CustosError } from '../../core/errors.js';
import type { Network } from '../../core/ids.js';
import type { SigningKey } from '../../core/signing/signing-key.js';
import { blake2b } from '../../crypto/hash.js';
import { bytesToHex, hexToBytes } from '../shared/hexadecimal.js';
import { addressOf, showAddress } from '../shared/keccak-address.js';
import { keyOf } from '../shared/key-of.js';
import { recoverableOf } from '../shared/signature.js';
import { effectsOfBody } from './effects.js';
import { type Body, encodeBody, intrinsicGas, readBody } from './format.js';
import { summarize } from './summary.js';

/** Last byte of the genesis ids. */
export const chainTags: Readonly<Record<Network, number>> = { mainnet: 0x4a, testnet: 0x27 };

/** Decodes and checks a completed transaction. @throws CustosError TRANSACTION_INVALID, CHAIN_ID_MISMATCH, GAS_TOO_LOW */
export function parseBody(completed: string, context: ParseContext): UnsignedTransaction {
  const body = readBody(completed);
  const tag = chainTags[context.network];
  if (body.chainTag !== tag && BigInt(body.chainTag) !== context.developmentChainId) {
    const text = `the transaction is for chain tag ${body.chainTag}, the ${context.network} of VET has ${tag}`;
    throw new CustosError('CHAIN_ID_MISMATCH', text);
  }
  const least = intrinsicGas(body.clauses);
  if (body.gas < least)
    throw new CustosError('GAS_TOO_LOW', `the gas limit is ${body.gas}, at least ${least} are needed`);
  const effects = effectsOfBody(body, context.from);
  return {
    summary: summarize(effects),
    effects,
    sign: async (keys) => sign(body, keyOf(keys, context.from, addressOfKey), context.from),
  };
}

/** The id is the hash over signed hash and signer, so that it does not depend on the signature. */
async function sign(body: Body, key: SigningKey, from: string): Promise<SignedTransaction> {
  const hash = blake2b(encodeBody(body), 32);
  const { signature, recoveryId } = await recoverableOf(key, hash);
  const raw = encodeBody(body, Uint8Array.from([...signature, recoveryId]));
  const id = blake2b(Uint8Array.from([...hash, ...(hexToBytes(from) ?? [])]), 32);
  return { raw: bytesToHex(raw), txId: bytesToHex(id) };
}

function addressOfKey(publicKey: Uint8Array): string {
  return showAddress(addressOf(publicKey), {});
}
