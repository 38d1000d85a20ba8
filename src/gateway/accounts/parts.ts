import { z } from 'zod';
import { decimal, index, signatureId } from '../requests.js';

/** Who signs. */
export const signer = { signatureId, index: index.optional() };

/** An amount without what the documented form allows beside digits and a point: a sign, a point at an end. */
export const amount = decimal.transform((text) => {
  const [whole = '', fraction = ''] = text.replace(/^\+/, '').split('.');
  return fraction === '' ? whole : `${whole || '0'}.${fraction}`;
});

/** An amount that the documented form has as a JSON number. */
export const numericAmount = z
  .number()
  .min(0)
  .transform((number) => number.toString())
  .refine((text) => !text.includes('e'), 'must be a number that can be written without an exponent');

/** A number of smallest units above zero: a JSON number that is exact, or, an extension, a text. */
export const wholeAmount = z
  .union([z.number().int().min(1).max(Number.MAX_SAFE_INTEGER), z.string().regex(/^[1-9]\d{0,76}$/)])
  .transform((value) => BigInt(value));

/** Decimals of a token, an extension: what the network says of them is compared with it. */
export const digits = z.number().int().min(0).max(30).optional();
