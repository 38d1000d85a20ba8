import type { ChainId } from './ids.js';

/** How one turn of a pending transaction ended. */
export type MeteredOutcome = 'completed' | 'unconfirmed' | 'held' | 'denied' | 'failed' | 'waiting' | 'refused';

/** Counts what the daemon does, for whoever watches it. No method throws or waits. */
export interface Meter {
  polled(chain: ChainId, result: 'ok' | 'failed', milliseconds: number): void;
  /** One more try of a transaction came to this end. */
  ended(chain: ChainId, outcome: MeteredOutcome): void;
  /** `distrust` comes beside `hold`: the answer was about something else, or not proved to be the judge's own. */
  judged(judge: string, verdict: 'allow' | 'hold' | 'deny' | 'error' | 'distrust'): void;
  /** From the request to signed bytes, in microseconds. */
  signed(chain: ChainId, microseconds: number): void;
  signerRestarted(): void;
  /** Numbers of a sender that are free below one that is used, found when a nonce was given. */
  nonceGap(chain: ChainId, missing: number): void;
  /** The way to a chain's node or to the cloud was shut after faults, or opened again. */
  breaker(chain: ChainId, state: 'open' | 'closed'): void;
}

/** Counts nothing. */
export const noMeter: Meter = {
  polled() {},
  ended() {},
  judged() {},
  signed() {},
  signerRestarted() {},
  nonceGap() {},
  breaker() {},
};
