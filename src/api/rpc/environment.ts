import type { Peer } from '../../http/listen.js';

/** What the API's server knows of a request besides the request. */
export interface ApiEnvironment {
  readonly Bindings: Peer;
  readonly Variables: { readonly instance: string };
}
