import { hash } from 'node:crypto';
import { CustosError } from '../core/errors.js';
import type { Idempotency } from '../core/store/queue.js';
import { canonicalJson } from '../policy/canonical-json.js';
import type { Caller } from './caller.js';
import type { Submission } from './parts.js';

interface Keyed {
  readonly header: string | undefined;
  /** As `bodyDigest` makes it. */
  digest(): string;
}

/**
 * Reads the key of a request that needs one. Without it, a wallet that is not there is said first.
 * @throws CustosError IDEMPOTENCY_KEY_MISSING; and as `admit`
 */
export async function requireIdempotency(
  { header, digest }: Keyed,
  admit: NonNullable<Submission['admit']>,
): Promise<Idempotency> {
  try {
    return idempotencyOf(header, digest);
  } catch (error) {
    await admit(undefined);
    throw error;
  }
}

/**
 * Reads the key of a request, and binds it to what is asked for. `"abc"` and `abc` are the same key.
 * @param digest - as `bodyDigest` makes it
 * @throws CustosError IDEMPOTENCY_KEY_MISSING
 */
export function idempotencyOf(header: string | undefined, digest: () => string): Idempotency {
  const [, quoted, bare] =
    /^(?:"([\x21\x23-\x5b\x5d-\x7e]{1,255})"|([\x21\x23-\x7e]{1,255}))$/.exec(header ?? '') ?? [];
  const key = quoted ?? bare;
  if (key === undefined) {
    throw new CustosError('IDEMPOTENCY_KEY_MISSING', 'the request has no Idempotency-Key that can be read');
  }
  return { key, digest: digest() };
}

/** What is asked for, in one form. @param body - validated, so that it is JSON */
export function bodyDigest(body: unknown): string {
  return hash('sha256', canonicalJson(body), 'hex');
}

/**
 * The key among those of the owners that the token is bound to: what other tokens have used, it neither meets nor learns. All tokens
 * that are bound to none share the keys of the application. Whether a user's proof came along changes nothing: a request that is
 * sent again without it must not be another one.
 */
export function keyAmongOwn({ owners }: Pick<Caller, 'owners'>, { key, digest }: Idempotency): Idempotency {
  if (owners === undefined) return { key, digest };
  const tags = owners.map(({ tag }) => tag).toSorted();
  const scope = hash('sha256', tags.join(), 'base64url');
  // No header of the API has a key with a blank. One of the gateway may, but nobody outside knows a tag.
  return { key: `${scope} ${key}`, digest };
}
