import { z } from 'zod';
import { address } from '../requests.js';

/** Most that an EVM word can hold. */
const MAX_UINT256 = 2n ** 256n - 1n;

/** A whole number in a text, decimal or 0x: an item's number in a collection, or an amount that has no decimals. */
export const wholeNumber = z
  .string()
  .max(78)
  .regex(/^(\d+|0x[0-9a-fA-F]+)$/, 'must be a whole number in a text')
  .transform((text) => BigInt(text))
  .refine((number) => number <= MAX_UINT256, 'is above 2^256-1');

/** Most elements of a list in a request. */
const MOST = 1000;

export function listOf<T extends z.ZodType>(element: T) {
  return z.array(element).min(1).max(MOST);
}

/** Parts of ten thousand. */
export const permyriad = z
  .number()
  .int()
  .min(0)
  .max(10_000)
  .transform((number) => BigInt(number));

/** The name of a listing or an auction. */
export const saleId = z.string().min(1).max(200);

/** Bytes for the receiver of tokens; one zero byte when absent, as the documented clients send it. */
export const receiverData = z
  .string()
  .max(50_000)
  .regex(/^(0x0|0x([0-9a-fA-F]{2})*)$/, 'must be 0x and hexadecimal digits')
  .optional()
  .transform((text = '0x0') => (text === '0x0' ? '0x00' : text.toLowerCase()));

/** Fields of every operation on one contract. */
export const contract = { contractAddress: address };

/** Decimals of a token, an extension: what they are said to be is compared with the contract. */
export const digits = z.number().int().min(0).max(30).optional();
