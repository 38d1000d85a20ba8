import type { Journal } from '../../dist/core/store/journal.js';
import { Payments } from './payments.js';
import { chainId, startWay } from './way.js';

/** Payments of which chain and journal can tell how often each took effect. */
export interface Sent {
  /** Ids of all pending transactions so far, in the order in which they were sent. */
  readonly ids: readonly string[];
  /** @param name - says which, where it fails. @returns the pending transaction's id */
  send(name: string): Promise<string>;
  areCompleted(): Promise<boolean>;
  /** Lets the chain be the judge. */
  expectOnce(): Promise<void>;
}

/** A blockchain node, a cloud and a store, over which a daemon of its own or a part of it is killed. */
export interface Place {
  readonly home: string;
  readonly environment: Readonly<Record<string, string>>;
  /** With which a daemon serves the chain through the node. */
  readonly flags: Readonly<Record<string, unknown>>;
  readonly journal: Journal;
  /** True where other daemons may use the same journal. */
  readonly isShared: boolean;
  readonly payments: Sent;
  close(): Promise<void>;
}

/** @param store - location of the wallet store, when it is to be another than a file in the home */
export async function startEvmPlace(store?: string): Promise<Place> {
  const way = await startWay(store);
  const house = way.house();
  const { journal, shared } = await house.store();
  return {
    home: way.home,
    environment: way.environment,
    flags: { chainId: `ETH=${chainId}`, cloudUrl: way.gatewayUrl, node: `ETH=${way.chain.url}` },
    journal,
    isShared: shared,
    payments: new Payments(way, journal, [await way.wallet('key')]),
    async close() {
      await house.close();
      await way.close();
    },
  };
}
