import type { BitcoindBuilder } from './builders/bitcoind.js';
import type { EvmBuilder } from './builders/evm.js';
import type { SolanaBuilder } from './builders/solana.js';
import type { StellarBuilder } from './builders/stellar.js';
import type { TronBuilder } from './builders/tron.js';
import type { XrpLedgerBuilder } from './builders/xrp-ledger.js';

/** Builds transactions for the gateway. `kind` says which: each has a file of its own in `builders`. */
export type Builder = BitcoindBuilder | EvmBuilder | SolanaBuilder | StellarBuilder | TronBuilder | XrpLedgerBuilder;

/** Whether a gateway offers the chain: something of it can be built. */
export function canBuild({ builder, payments }: { readonly builder?: Builder; readonly payments?: unknown }): boolean {
  return builder !== undefined || payments !== undefined;
}
