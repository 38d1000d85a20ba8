import { CustosError } from '../../core/errors.js';
import type { Act, Constitution, PersonSignature } from '../../core/policy/constitution.js';
import type { Policy } from '../../core/policy/policy.js';
import type { PublishedPolicy } from '../../core/policy/published-policy.js';
import { inForceAt } from '../in-force.js';
import { type Decree, requireQuorum, versionDecree } from '../quorum.js';
import { diffPolicies, type PolicyDiff } from './diff.js';

const HOUR = 3_600_000;
/** How many hours a version that widens waits, at least, once there is a constitution. */
const WIDENING_DELAY = 24;

/** What publishing a policy needs of persons. */
export type PolicyAct = Extract<Act, 'widen' | 'narrow'>;

/** What the quorum of a policy signs. */
export function policyDecree({ version, hash }: Policy, { store, act }: { store: string; act: PolicyAct }): Decree {
  return versionDecree({ title: 'custos-policy/1', store, act, version, hash });
}

/** The store as it is when a policy is published. */
export interface PublishingFacts {
  readonly store: string;
  /** All versions so far, the oldest first. */
  readonly published: readonly PublishedPolicy[];
  /** In force now; without one the password suffices. */
  readonly constitution: Constitution | undefined;
  readonly now: number;
}

export interface PublishingWish {
  readonly signatures: readonly PersonSignature[];
  /** Hours that a version that widens waits. */
  readonly delay?: number;
}

export interface Publication {
  readonly next: PublishedPolicy;
  /** What it changes of the version in force; undefined for the first. */
  readonly diff: PolicyDiff | undefined;
  readonly act: PolicyAct;
  /** A version that still waited, and never comes into force. */
  readonly replaced: PublishedPolicy | undefined;
}

/**
 * Decides whether a policy may be published, and when it comes into force. The first one narrows, because before it everything may
 * be signed. A later one is compared with the version in force, so that a version that waits cannot be passed off as the old state.
 * @throws CustosError POLICY_CONFLICT: not the next version, or after another one; CONSTITUTION_QUORUM, CONSTITUTION_SIGNATURE;
 *   USAGE: a delay that is too short, or for a version that does not widen
 */
export function planPublication(policy: Policy, facts: PublishingFacts, wish: PublishingWish): Publication {
  const { published, constitution, store } = facts;
  const newest = published.at(-1);
  checkSuccession(policy, newest?.policy);
  const { current, waiting } = inForceAt(published, facts.now);
  const base = current ?? newest;
  const diff = base && diffPolicies(base.policy, policy);
  const act = diff?.effect === 'widens' ? 'widen' : 'narrow';
  if (constitution !== undefined) requireQuorum(constitution, policyDecree(policy, { store, act }), wish.signatures);
  // With a clock that was set back, a version would replace one that was in force before it.
  const publishedAt = Math.max(facts.now, current?.effectiveAt ?? 0, newest?.publishedAt ?? 0);
  const effectiveAt = publishedAt + delayOf(act, { constitution, wish }) * HOUR;
  const signatures = constitution === undefined ? [] : wish.signatures;
  return { next: { policy, publishedAt, effectiveAt, signatures }, diff, act, replaced: waiting };
}

function checkSuccession(policy: Policy, before: Policy | undefined): void {
  const version = (before?.version ?? 0) + 1;
  if (policy.version !== version) throw conflict(`it is version ${policy.version}, and version ${version} is next`);
  if (policy.previous !== before?.hash) throw conflict(`its previous hash is not that of version ${version - 1}`);
}

interface Delaying {
  readonly constitution: Constitution | undefined;
  readonly wish: PublishingWish;
}

function delayOf(act: PolicyAct, { constitution, wish: { delay } }: Delaying): number {
  if (act === 'narrow') {
    if (delay === undefined) return 0;
    throw new CustosError('USAGE', 'only a version that widens waits: publish this one without --delay');
  }
  if (constitution === undefined) return delay ?? 0;
  if ((delay ?? WIDENING_DELAY) >= WIDENING_DELAY) return delay ?? WIDENING_DELAY;
  throw new CustosError('USAGE', `a version that widens waits for at least ${WIDENING_DELAY} hours`);
}

function conflict(why: string): CustosError {
  return new CustosError('POLICY_CONFLICT', why);
}
