import { signingAddresses } from '../../core/chain/signed-by.js';
import { CustosError } from '../../core/errors.js';
import type { Judgement } from '../../core/policy/judgement.js';
import type { AccountQuestion, ControlDocuments, ControlEdges, SpentApproval } from '../../core/signing/control.js';
import type { Decreed, DecreeRequest } from '../../core/signing/decree.js';
import type { BudgetWindow } from '../../core/store/budgets.js';
import { chargesOf, judgeBeforeReserving, judgeWithBudgets } from '../../policy/judging/judge-with-budgets.js';
import { isAccountable } from './account-question.js';
import type { ControlUpdate } from './book.js';
import { type Admission, claimOf } from './claim.js';
import { type DecreeSeal, decree } from './decrees.js';
import { type ControlOpener, compiler, type OpenedControl, openDocuments, policyInForce } from './documents.js';
import { approvalsFor, spentBy } from './given.js';

/** Asks whoever accounts about one signature. @throws CustosError BUDGET_EXCEEDED, APPROVAL_SPENT */
export type Account = (question: AccountQuestion) => Promise<readonly bigint[]>;

/** Judges in the process that has the keys, between decoding and opening a secret. */
export class Gate {
  readonly #opener: ControlOpener | undefined;
  readonly #now: () => number;
  readonly #compiled = compiler();
  #control: OpenedControl | undefined;
  #clock = 0;
  #frozenTags: ReadonlySet<string> = new Set();
  /** Set while documents do not open: then nothing is signed. */
  #fault: CustosError | undefined;

  constructor(opener: ControlOpener | undefined, now: () => number) {
    this.#opener = opener;
    this.#now = now;
  }

  /** Opens documents and says what they are, and changes nothing. @throws CustosError RECORD_DAMAGED, CONTROL_OLD */
  examine(documents: ControlDocuments): ControlEdges {
    const { policies, edges } = openDocuments(documents, this.#required());
    policyInForce(policies, this.#time());
    return edges;
  }

  /** Does what persons decided, by the clock of this process. @throws CustosError as `decree` */
  decree(request: DecreeRequest, seal: DecreeSeal | undefined): Decreed {
    if (seal === undefined) throw new CustosError('INTERNAL', 'this signer seals nothing');
    return decree(request, { opener: this.#required(), seal, now: this.#time() });
  }

  /** Judges by these documents from now on. */
  apply({ documents, clock, frozenTags = [] }: ControlUpdate): void {
    this.#clock = Math.max(this.#clock, clock);
    this.#frozenTags = new Set(frozenTags);
    try {
      this.#control = openDocuments(documents, this.#required());
      this.#fault = undefined;
    } catch (error) {
      this.#fault = error instanceof CustosError ? error : new CustosError('INTERNAL', 'documents did not open');
    }
  }

  /**
   * Judges a transaction.
   * @returns undefined where nothing governs it; else a promise that is kept if it is allowed and everything that it takes is reserved
   * @throws CustosError FROZEN; also by the promise: POLICY_DENIED, POLICY_HELD, BUDGET_EXCEEDED, APPROVAL_SPENT, CONTROL_OLD
   */
  admit(admission: Admission, account: Account): Promise<void> | undefined {
    if (this.#fault !== undefined) throw this.#fault;
    this.refuseFrozen(admission);
    if (this.#control === undefined) return undefined;
    const now = this.#time();
    const published = policyInForce(this.#control.policies, now);
    return published && this.#judge(admission, { account, now, published, control: this.#control });
  }

  /** Only here tags are what the holder of the root key set. Asked again before a secret is opened. @throws CustosError FROZEN */
  refuseFrozen({ wallets }: Pick<Admission, 'wallets'>): void {
    if (this.#frozenTags.size === 0) return;
    const isFrozen = wallets.some(({ tags = [] }) => tags.some((tag) => this.#frozenTags.has(tag)));
    if (isFrozen) throw new CustosError('FROZEN', 'a freeze stops a tag of the wallet');
  }

  async #judge({ request, chain, network, unsigned, signers, wallets }: Admission, by: Judging): Promise<void> {
    const { now, published, control } = by;
    const account = withinBounds(by.account);
    const { effects, summary } = unsigned;
    const claim = claimOf({ request, chain, network, unsigned, signers });
    const { storeId } = this.#required();
    const given = approvalsFor({ request, storeId, chain, network, effects, policy: published.policy, control, now });
    const addresses = signingAddresses(unsigned, signers);
    const facts = {
      chain: chain.id,
      network,
      coin: chain.coin,
      wallets,
      signers: addresses,
      isOwn: (address: string) => addresses.includes(address),
      effects,
      now,
      ...(summary.feeRate !== undefined && { feeRate: summary.feeRate }),
      ...given.facts,
    };
    const compiled = this.#compiled(published);
    const used = (wanted: readonly BudgetWindow[]) => account({ kind: 'used', claim, wanted });
    const reserve = async (look: typeof judgeWithBudgets) => {
      const judgement = await look(compiled, facts, used);
      requireAllowed(judgement);
      const charges = chargesOf(judgement);
      const approvals: readonly SpentApproval[] = spentBy(judgement, published.policy, given.approvals);
      if (charges.length > 0 || approvals.length > 0) await account({ kind: 'reserve', claim, approvals, charges });
    };
    // Most fit, and then one question does.
    await reserve(judgeBeforeReserving).catch((error: unknown) => {
      if (error instanceof CustosError && error.code === 'BUDGET_EXCEEDED') return reserve(judgeWithBudgets);
      throw error;
    });
  }

  #required(): ControlOpener {
    if (this.#opener === undefined) throw new CustosError('INTERNAL', 'this signer opens no documents of control');
    return this.#opener;
  }

  /** Never goes back, so that nothing is in force again that was not, and nothing expired counts again. */
  #time(): number {
    this.#clock = Math.max(this.#clock, this.#now());
    return this.#clock;
  }
}

/** A policy may count thousands of destinations of one transaction: that must end the transaction, and not the signer. */
function withinBounds(account: Account): Account {
  return async (question) => {
    if (isAccountable(question)) return account(question);
    throw new CustosError('POLICY_DENIED', 'the policy counts more of the transaction than can be accounted for');
  };
}

interface Judging {
  readonly account: Account;
  readonly now: number;
  readonly published: ReturnType<typeof policyInForce> & {};
  readonly control: OpenedControl;
}

/** Only a code leaves the signer; the front has judged by the same rules and can say why. */
function requireAllowed(judgement: Judgement): void {
  if (judgement.verdict === 'allow') return;
  const code = judgement.verdict === 'hold' ? 'POLICY_HELD' : 'POLICY_DENIED';
  throw new CustosError(code, judgement.reasons.join('; '));
}
