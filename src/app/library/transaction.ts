import { z } from 'zod';
import type { ChainRegistry } from '../../core/chain/chain.js';
import type { Network } from '../../core/ids.js';
import { type PendingTransaction, parsePending } from '../../core/signing/pending.js';
import { readArgument, text } from './argument.js';

/** A transaction to sign and send. */
export interface Transaction {
  /**
   * The program's own id for it: 1 to 64 letters, digits, `-` or `_`. One id is signed once: the same transaction under a known
   * id is the known one; a different one is refused.
   */
  readonly id: string;
  /** Ticker of the chain, e.g. `ETH`. */
  readonly chain: string;
  /** The keys that sign, the sender's first; `index` for wallets with a mnemonic. */
  readonly keys: readonly { readonly signatureId: string; readonly index?: number }[];
  /** The unsigned transaction in the form that docs/chains.md names for the chain; JSON for the Ethereum family. */
  readonly unsigned: string;
}

/** The keys that sign. */
export const keysSchema = z.array(z.strictObject({ signatureId: text, index: z.number().exactOptional() })).min(1);

const schema = z.strictObject({
  id: text,
  chain: text,
  keys: keysSchema,
  unsigned: z.string(),
});

/**
 * Reads a transaction of the embedding program.
 * @throws CustosError ARGUMENT_INVALID, CHAIN_UNKNOWN, PENDING_INVALID, SIGNATURE_ID_INVALID, INDEX_INVALID, TRANSACTION_TOO_LARGE
 */
export function readTransaction(
  value: unknown,
  { chains, network, what }: { readonly chains: ChainRegistry; readonly network: Network; readonly what: string },
): PendingTransaction {
  const { id, chain: name, keys, unsigned } = readArgument(schema, value, what);
  const chain = chains.get(name).id;
  const signatures = keys.map(({ signatureId, index }) => ({ id: signatureId, ...(index !== undefined && { index }) }));
  // The journal keeps it in the form that clouds use.
  return parsePending({ id, chain, signatures, serializedTransaction: unsigned }, chain, network);
}
