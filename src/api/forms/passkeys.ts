import { base64urlnopad } from '@scure/base';
import { z } from 'zod';
import { described, moment, named } from '../schemas.js';

/** Bytes as browsers write them in JSON. @param most - bytes */
function bytes(most: number) {
  const form = z
    .string()
    .max(Math.ceil((most * 4) / 3))
    .regex(/^[A-Za-z0-9_-]+$/, 'must be base64url without padding');
  return form.transform((text, context): Uint8Array => {
    try {
      return base64urlnopad.decode(text);
    } catch {
      context.addIssue({ code: 'custom', message: 'must be base64url without padding' });
      return z.NEVER;
    }
  });
}

/** 1 to 1,023 bytes (WebAuthn 3, section 5.4.7). */
const credentialId = bytes(1023);
const clientDataJSON = bytes(4096);
const common = { id: credentialId, type: z.literal('public-key') };

/** What browsers may add to their answers is not looked at: unlike other forms, these are theirs. */
const newKey = named(
  'RegistrationResponse',
  z.object({
    ...common,
    response: z.object({
      clientDataJSON,
      attestationObject: bytes(32_768),
      transports: z
        .array(z.string().regex(/^[a-z0-9-]{1,32}$/))
        .max(10)
        .optional(),
    }),
  }),
);
const answeredKey = named(
  'AuthenticationResponse',
  z.object({
    ...common,
    response: z.object({
      clientDataJSON,
      authenticatorData: bytes(4096),
      signature: bytes(1024),
      userHandle: bytes(64).nullish(),
    }),
  }),
);

const name = described(
  z
    .string()
    .min(1)
    .max(64)
    .regex(/^\P{Cc}*$/u, 'must have no control characters'),
  'by which the user knows it again, such as `my phone`',
);

export const newPasskeyRequest = named(
  'PasskeyRequest',
  z.strictObject({ name, credential: described(newKey, 'what `navigator.credentials.create()` gave, by `toJSON()`') }),
);
export const passkeyLoginRequest = named(
  'PasskeyLoginRequest',
  z.strictObject({ credential: described(answeredKey, 'what `navigator.credentials.get()` gave, by `toJSON()`') }),
);
export const creationRequest = named(
  'CreationOptionsRequest',
  z.strictObject({
    user: described(
      z
        .string()
        .min(1)
        .max(64)
        .regex(/^\P{Cc}*$/u, 'must have no control characters')
        .optional(),
      "what the authenticator shows as the user's account; the owner's id if it is not said. It is not stored here",
    ),
  }),
);

export const passkey = named('Passkey', z.strictObject({ id: z.string(), name: z.string(), createdAt: moment }));
export const passkeyList = named('PasskeyList', z.strictObject({ data: z.array(passkey) }));
export const passkeyId = z
  .string()
  .min(1)
  .max(1364)
  .regex(/^[A-Za-z0-9_-]+$/);

const knownKeys = z.array(
  z.strictObject({ id: z.string(), type: z.literal('public-key'), transports: z.array(z.string()) }),
);
const asked = { challenge: z.string(), timeout: described(z.int(), 'milliseconds') };

export const creationOptions = named(
  'CreationOptions',
  z.strictObject({
    ...asked,
    rp: z.strictObject({ id: z.string(), name: z.string() }),
    user: z.strictObject({ id: z.string(), name: z.string(), displayName: z.string() }),
    pubKeyCredParams: z.array(z.strictObject({ type: z.literal('public-key'), alg: z.int() })),
    excludeCredentials: knownKeys,
    authenticatorSelection: z.strictObject({ residentKey: z.string(), userVerification: z.string() }),
    attestation: z.literal('none'),
  }),
);
export const requestOptions = named(
  'RequestOptions',
  z.strictObject({ ...asked, rpId: z.string(), allowCredentials: knownKeys, userVerification: z.string() }),
);

export type NewKey = z.output<typeof newKey>;
export type AnsweredKey = z.output<typeof answeredKey>;
export type CreationOptions = z.input<typeof creationOptions>;
export type RequestOptions = z.input<typeof requestOptions>;
