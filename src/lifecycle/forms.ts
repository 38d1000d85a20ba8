import { hash } from 'node:crypto';
import type { Chain } from '../core/chain/chain.js';
import { CustosError } from '../core/errors.js';
import type { PendingTransaction } from '../core/signing/pending.js';
import { isKept } from '../core/store/journal.js';
import type { Claimed, LifecycleParts } from './parts.js';

/** Number of forms that are remembered. A forgotten one is still refused when it is recorded. */
const REMEMBERED = 10_000;
/** How often a unique form is requested, and milliseconds between two requests. */
const TRIES = 8;
const PAUSE = 250;

/** What is signed, and by whom. */
interface Form {
  readonly from: string;
  readonly completed: string;
}

/** Completed forms that were recently signed, so that the same form is not judged and signed in vain. */
export class RecentForms {
  readonly #owners = new Map<string, string>();

  /** Id of the transaction that has the bytes of this form. */
  ownerOf(form: Form): string | undefined {
    return this.#owners.get(digestOf(form));
  }

  add(form: Form, owner: string): void {
    this.#owners.set(digestOf(form), owner);
    if (this.#owners.size <= REMEMBERED) return;
    const [oldest] = this.#owners.keys();
    if (oldest !== undefined) this.#owners.delete(oldest);
  }
}

function digestOf({ from, completed }: Form): string {
  return hash('sha256', JSON.stringify([from, completed]), 'base64');
}

/** @throws CustosError TRANSACTION_DUPLICATE: another transaction that has not failed was made of this form */
export async function refuseKnown(
  { journal }: Pick<LifecycleParts, 'journal'>,
  { entry }: Pick<Claimed, 'entry'>,
  { forms, ...form }: Form & { readonly forms: RecentForms },
): Promise<void> {
  const owner = forms.ownerOf(form);
  if (owner === undefined || owner === entry.id) return;
  const other = await journal.get(owner);
  if (other === undefined || !isKept(other.state)) return;
  throw new CustosError('TRANSACTION_DUPLICATE', `transaction ${entry.id} has the same bytes as ${owner}`);
}

/**
 * Waits until a transaction can be made differently because another one has its bytes. The chain fills in what distinguishes
 * equal contents.
 * @param failed - why it could not be made, and how often it has been tried
 * @throws CustosError DUPLICATE_DEFERRED: the chain offers nothing else yet; and the error itself if the chain never offers another form
 */
export async function awaitOtherForm(
  { clock }: Pick<LifecycleParts, 'clock'>,
  { chain, pending }: { readonly chain: Chain; readonly pending: PendingTransaction },
  { thrown, tries }: { readonly thrown: unknown; readonly tries: number },
): Promise<void> {
  const isDuplicate = thrown instanceof CustosError && thrown.code === 'TRANSACTION_DUPLICATE';
  if (!isDuplicate || chain.codec.repetition?.(pending) !== 'renewed') throw thrown;
  if (tries >= TRIES) {
    throw new CustosError('DUPLICATE_DEFERRED', `${thrown.message}, and ${chain.id} offers no others yet`, {
      cause: thrown,
    });
  }
  // A chain that can choose gives another form even without a pause.
  if (tries > 1) await clock.wait(PAUSE);
}
