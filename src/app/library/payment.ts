import { z } from 'zod';
import type { ChainRegistry } from '../../core/chain/chain.js';
import type { PaymentRequest } from '../../core/chain/payment.js';
import { CustosError } from '../../core/errors.js';
import { type Network, parseIndex, parseSignatureId } from '../../core/ids.js';
import type { Nodes } from '../../core/network/cloud.js';
import { type PendingTransaction, parsePending, parsePendingId } from '../../core/signing/pending.js';
import type { SigningRules } from '../../core/signing/signing-rules.js';
import type { Vault } from '../../core/signing/vault.js';
import type { KeyRef } from '../../core/signing/wallet.js';
import type { Store } from '../../core/store/store.js';
import { tryPayment } from '../transactions/build.js';
import { getSealed } from '../wallets/find.js';
import { readArgument, text } from './argument.js';

/** A payment of coins or tokens, in one form for all chains (docs/payments.md). */
export interface Payment {
  /** As of a transaction: one id is paid once. */
  readonly id: string;
  /** Ticker of the chain, e.g. `ETH`. */
  readonly chain: string;
  /** The wallet that pays; `index` for one with a mnemonic. */
  readonly from: { readonly signatureId: string; readonly index?: number; readonly account?: string };
  readonly to: string;
  /** Whole coins or tokens as a decimal text. */
  readonly amount: string;
  readonly token?: string;
  /** Decimals of the token, where the chain does not fix them. */
  readonly decimals?: number;
  readonly memo?: string;
  readonly tag?: string;
  /** Highest allowed fee, in whole units of the asset that pays fees. */
  readonly maxFee?: string;
}

const schema = z.strictObject({
  id: text,
  chain: text,
  from: z.strictObject({ signatureId: text, index: z.number().exactOptional(), account: text.exactOptional() }),
  to: text,
  amount: text,
  token: text.exactOptional(),
  decimals: z.int().min(0).max(255).exactOptional(),
  memo: text.exactOptional(),
  tag: text.exactOptional(),
  maxFee: text.exactOptional(),
});

/** What a payment is built with. */
export interface PaymentParts {
  readonly chains: ChainRegistry;
  readonly network: Network;
  readonly nodes: Nodes;
  readonly rules: SigningRules;
  readonly vault: Pick<Vault, 'identify'>;
  readonly store: Pick<Store, 'journal' | 'wallets'>;
  now(): number;
}

/** @throws CustosError ARGUMENT_INVALID, CHAIN_UNKNOWN */
export function readPayment(value: unknown): Payment {
  return readArgument(schema, value, 'pay') as Payment;
}

/**
 * Builds the transaction of a payment. A payment that the journal has is not built again: its transaction is already there.
 * @throws CustosError PENDING_CHANGED: another payment or transaction has the id; and as `buildPayment`
 */
export async function pendingOf(payment: Payment, parts: PaymentParts): Promise<PendingTransaction> {
  const { chains, network, nodes, rules, store, now } = parts;
  const id = parsePendingId(payment.id);
  const content = JSON.stringify(payment, Object.keys(schema.shape).concat('signatureId', 'index', 'account').sort());
  const known = await store.journal.get(id);
  if (known !== undefined) {
    if (known.pending.received['payment'] === content) return known.pending;
    throw new CustosError('PENDING_CHANGED', `another payment or transaction has the id ${id}`, { details: { id } });
  }
  const chain = chains.get(payment.chain);
  const key = keyOf(payment);
  const sealed = await getSealed(async () => store, key.signatureId);
  const { address, publicKey } = parts.vault.identify(sealed, key);
  const { account } = payment.from;
  const from = { address, ...(publicKey && { publicKey }), ...(account !== undefined && { account }) };
  const spent = (outputs: readonly string[]) => store.journal.spent(chain.id, network, outputs);
  const place = { chain, network, node: nodes.client(chain), rules, now, spent };
  const { unsigned, feeLimit } = await tryPayment(requestOf(payment, from), place);
  const signatures = [{ id: key.signatureId, ...(key.index !== undefined && { index: key.index }) }];
  const form = { id, chain: chain.id, signatures, serializedTransaction: unsigned, payment: content, feeLimit };
  return parsePending(form, chain.id, network);
}

function keyOf({ from: { signatureId, index } }: Payment): KeyRef {
  return { signatureId: parseSignatureId(signatureId), ...(index !== undefined && { index: parseIndex(index) }) };
}

function requestOf(payment: Payment, from: PaymentRequest['from']): PaymentRequest {
  const { id: _id, chain: _chain, from: _from, ...request } = payment;
  return { ...request, from };
}
