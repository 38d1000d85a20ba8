import type { AlgorandBuilder } from './builders/algorand.js';
import type { BitcoindBuilder } from './builders/bitcoind.js';
import type { CardanoBuilder } from './builders/cardano.js';
import type { EvmBuilder } from './builders/evm.js';
import type { FlowBuilder } from './builders/flow.js';
import type { MultiversxBuilder } from './builders/multiversx.js';
import type { SolanaBuilder } from './builders/solana.js';
import type { StellarBuilder } from './builders/stellar.js';
import type { TronBuilder } from './builders/tron.js';
import type { VechainBuilder } from './builders/vechain.js';
import type { XrpLedgerBuilder } from './builders/xrp-ledger.js';

/** Builds transactions for the gateway. `kind` says which: each has a file of its own in `builders`. */
export type Builder =
  | AlgorandBuilder
  | BitcoindBuilder
  | CardanoBuilder
  | EvmBuilder
  | FlowBuilder
  | MultiversxBuilder
  | SolanaBuilder
  | StellarBuilder
  | TronBuilder
  | VechainBuilder
  | XrpLedgerBuilder;

/** Whether a gateway offers the chain: something of it can be built. */
export function canBuild({ builder, payments }: { readonly builder?: Builder; readonly payments?: unknown }): boolean {
  return builder !== undefined || payments !== undefined;
}
