import { CustosError } from '../core/errors.js';
import { isObject, tryJson } from '../core/json.js';
import type { PersonSignature } from '../core/policy/constitution.js';
import type { PublishedPolicy } from '../core/policy/published-policy.js';
import { canonicalJson } from './canonical-json.js';
import { readPolicy } from './document/read.js';

/** What the published versions come to at one moment. */
export interface InForce {
  /** Decides now; undefined before the first version. */
  readonly current: PublishedPolicy | undefined;
  /** Waits for its time; it is judged and logged only. */
  readonly waiting: PublishedPolicy | undefined;
}

/**
 * Finds the policy in force: the highest version whose time has come. A version that had not come into force when a higher one was
 * published never does, so that publishing again takes a widening back.
 * @param published - all versions, in any order
 */
export function inForceAt(published: readonly PublishedPolicy[], now: number): InForce {
  const standing = published.filter((one) => !isReplaced(one, published));
  const come = standing.filter(({ effectiveAt }) => effectiveAt <= now);
  const current = highest(come);
  const waiting = highest(standing.filter(({ effectiveAt }) => effectiveAt > now));
  return { current, waiting };
}

/** Whether a higher version was published before this one's time. */
export function isReplaced({ policy, effectiveAt }: PublishedPolicy, published: readonly PublishedPolicy[]): boolean {
  return published.some((one) => one.policy.version > policy.version && one.publishedAt < effectiveAt);
}

function highest(published: readonly PublishedPolicy[]): PublishedPolicy | undefined {
  return [...published].sort((one, other) => other.policy.version - one.policy.version)[0];
}

/** What is sealed. */
export function publishedText({ policy, publishedAt, effectiveAt, signatures }: PublishedPolicy): string {
  return canonicalJson({ policy: policy.text, publishedAt, effectiveAt, signatures });
}

/** Reads what `publishedText` wrote. @throws CustosError RECORD_DAMAGED: anything else, or another version */
export function readPublished(text: string, version: number): PublishedPolicy {
  const damaged = () => new CustosError('RECORD_DAMAGED', `version ${version} of the policy is damaged`);
  const value = tryJson(text);
  if (!isObject(value)) throw damaged();
  const { policy: written, publishedAt, effectiveAt, signatures } = value;
  const isWhole = isMoment(publishedAt) && isMoment(effectiveAt) && Array.isArray(signatures);
  if (typeof written !== 'string' || !isWhole || !signatures.every(isSignature)) throw damaged();
  const policy = readPolicy(written);
  const published = { policy, publishedAt, effectiveAt, signatures };
  if (policy.version !== version || publishedText(published) !== text) throw damaged();
  return published;
}

function isMoment(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function isSignature(value: unknown): value is PersonSignature {
  return isObject(value) && typeof value['key'] === 'string' && typeof value['signature'] === 'string';
}
