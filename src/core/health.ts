import type { ErrorCode } from './errors.js';
import type { ChainId } from './ids.js';

/** What a daemon's polls look like from outside. Answers at once, from memory. */
export interface Pulse {
  /** When the chain was last polled with success, in milliseconds since 1970. */
  lastPoll(chain: ChainId): number | undefined;
  /** How many polls of the chain had no answer since then, one after another. */
  failedPolls(chain: ChainId): number;
}

/** One thing that keeps a daemon from doing its work. Never holds a secret, a signature ID, an address or a path. */
export interface UnreadyReason {
  /** What was looked at: `store`, `signer`, `poll` or `daemon`. */
  readonly check: string;
  readonly chain?: ChainId;
  readonly code?: ErrorCode;
  readonly text: string;
}

/** One thing to be tried before a daemon is called ready. */
export interface Probe {
  readonly check: string;
  /** Resolves when it works. @throws CustosError the reason why it does not */
  run(): Promise<void>;
}
