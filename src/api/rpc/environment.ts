import type { Peer } from '../../http/listen.js';

/** What the API's server knows of a request besides the request. */
export interface ApiEnvironment {
  readonly Bindings: Peer;
  readonly Variables: {
    readonly instance: string;
    /** The answer was made with the headers that each one has: to add them afterwards costs as much as all else of it. */
    readonly isFinished: boolean;
  };
}
