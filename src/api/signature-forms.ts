import { z } from 'zod';
import { messageKinds } from '../core/chain/message-content.js';
import { isObject } from '../core/json.js';
import { described, named, pageOf } from './schemas.js';
import { key, requestAnswer, requestMembers } from './transaction-forms.js';

const common = { ...requestMembers, from: described(key, 'who signs; `index` for a wallet with a mnemonic') };
/** More than any message may have. */
const MOST = 600_000;

/** What an application wants signed besides transactions. */
export const signatureForm = named(
  'SignatureRequest',
  z.discriminatedUnion('kind', [
    z
      .strictObject({
        kind: z.literal('message'),
        ...common,
        text: described(z.string().max(MOST).optional(), 'UTF-8; either this or `bytes`'),
        bytes: z
          .string()
          .max(MOST)
          .regex(/^0x([0-9a-fA-F]{2})*$/, 'must be 0x and hexadecimal digits')
          .optional(),
      })
      .refine(({ text, bytes }) => (text === undefined) !== (bytes === undefined), {
        path: ['text'],
        message: 'needs exactly one of text and bytes',
      }),
    z.strictObject({
      kind: z.literal('typed-data'),
      ...common,
      typedData: described(
        // An object passes as it is: whatever a form left out of it would be signed by nobody, and seen by nobody.
        z.union([z.string().min(1).max(MOST), z.unknown().refine(isObject, 'must be a text or an object')]),
        'EIP-712: a JSON text, or the object itself',
      ),
    }),
    z.strictObject({
      kind: z.literal('hash'),
      ...common,
      hash: z.string().regex(/^0x[0-9a-fA-F]{64}$/, 'must be 0x and 64 hexadecimal digits'),
    }),
  ]),
);
export type SignatureForm = z.output<typeof signatureForm>;

export const signature = named(
  'Signature',
  z.strictObject({
    ...requestAnswer,
    kind: z.enum(messageKinds),
    wallet: z.uuid(),
    index: z.int().nullable(),
    digest: described(z.string().nullable(), 'hash of the framed bytes, in hexadecimal digits, once it is signed'),
    signature: described(
      z.string().nullable(),
      'in the form that messages.md names for the chain, once it is completed',
    ),
    publicKey: described(z.string().nullable(), 'where the signature alone does not say whose it is'),
  }),
);
export const signaturePage = pageOf('SignaturePage', signature);
