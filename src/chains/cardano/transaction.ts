import { hex } from '@scure/base';
import type { ParseContext, SignedTransaction, UnsignedTransaction } from '../../core/chain/codec.js';
import type { Hazard } from '../../core/chain/hazards.js';
import type { Summary, SummaryNote } from '../../core/chain/summary.js';
import { formatUnits } from '../../core/chain/units.js';
import { CustosError } from '../../core/errors.js';
import type { LentKey } from '../../core/signing/wallet.js';
import { signExtended } from '../../crypto/bip32-ed25519.js';
import { blake2b } from '../../crypto/hash.js';
import { onlyMembers, readObject, textOf } from '../shared/fields.js';
import { type Body, compareBody, header, readUnsigned, sealEnvelope } from './body.js';
import { isNobodys } from './key.js';
import { type Operations, readOperations } from './operations.js';

/** A slot is a second: the year 2050, which means for ever. */
const FAR_SLOT = 933_000_000n;

/** What was asked for beside what a node made of it. */
export interface Completed {
  readonly operations: Operations;
  readonly unsigned: string;
}

/** @throws CustosError TRANSACTION_INVALID, TRANSACTION_UNSUPPORTED */
export function readCompleted(text: string): Completed {
  const fields = readObject(text);
  onlyMembers(fields, ['operations', 'unsignedTransaction'], 'the completed transaction');
  return {
    operations: readOperations(fields['operations']),
    unsigned: textOf(fields['unsignedTransaction'], 'unsignedTransaction'),
  };
}

/**
 * Decodes the body that a node made and holds it against what was asked for: a hash that somebody else has chosen is never
 * signed.
 * @throws CustosError TRANSACTION_INVALID, KEY_MISSING, ADDRESS_INVALID
 */
export function parseTransaction(completed: string, context: ParseContext): UnsignedTransaction {
  const { operations, unsigned } = readCompleted(completed);
  const body = readUnsigned(unsigned, context.network);
  compareBody(body, operations, context.network);
  const owners = [...new Set(operations.inputs.map(({ address }) => address))];
  const missing = owners.find((owner) => !context.signers.some(({ address }) => address === owner));
  if (missing !== undefined) throw new CustosError('KEY_MISSING', `no named key belongs to the input of ${missing}`);
  return {
    summary: summarize(body, { operations, owners }),
    spends: operations.inputs.map(({ txId, index }) => `${txId}:${index}`),
    sign: (keys) => sign(body, owners, keys),
  };
}

function summarize(body: Body, { operations, owners }: { operations: Operations; owners: readonly string[] }): Summary {
  const outputs = body.outputs.map(({ address, amount }) => ({ address, amount, change: owners.includes(address) }));
  const paid = body.outputs.filter(({ address }) => !owners.includes(address));
  const [from = ''] = owners;
  const tokens = paid.flatMap(({ address, tokens: bundle }) =>
    [...bundle].map(([contract, amount]) => {
      return { standard: 'native token', contract, from, to: address, amount, action: 'transfer' as const };
    }),
  );
  const list = paid.map(({ address, amount, tokens: bundle }) => {
    const more = bundle.size === 0 ? '' : ` with ${bundle.size} native tokens`;
    return `${formatUnits(amount, 6)} ADA${more} to ${address}`;
  });
  const words = list.length === 0 ? 'moves coins to itself' : `sends ${list.join(', ')}`;
  const [only] = paid;
  return {
    kind: tokens.length > 0 ? 'token-transfer' : 'transfer',
    from,
    ...(paid.length === 1 && only !== undefined && { to: only.address }),
    value: { asset: 'ADA', amount: paid.reduce((sum, { amount }) => sum + amount, 0n) },
    tokens,
    hazards: hazardsOf(body, paid),
    notes: notesOf(body),
    fee: { asset: 'ADA', amount: body.fee },
    inputs: operations.inputs.map(({ txId, index, address, amount }) => ({
      outpoint: `${txId}:${index}`,
      address,
      amount,
    })),
    outputs,
    opaque: false,
    text: `${from} ${words}; the fee is ${formatUnits(body.fee, 6)} ADA; it ends with slot ${body.ttl}`,
  };
}

function hazardsOf({ ttl }: Body, paid: Body['outputs']): readonly Hazard[] {
  return [
    ...paid
      .filter(({ address }) => isNobodys(address))
      .map(({ address: party, amount }): Hazard => {
        return { kind: 'unspendable-destination', party, asset: 'ADA', amount, text: 'nobody has a key of it' };
      }),
    ...(ttl > FAR_SLOT ? [{ kind: 'long-lived', text: `ttl ${ttl}` } as const] : []),
  ];
}

/** The end of its life, and tokens also of outputs that come back. */
function notesOf({ ttl, outputs }: Body): readonly SummaryNote[] {
  return [
    { name: 'ttl', value: ttl.toString() },
    ...outputs.flatMap(({ tokens }, at) =>
      [...tokens].map(([token, amount]) => ({ name: `output ${at} token ${token}`, value: amount.toString() })),
    ),
  ];
}

/** One witness for each address that is spent from, in the order of the inputs. */
function sign(body: Body, owners: readonly string[], keys: readonly LentKey[]): SignedTransaction {
  const hash = blake2b(body.bytes, 32);
  const witnesses = owners.map((owner) => {
    const key = keys.find(({ address }) => address === owner);
    if (key === undefined) throw new CustosError('KEY_MISSING', `no lent key belongs to ${owner}`);
    const signature = signExtended(hash, key.privateKey, key.publicKey);
    return [0x82, ...header(0x40, 32), ...key.publicKey, ...header(0x40, 64), ...signature];
  });
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
