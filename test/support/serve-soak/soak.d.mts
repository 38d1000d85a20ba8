/** What kills a server: all of it, its front, its keeper, one of its signers; or SIGTERM, an end in order. */
export type DeathKind = 'server' | 'front' | 'keeper' | 'signer' | 'stop';

export interface Death {
  readonly kind: DeathKind;
  /** Of the server in the list; by default they take turns. */
  readonly place?: number;
  /** Comes after so many more requests are answered. */
  readonly after?: number;
  /** And after so many milliseconds. */
  readonly pause?: number;
}

export interface Soak {
  /** The built command. */
  readonly program: string;
  /** Whole environment of the servers, with the password of a store that exists. */
  readonly env: NodeJS.ProcessEnv;
  /** With every right that an application needs, events, owners and webhooks. */
  readonly token: string;
  readonly servers: readonly { readonly port: number; readonly args?: readonly string[] }[];
  /** An empty chain of the network's chain id that mines at once. */
  readonly node: { readonly url: string; rpc(method: string, params?: readonly unknown[]): Promise<unknown> };
  readonly requests: number;
  /** Each has a wallet. */
  readonly owners: number;
  /** After a kill the next process takes the webhooks over within 15 seconds, which takes time at the end. */
  readonly hasWebhook?: boolean;
  /** The deaths one after another, until there is none. */
  nextDeath(number: number): Death | undefined;
  /** Called before each with the number of answered requests. */
  onProgress?(answered: number): void;
}

/** Pays while servers are killed, and judges what came of it. */
export function soakServe(given: Soak): Promise<{
  /** Mistakes by kind: all are 0 when all is well. */
  readonly verdict: Readonly<Record<string, number>>;
  readonly fleet: {
    readonly deaths: Readonly<Record<DeathKind, number>>;
    /** Milliseconds of the longest end in order. */
    readonly slowestStop: number;
    /** Ends in order that were none. */
    readonly badStops: number;
  };
  /** Tries without an answer. */
  readonly broken: number;
}>;
