import { z } from 'zod';
import { CustosError } from '../../core/errors.js';
import { Secret } from '../../core/secret.js';

/** A text of at least one character. */
export const text = z.string().min(1).max(10_000);

/** Secret text must come in a `Secret`: errors and logs of other libraries would quote a plain text. */
export const secret = z.custom<Secret>(Secret.is, 'must be a Secret: Secret.text(…) makes one');

export const network = z.enum(['mainnet', 'testnet']);

/** A function; its result is checked after each call. */
export const func = z.custom<(...given: never[]) => unknown>(
  (value) => typeof value === 'function',
  'must be a function',
);

/**
 * Checks an argument of the embedding program, with every mistake in one message. The message repeats no value, because it may
 * be a secret.
 * @param what - the name of the function in messages: `openStore`
 * @throws CustosError ARGUMENT_INVALID
 */
export function readArgument<T>(schema: z.ZodType<T>, value: unknown, what: string): T {
  const isPlain = attempt(() => isPlainObject(value), what);
  if (!isPlain) throw new CustosError('ARGUMENT_INVALID', `${what}: needs a plain object`);
  const result = attempt(() => schema.safeParse(value), what);
  if (result.success) return result.data;
  const problems = result.error.issues.map(({ path, message }) => [...path.map(String), message].join(': '));
  throw new CustosError('ARGUMENT_INVALID', `${what}: ${problems.join('; ')}`, { details: { problems } });
}

/** Also accepts objects of another realm, such as a test runner's. */
function isPlainObject(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** A getter or a proxy of the caller may throw anything while it is read. */
function attempt<T>(work: () => T, what: string): T {
  try {
    return work();
  } catch {
    throw new CustosError('ARGUMENT_INVALID', `${what}: its argument cannot be read`);
  }
}
