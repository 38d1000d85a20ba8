import { hex } from '@scure/base';
import type { ParseContext, SignedTransaction, UnsignedTransaction } from '../../core/chain/codec.js';
import { CustosError } from '../../core/errors.js';
import type { SigningKey } from '../../core/signing/signing-key.js';
import { blake2b } from '../../crypto/hash.js';
import { onlyMembers, readObject, textOf } from '../shared/fields.js';
import { findKey } from '../shared/key-of.js';
import { signatureOf } from '../shared/signature.js';
import { showAddress } from './address.js';
import { type Body, compareBody, header, readUnsigned, sealEnvelope } from './body.js';
import { effectsOf } from './effects.js';
import { type Operations, readOperations } from './operations.js';
import { summarize } from './summary.js';

/** What was asked for, together with what a node made of it. */
interface Completed {
  readonly operations: Operations;
  readonly unsigned: string;
}

/** @throws CustosError TRANSACTION_INVALID, TRANSACTION_UNSUPPORTED */
function readCompleted(text: string): Completed {
  const fields = readObject(text);
  onlyMembers(fields, ['operations', 'unsignedTransaction'], 'the completed transaction');
  return {
    operations: readOperations(fields['operations']),
    unsigned: textOf(fields['unsignedTransaction'], 'unsignedTransaction'),
  };
}

/**
 * Decodes the body that a node made and compares it with what was asked for: a hash that others chose is never signed.
 * @throws CustosError TRANSACTION_INVALID, KEY_MISSING, ADDRESS_INVALID
 */
export function parseTransaction(completed: string, context: ParseContext): UnsignedTransaction {
  const { operations, unsigned } = readCompleted(completed);
  const body = readUnsigned(unsigned, context.network);
  compareBody(body, operations, context.network);
  const owners = [...new Set(operations.inputs.map(({ address }) => address))];
  const missing = owners.find((owner) => !context.signers.some(({ address }) => address === owner));
  if (missing !== undefined) throw new CustosError('KEY_MISSING', `no named key belongs to the input of ${missing}`);
  const effects = effectsOf(body, { operations, owners });
  return {
    summary: summarize(effects),
    effects,
    spends: operations.inputs.map(({ txId, index }) => `${txId}:${index}`),
    signedBy: owners,
    sign: (keys) => sign(body, owners, (owner) => findKey(keys, owner, (key) => showAddress(key, context.network))),
  };
}

/** One witness for each address that is spent from, in the order of the inputs. */
async function sign(
  body: Body,
  owners: readonly string[],
  keyFor: (owner: string) => SigningKey | undefined,
): Promise<SignedTransaction> {
  const hash = blake2b(body.bytes, 32);
  const signers = owners.map((owner) => {
    const key = keyFor(owner);
    if (key === undefined) throw new CustosError('KEY_MISSING', `no lent key belongs to ${owner}`);
    return key;
  });
  const witnesses = await Promise.all(
    signers.map(async (key) => {
      const signature = await signatureOf(key, 'bip32-ed25519', hash);
      return [0x82, ...header(0x40, 32), ...key.publicKey, ...header(0x40, 64), ...signature];
    }),
  );
  // [body, {0: witnesses}, valid, no further data] (ledger specification, Alonzo and later)
  const signed = Uint8Array.from([
    0x84,
    ...body.bytes,
    0xa1,
    0x00,
    ...header(0x80, witnesses.length),
    ...witnesses.flat(),
    0xf5,
    0xf6,
  ]);
  return { raw: sealEnvelope(signed, body.extra), txId: hex.encode(hash) };
}
