import type { PersonSignature } from './constitution.js';
import type { Policy } from './policy.js';

/** A policy as it is kept: with its times, and the signatures by which it was published. */
export interface PublishedPolicy {
  readonly policy: Policy;
  /** Milliseconds since 1970. */
  readonly publishedAt: number;
  /** In force from this moment on, unless a higher version was published before. */
  readonly effectiveAt: number;
  /** Empty without a constitution: then the password suffices. */
  readonly signatures: readonly PersonSignature[];
}
