import type { ErrorCode } from './errors.js';
import type { ChainId } from './ids.js';

/** The state of a daemon's polls. Answers at once, from memory. */
export interface Pulse {
  /** When the chain was last polled successfully, in milliseconds since 1970. */
  lastPoll(chain: ChainId): number | undefined;
  /** How many polls of the chain in a row have had no answer since then. */
  failedPolls(chain: ChainId): number;
}

/** One thing that keeps a daemon from doing its work. Never holds a secret, a signature ID, an address or a path. */
export interface UnreadyReason {
  /** What was checked: `store`, `signer`, `poll` or `daemon`. */
  readonly check: string;
  readonly chain?: ChainId;
  readonly code?: ErrorCode;
  readonly text: string;
}

/** One check that must pass before a daemon is ready. */
export interface Probe {
  readonly check: string;
  /** Resolves when it works. @throws CustosError the reason why it does not */
  run(): Promise<void>;
}
