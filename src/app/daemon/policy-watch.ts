import type { Clock } from '../../core/clock.js';
import { CustosError } from '../../core/errors.js';
import type { PublishedPolicy } from '../../core/policy/published-policy.js';
import { inForceAt } from '../../policy/in-force.js';
import { type CompiledPolicy, compilePolicy } from '../../policy/judging/compile.js';
import type { PoliciesNow } from '../../policy/judging/policy-judge.js';
import { type PolicyViewParts, readPolicies } from '../policy/published.js';

/** For so many milliseconds the table is not asked again. */
const FRESH = 1000;

/**
 * Follows the published policies. A version that was seen stays: a table that loses rows gives no older policy back.
 * @returns asks the table at most each second, and only for versions that it does not know
 */
export function watchPolicies(
  parts: PolicyViewParts & { readonly clock: Pick<Clock, 'now'> },
): () => Promise<PoliciesNow> {
  const known: PublishedPolicy[] = [];
  const compiled = new Map<number, CompiledPolicy>();
  let damage: CustosError | undefined;
  let asked: number | undefined;
  let latest = 0;
  let reading: Promise<void> | undefined;

  async function read(now: number): Promise<void> {
    try {
      known.push(...(await readPolicies(parts, known.at(-1)?.policy.version)));
      damage = undefined;
    } catch (error) {
      // A policy that nobody can read may forbid anything. A database that is away is another matter: then nothing is judged.
      if (!(error instanceof CustosError) || !isDamage(error)) throw error;
      damage = error;
    }
    asked = now;
  }

  const compiledOf = (one: PublishedPolicy | undefined): CompiledPolicy | undefined => {
    if (one === undefined) return undefined;
    const found = compiled.get(one.policy.version) ?? compilePolicy(one.policy);
    compiled.set(one.policy.version, found);
    return found;
  };

  return async () => {
    const now = parts.clock.now();
    if (asked === undefined || Math.abs(now - asked) >= FRESH) {
      reading ??= read(now).finally(() => {
        reading = undefined;
      });
      await reading;
    }
    if (damage !== undefined) return { damage };
    // A clock that is put back takes no version out of force.
    latest = Math.max(latest, now);
    const { current, waiting } = inForceAt(known, latest);
    const [decides, waits] = [compiledOf(current), compiledOf(waiting)];
    return { ...(decides && { current: decides }), ...(waits && { waiting: waits }) };
  };
}

function isDamage({ code }: CustosError): boolean {
  return code === 'RECORD_DAMAGED' || code === 'POLICY_INVALID';
}
