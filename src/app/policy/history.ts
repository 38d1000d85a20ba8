import { CustosError } from '../../core/errors.js';
import type { PolicyVersionShown } from './published.js';

/** The version in force, or else the newest. @throws CustosError POLICY_MISSING */
export function shownFirst(history: readonly PolicyVersionShown[]): PolicyVersionShown {
  const found = history.find(({ standing }) => standing === 'in force') ?? history[0];
  if (found === undefined) throw new CustosError('POLICY_MISSING', 'no policy was published');
  return found;
}

/** @throws CustosError POLICY_MISSING */
export function versionOf(history: readonly PolicyVersionShown[], version: number): PolicyVersionShown {
  const found = history.find(({ policy }) => policy.version === version);
  if (found === undefined) throw new CustosError('POLICY_MISSING', `there is no version ${version} of the policy`);
  return found;
}

/** A version without what it says, as JSON. */
export function versionJson(shown: PolicyVersionShown) {
  const { policy, standing, signatures } = shown;
  const { version, hash } = policy;
  return { version, hash, state: standing, ...timesOf(shown), signedBy: signatures.map(({ key }) => key) };
}

export function timesOf({ publishedAt, effectiveAt }: Pick<PolicyVersionShown, 'publishedAt' | 'effectiveAt'>) {
  return { publishedAt: new Date(publishedAt).toISOString(), effectiveAt: new Date(effectiveAt).toISOString() };
}
