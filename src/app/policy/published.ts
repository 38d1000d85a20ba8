import type { Clock } from '../../core/clock.js';
import { CustosError } from '../../core/errors.js';
import { objectOf, tryJson } from '../../core/json.js';
import type { Policy } from '../../core/policy/policy.js';
import type { PublishedPolicy } from '../../core/policy/published-policy.js';
import type { Journal } from '../../core/store/journal.js';
import type { PolicyTable } from '../../core/store/policies.js';
import type { Store } from '../../core/store/store.js';
import { inForceAt, isReplaced, publishedText, readPublished } from '../../policy/in-force.js';
import { type Publication, type PublishingWish, planPublication } from '../../policy/statics/publication.js';
import { unmetRules } from '../../policy/unmet-rules.js';
import { type ControlSeal, type ControlView, controlSeal } from '../../vault/control-seal.js';
import { currentConstitution } from '../approvals/constitutions.js';
import { readable } from './readable.js';

/** What published policies are read and written with. */
export interface PolicyParts {
  readonly store: Pick<Store, 'storeId' | 'policies' | 'approvals'>;
  readonly seal: ControlSeal;
  readonly clock: Pick<Clock, 'now'>;
}

/** What they are read with; the front has only the copies. */
export interface PolicyViewParts {
  readonly policies: Pick<PolicyTable, 'after'>;
  readonly seal: ControlView;
}

/** Works on the policies of a store, and wipes their key afterwards. */
export async function openPolicies<T>(
  { store, rootKey, clock }: Omit<PolicyParts, 'seal'> & { readonly rootKey: Uint8Array },
  work: (parts: PolicyParts) => Promise<T>,
): Promise<T> {
  const seal = controlSeal(rootKey, store.storeId);
  try {
    return await work({ store, seal, clock });
  } finally {
    seal.wipe();
  }
}

/** The versions above one, the oldest first. @throws CustosError RECORD_DAMAGED, POLICY_INVALID, STORE_* */
export async function readPolicies(
  { policies, seal }: PolicyViewParts,
  after = 0,
): Promise<readonly PublishedPolicy[]> {
  const found = await policies.after(after);
  return found.map((one) => readPublished(seal.open('policy', one), one.version));
}

/** The policy in force; undefined before the first. @throws as `readPolicies` */
export async function policyInForce({ store, seal, clock }: PolicyParts): Promise<Policy | undefined> {
  const published = await readPolicies({ policies: store.policies, seal });
  return inForceAt(published, clock.now()).current?.policy;
}

/** @throws CustosError POLICY_MISSING, and as `readPolicies` */
export async function requirePolicy(parts: PolicyParts): Promise<Policy> {
  const policy = await policyInForce(parts);
  if (policy === undefined) throw new CustosError('POLICY_MISSING', 'no policy is in force');
  return policy;
}

/** What publishing takes besides. */
interface PublishingParts extends PolicyParts {
  /** Opened with the password. */
  readonly journal: Pick<Journal, 'wakeHeld'>;
}

/**
 * Publishes a version.
 * @returns what was published, and as `unmet` what no persons of the constitution can meet, because they may come later
 * @throws CustosError as `planPublication`; POLICY_CONFLICT: another version came meanwhile; RECORD_DAMAGED, STORE_*
 */
export async function publishPolicy(
  parts: PublishingParts,
  policy: Policy,
  wish: PublishingWish,
): Promise<Publication & { readonly unmet: readonly string[] }> {
  const { store, seal, clock, journal } = parts;
  const { storeId, policies, approvals } = store;
  const published = await readPolicies({ policies, seal });
  const enacted = await currentConstitution({ approvals, storeId, seal });
  const facts = { store: storeId, published, constitution: enacted?.constitution, now: clock.now() };
  const publication = planPublication(policy, facts, wish);
  const { next } = publication;
  await policies.add(seal.seal('policy', policy.version, publishedText(next)), publication.act);
  // What the version before held may be allowed now; one that waits for its delay holds nothing yet.
  if (next.effectiveAt <= next.publishedAt) await journal.wakeHeld();
  return { ...publication, unmet: unmetRules(policy, enacted?.constitution) };
}

export interface PolicyVersionShown extends PublishedPolicy {
  /** What became of it. `former`: a higher version is in force. `replaced`: a higher version was published while it waited. */
  readonly standing: 'in force' | 'waiting' | 'former' | 'replaced';
}

/** All versions with what became of them, the newest first. @throws as `readPolicies` */
export async function policyHistory({
  store,
  seal,
  clock,
}: Pick<PolicyParts, 'clock'> & {
  readonly store: Pick<Store, 'policies'>;
  readonly seal: ControlView;
}): Promise<readonly PolicyVersionShown[]> {
  const published = await readPolicies({ policies: store.policies, seal });
  const { current, waiting } = inForceAt(published, clock.now());
  const standingOf = (one: PublishedPolicy): PolicyVersionShown['standing'] => {
    if (one === current) return 'in force';
    if (one === waiting) return 'waiting';
    return isReplaced(one, published) ? 'replaced' : 'former';
  };
  return published.map((one) => ({ ...one, standing: standingOf(one) })).reverse();
}

/** What the next version is written from: the one in force with the next number; undefined before the first. @throws as `readPolicies` */
export async function nextDraft({ store, seal, clock }: PolicyParts): Promise<object | undefined> {
  const published = await readPolicies({ policies: store.policies, seal });
  const newest = published.at(-1)?.policy;
  if (newest === undefined) return undefined;
  const base = inForceAt(published, clock.now()).current?.policy ?? newest;
  const written = objectOf(tryJson(base.text), () => new CustosError('INTERNAL', 'a published policy is not JSON'));
  return readable({ ...written, version: newest.version + 1, previous: newest.hash });
}
