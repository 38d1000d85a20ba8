import type { ChainId, Network } from '../ids.js';

/** What the journal knows of outputs that are spent. */
export interface OutputView {
  /** Those of the outputs (`txId:index`) that transactions of this store spend, or have reserved. @throws CustosError RECORD_DAMAGED */
  spent(chain: ChainId, network: Network, outputs: readonly string[]): Promise<ReadonlySet<string>>;
}
