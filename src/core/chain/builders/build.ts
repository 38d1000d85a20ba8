import type { Network } from '../../ids.js';
import type { KeyRef } from '../../signing/wallet.js';
import type { NodeClient } from '../node.js';
import type { AssetAmount } from '../summary.js';

/** What a chain may ask while it builds a transaction for the gateway. */
export interface BuildContext {
  readonly network: Network;
  readonly node: NodeClient;
  /** Those of the outputs (`txId:index`) that other pending transactions spend. */
  spent(outputs: readonly string[]): Promise<ReadonlySet<string>>;
}

/** A transaction without signatures, with the keys that sign it. */
export interface BuiltTransaction {
  readonly serialized: string;
  /** In signing order; keys without an index come first. */
  readonly keys: readonly KeyRef[];
  /** The highest possible fee, if it is already known. */
  readonly fee?: AssetAmount;
  /** Outputs (`txId:index`) that it spends, on a chain of unspent outputs. */
  readonly spends?: readonly string[];
}

/** What a chain may ask whose transactions hold a number of their account. */
export interface QueueContext extends BuildContext {
  /** Milliseconds. */
  now(): number;
  /**
   * Gives the first number of an account from `latest` upwards that no other queued transaction has, and keeps it for the one
   * that is being built.
   * @param latest - the next number as the node counts
   */
  nextNumber(account: string, latest: bigint): Promise<bigint>;
}
