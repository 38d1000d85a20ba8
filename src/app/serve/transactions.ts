import type { Preview, Submission, TransactionsService, Trial } from '../../api/parts.js';
import { keysOf, type TransactionForm } from '../../api/transaction-forms.js';
import type { Chain } from '../../core/chain/chain.js';
import type { ParseContext, SignerFacts } from '../../core/chain/codec.js';
import type { PaymentRequest } from '../../core/chain/payment.js';
import { asCustosError, CustosError, isWorthWaiting } from '../../core/errors.js';
import type { Network, TenantId } from '../../core/ids.js';
import type { Intake, ReadWallets } from '../../core/network/intake.js';
import { newRequestId } from '../../core/network/request-id.js';
import { oneByOne } from '../../core/one-by-one.js';
import { type FeeLimit, type PendingTransaction, parsePending } from '../../core/signing/pending.js';
import { rulesOf } from '../../core/signing/signing-rules.js';
import type { AcceptRequest } from '../../core/store/intake-facts.js';
import type { Accepted, JournalEntry } from '../../core/store/journal.js';
import { checkField } from '../../http/problems.js';
import type { LifecycleParts } from '../../lifecycle/parts.js';
import { buildPayment } from '../../signing/build-payment.js';
import { checkLimits } from '../../signing/limits.js';
import { parseContext } from '../../signing/sign.js';
import { cancelTransaction } from '../transactions/cancel.js';
import { retryTransaction } from '../transactions/retry.js';
import { knownBefore } from './known.js';
import type { OwnerLimits } from './owner-limits.js';
import { developmentChainIds, type IdentifyParts, type Reading, readFor, readSigners, refOf } from './signers.js';

type Lifecycle = IdentifyParts & Pick<LifecycleParts, 'chains' | 'journal' | 'nodes' | 'rules' | 'clock'>;

export interface TransactionsParts {
  readonly network: Network;
  readonly lifecycle: Lifecycle;
  readonly intake: Intake;
  readonly limits: OwnerLimits;
}

/** Who asks, and when it ends. */
interface Asked {
  readonly tenant: TenantId;
  readonly expiresAt: number | undefined;
  /** The wallets that sign, where somebody began to read them. */
  readonly reading?: Reading | undefined;
}

/** A request in the form that the journal keeps. */
interface Prepared extends Pick<AcceptRequest, 'pending' | 'spends'> {
  readonly trial: Trial;
  /** The wallets that sign. */
  readonly read: ReadWallets;
}

/** Times that a payment is built again because another process took its outputs meanwhile. */
const MOST_TRIES = 5;

/** Turns what applications ask for into rows of the journal. */
export class Transactions implements TransactionsService {
  readonly #parts: TransactionsParts;
  /** Payments from outputs are built one after another: each sees what the one before took, and a node searches for one at a time. */
  readonly #oneByOne = oneByOne();

  constructor(parts: TransactionsParts) {
    this.#parts = parts;
  }

  async submit(submission: Submission): Promise<Accepted> {
    const { form } = submission;
    // A repeated request is not built again: the node may say something else by now.
    let reading: Reading | undefined;
    const known = await knownBefore(submission, this.#parts.intake, () => {
      reading = readFor(submission, this.#parts.lifecycle, refsOf(form));
    });
    if (known !== undefined) return known;
    return this.#isFromOutputs(form)
      ? this.#oneByOne(form.chain, () => this.#acceptDistinct(submission))
      : this.#accept(submission, reading);
  }

