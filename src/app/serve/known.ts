import type { Submission } from '../../api/parts.js';
import type { Intake } from '../../core/network/intake.js';
import type { Accepted } from '../../core/store/journal.js';

/**
 * What a request with a known key comes to. Who asks has been admitted when this resolves, whether the key is known or not.
 * @param begin - begins to read what a new request needs, so that it is read together with what admits it
 * @returns undefined for a new key, or none
 * @throws CustosError as `admit`; STORE_*
 */
export async function knownBefore(
  { tenant, idempotency, admit }: Pick<Submission, 'tenant' | 'idempotency' | 'admit'>,
  intake: Pick<Intake, 'repeated'>,
  begin: () => void,
): Promise<Accepted | undefined> {
  const known = idempotency && (await intake.repeated(tenant, idempotency));
  if (known === undefined) begin();
  await admit?.(known?.kind === 'replayed' ? known.entry : undefined);
  return known;
}
