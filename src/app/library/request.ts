import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { ChainRegistry } from '../../core/chain/chain.js';
import { defaultTenant, type Network } from '../../core/ids.js';
import { newRequestId } from '../../core/network/request-id.js';
import { type AcceptRequest, type Delivery, deliveries } from '../../core/store/intake-facts.js';
import { readArgument } from './argument.js';
import { keysSchema, readTransaction, type Transaction } from './transaction.js';

/** A transaction that Custos takes over. It gets an id of its own. */
export interface Request extends Omit<Transaction, 'id'> {
  /** 1 to 255 characters that the program chooses for this one request: under the same key it is signed once. */
  readonly idempotencyKey: string;
  /** The program's own name for it, such as `payout-4711`; at most 255 characters. */
  readonly reference?: string;
  /** `return`: the signed bytes come back (`signed`), and Custos sends nothing. Default: `broadcast`. */
  readonly delivery?: Delivery;
  /** Milliseconds within which it must be signed; it is cancelled otherwise. */
  readonly expiresIn?: number;
}

const short = z.string().min(1).max(255);
const schema = z.strictObject({
  chain: short,
  keys: keysSchema,
  unsigned: z.string(),
  idempotencyKey: short,
  reference: short.exactOptional(),
  delivery: z.enum(deliveries).exactOptional(),
  expiresIn: z.int().min(1).max(31_536_000_000).exactOptional(),
});

/**
 * Reads a request of the embedding program.
 * @throws CustosError ARGUMENT_INVALID, CHAIN_UNKNOWN, PENDING_INVALID, SIGNATURE_ID_INVALID, INDEX_INVALID, TRANSACTION_TOO_LARGE
 */
export function readRequest(
  value: unknown,
  { chains, network, now }: { readonly chains: ChainRegistry; readonly network: Network; readonly now: number },
): AcceptRequest {
  const read = readArgument(schema, value, 'accept');
  const { idempotencyKey: key, reference, delivery = 'broadcast', expiresIn, chain, keys, unsigned } = read;
  const transaction = { id: newRequestId(now), chain, keys, unsigned };
  const pending = readTransaction(transaction, { chains, network, what: 'accept' });
  const content = [network, pending.chain, pending.keys, unsigned, delivery, reference ?? null, expiresIn ?? null];
  return {
    tenant: defaultTenant,
    source: 'library',
    kind: 'transaction',
    delivery,
    pending,
    idempotency: { key, digest: createHash('sha256').update(JSON.stringify(content)).digest('hex') },
    ...(reference !== undefined && { reference }),
    ...(expiresIn !== undefined && { expiresAt: now + expiresIn }),
  };
}