  #isFromOutputs(form: TransactionForm): boolean {
    return form.kind === 'transfer' && this.#chain(form).payments?.fromOutputs === true;
  }

  /** Accepts a payment with outputs that no other one has. */
  async #acceptDistinct(submission: Submission): Promise<Accepted> {
    const { tenant, idempotency } = submission;
    for (let tries = 1; ; tries++) {
      // The same request may have been the one before in the line.
      const known = idempotency && (await this.#parts.intake.repeated(tenant, idempotency));
      if (known !== undefined) return known;
      try {
        return await this.#accept(submission);
      } catch (error) {
        const { code } = asCustosError(error);
        if ((code !== 'OUTPUT_RESERVED' && code !== 'OUTPUT_SPENT') || tries === MOST_TRIES) throw error;
      }
    }
  }

  async #accept(
    { tenant, initiator, userTag, form, idempotency, source = 'api' }: Submission,
    reading?: Reading,
  ): Promise<Accepted> {
    const { intake, lifecycle } = this.#parts;
    const expiresAt = expiryOf(form, lifecycle.clock.now());
    const { pending, spends, read } = await this.#prepare(form, { tenant, expiresAt, reading });
    const { reference, delivery = 'broadcast' } = form;
    const request: AcceptRequest = {
      ...{ tenant, initiator, delivery, pending, source },
      ...(idempotency && { idempotency }),
      kind: 'transaction',
      ...(spends !== undefined && { spends }),
      ...(reference !== undefined && { reference }),
      ...(userTag !== undefined && { userTag }),
      ...(expiresAt !== undefined && { expiresAt }),
    };
    return intake.accept(request, read);
  }

  async preview(form: TransactionForm, tenant: TenantId): Promise<Preview> {
    const expiresAt = expiryOf(form, this.#parts.lifecycle.clock.now());
    const tried = () => this.#tried(form, { tenant, expiresAt });
    const { trial, pending } = await (this.#isFromOutputs(form) ? this.#oneByOne(form.chain, tried) : tried());
    const found = { ...trial, pending: { ...pending, tenant } };
    return { ...found, ownerLimits: await this.#parts.limits(found) };
  }

  async cancel(id: string): Promise<JournalEntry> {
    const { journal, chains, nodes, rules } = this.#parts.lifecycle;
    const parts = { journal, chains, nodes: () => nodes, developmentChainIds: developmentChainIds(chains, rules) };
    return (await cancelTransaction(parts, id)).entry;
  }

  retry(id: string): Promise<JournalEntry> {
    const { journal, chains } = this.#parts.lifecycle;
    return retryTransaction({ journal, chains }, id);
  }

  /** What cannot be tried now, because a node does not answer, is accepted if it needs no node to be written down. */
  async #prepare(form: TransactionForm, asked: Asked): Promise<Omit<Prepared, 'trial' | 'read'> & Partial<Prepared>> {
    try {
      return await this.#tried(form, asked);
    } catch (error) {
      if (form.kind === 'transfer' || !isWorthWaiting(error)) throw error;
      return { pending: this.#pendingOf(form, unsignedOf(form, this.#chain(form), this.#parts.network)) };
    }
  }

  async #tried(form: TransactionForm, { tenant, expiresAt, reading }: Asked): Promise<Prepared> {
    const chain = this.#chain(form);
    const { lifecycle, network } = this.#parts;
    const pending = { chain: chain.id, network, keys: refsOf(form), tenant };
    const { signers, read } = await readSigners(lifecycle, chain, { pending, reading });
    if (form.kind === 'transfer') return { ...(await this.#payment(form, { chain, signers, expiresAt })), read };
    const whole = this.#pendingOf(form, unsignedOf(form, chain, network));
    return { pending: whole, read, trial: await this.#trial(whole, chain, signers) };
  }

  async #payment(
    form: TransactionForm & { kind: 'transfer' },
    { chain, signers, expiresAt }: { chain: Chain; signers: readonly SignerFacts[]; expiresAt: number | undefined },
  ): Promise<Omit<Prepared, 'read'>> {
    const { lifecycle, network } = this.#parts;
    const rules = rulesOf(lifecycle.rules, chain.id);
    const { from } = parseContext({ chain: chain.id, network, keys: [] }, { rules, signers });
    const built = await buildPayment(paymentOf(form, from, signers[0]), {
      ...{ chain, network, rules },
      node: lifecycle.nodes.client(chain),
      now: () => lifecycle.clock.now(),
      nextNonce: async (latest, waiting) => waiting ?? latest,
      spent: (outputs) => lifecycle.journal.spent(chain.id, network, outputs),
      keys: refsOf(form),
      ...(rules.developmentChainId !== undefined && { developmentChainId: rules.developmentChainId }),
      ...(expiresAt !== undefined && { expiresAt }),
    });
    const { unsigned, feeLimit, spends } = built;
    return {
      pending: this.#pendingOf(form, unsigned, feeLimit),
      trial: built,
      ...(spends !== undefined && { spends }),
    };
  }

  async #trial(pending: PendingTransaction, chain: Chain, signers: readonly SignerFacts[]): Promise<Trial> {
    const { lifecycle, network } = this.#parts;
    const rules = rulesOf(lifecycle.rules, chain.id);
    const context: ParseContext = parseContext(pending, { rules, signers });
    const completed = await chain.node.complete(pending, {
      ...context,
      node: lifecycle.nodes.client(chain),
      allowUnproved: rules.allowedHazards.has('unproved-amount'),
      nextNonce: async (latest, waiting) => waiting ?? latest,
    });
    const { summary } = chain.codec.parse(completed, context);
    checkLimits(summary, { chain, network, rules });
    return { summary, completed };
  }

  /** @throws CustosError CHAIN_UNKNOWN, NOT_OFFERED: no node of it is named */
  #chain(form: TransactionForm): Chain {
    const { chains, nodes } = this.#parts.lifecycle;
    const chain = checkField('body/chain', () => chains.get(form.chain));
    try {
      nodes.client(chain);
      return chain;
    } catch (cause) {
      throw new CustosError('NOT_OFFERED', `no node of ${chain.id} is named`, { cause });
    }
  }

  #pendingOf(form: TransactionForm, unsigned: string, feeLimit?: FeeLimit): PendingTransaction {
    const { lifecycle, network } = this.#parts;
    const id = newRequestId(lifecycle.clock.now());
    const signatures = refsOf(form).map(({ signatureId, index }) => ({
      id: signatureId,
      ...(index !== undefined && { index }),
    }));
    const received = {
      id,
      chain: form.chain,
      signatures,
      serializedTransaction: unsigned,
      ...(feeLimit && { feeLimit }),
    };
    return parsePending(received, form.chain, network);
  }
}

