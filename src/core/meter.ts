import type { ChainId } from './ids.js';

/** How one turn of a pending transaction ended. */
type MeteredOutcome = 'completed' | 'unconfirmed' | 'held' | 'denied' | 'failed' | 'waiting' | 'refused';

/** Counts what the daemon does, for monitoring. No method throws or waits. */
export interface Meter {
  polled(chain: ChainId, result: 'ok' | 'failed', milliseconds: number): void;
  /** One more attempt at a transaction ended like this. */
  ended(chain: ChainId, outcome: MeteredOutcome): void;
  /** `distrust` comes with `hold`: the answer was about something else, or not proved to come from the judge. */
  judged(judge: string, verdict: 'allow' | 'hold' | 'deny' | 'error' | 'distrust'): void;
  /** From the request to signed bytes, in microseconds. */
  signed(chain: ChainId, microseconds: number): void;
  signerRestarted(): void;
  /** Somebody asked for a key that is not here. */
  keyMissing(): void;
  /** Free numbers of a sender below a used one, found when a nonce was assigned. */
  nonceGap(chain: ChainId, missing: number): void;
  /** So many freezes hold now. */
  frozen(freezes: number): void;
  /** The breaker of a chain's node or of the cloud was opened after faults, or closed again. */
  breaker(chain: ChainId, state: 'open' | 'closed'): void;
}

/** Counts nothing. */
export const noMeter: Meter = {
  polled() {},
  ended() {},
  judged() {},
  signed() {},
  signerRestarted() {},
  keyMissing() {},
  nonceGap() {},
  frozen() {},
  breaker() {},
};