function refsOf(form: TransactionForm): PendingTransaction['keys'] {
  return keysOf(form).map(refOf);
}

function expiryOf({ expiresIn }: TransactionForm, now: number): number | undefined {
  return expiresIn === undefined ? undefined : now + expiresIn * 1000;
}

function paymentOf(
  { to, amount, token, decimals, memo, tag, maxFee }: TransactionForm & { kind: 'transfer' },
  address: string,
  signer: SignerFacts | undefined,
): PaymentRequest {
  const { publicKey } = signer ?? {};
  return {
    from: { address, ...(publicKey !== undefined && { publicKey }) },
    ...{ to, amount },
    ...(token !== undefined && { token }),
    ...(decimals !== undefined && { decimals }),
    ...(memo !== undefined && { memo }),
    ...(tag !== undefined && { tag }),
    ...(maxFee !== undefined && { maxFee }),
  };
}

/** @throws CustosError NOT_OFFERED, AMOUNT_INVALID, ADDRESS_INVALID */
function unsignedOf(
  form: TransactionForm & { kind: 'call' | 'deploy' | 'raw' },
  chain: Chain,
  network: Network,
): string {
  if (form.kind === 'raw') return form.unsigned;
  const { builder } = chain;
  if (builder?.kind !== 'evm')
    throw new CustosError('NOT_OFFERED', `${chain.id} has no calls of contracts in this form`);
  const { data, value = '0' } = form;
  const units = checkField('body/value', () => unitsOf(value, chain.decimals));
  if (form.kind === 'deploy') return builder.transfer({ data, value: units }, network);
  return checkField('body/to', () => builder.transfer({ to: form.to, data, value: units }, network));
}

/** @throws CustosError AMOUNT_INVALID: more decimals than the coin has */
function unitsOf(text: string, decimals: number): bigint {
  const [whole = '', fraction = ''] = text.split('.');
  if (fraction.length > decimals) throw new CustosError('AMOUNT_INVALID', `the coin has ${decimals} decimals`);
  return BigInt(whole + fraction.padEnd(decimals, '0'));
}
