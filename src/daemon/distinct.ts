import { createHash } from 'node:crypto';
import type { Chain } from '../core/chain/chain.js';
import { CustosError } from '../core/errors.js';
import type { PendingTransaction } from '../core/signing/pending.js';
import type { State } from '../core/store/journal.js';
import type { DaemonParts } from './parts.js';
import type { Claimed } from './settle.js';

/** Forms that are kept in mind. One that is forgotten is still refused when it is recorded. */
const REMEMBERED = 10_000;
/** How often a form is asked for that no other transaction has, and milliseconds between two times. */
const TRIES = 8;
const PAUSE = 250;

/** What is signed, and by whom. */
interface Form {
  readonly from: string;
  readonly completed: string;
}

/** Completed forms that lately became bytes, so that the same form is not judged and signed in vain. */
export class RecentForms {
  readonly #owners = new Map<string, string>();

  /** Id of the transaction whose bytes were made of it. */
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
  return createHash('sha256')
    .update(JSON.stringify([from, completed]))
    .digest('base64');
}

/** @throws CustosError TRANSACTION_DUPLICATE: another transaction that has not failed was made of this form */
export async function refuseKnown(
  { journal }: Pick<DaemonParts, 'journal'>,
  { entry }: Pick<Claimed, 'entry'>,
  { recent, ...form }: Form & { readonly recent: RecentForms },
): Promise<void> {
  const owner = recent.ownerOf(form);
  if (owner === undefined || owner === entry.id) return;
  const other = await journal.get(owner);
  if (other === undefined || !keeping.has(other.state)) return;
  throw new CustosError('TRANSACTION_DUPLICATE', `transaction ${entry.id} has the same bytes as ${owner}`);
}

/** States in which a transaction gives its bytes to no other. */
const keeping: ReadonlySet<State> = new Set(['signed', 'broadcast', 'completed']);

/**
 * Makes a transaction whose bytes no other one has. Where the chain fills in what tells equal contents apart, it is made again
 * until that is another value.
 * @param make - @throws CustosError TRANSACTION_DUPLICATE: another transaction has these bytes
 * @throws CustosError DUPLICATE_DEFERRED: the chain offers nothing else yet; and whatever `make` throws
 */
export async function untilDistinct<T>(
  { clock }: Pick<DaemonParts, 'clock'>,
  { chain, pending }: { readonly chain: Chain; readonly pending: PendingTransaction },
  make: () => Promise<T>,
): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await make();
    } catch (thrown) {
      const isDuplicate = thrown instanceof CustosError && thrown.code === 'TRANSACTION_DUPLICATE';
      if (!isDuplicate || chain.repetition?.(pending) !== 'renewed') throw thrown;
      if (tries >= TRIES) {
        throw new CustosError('DUPLICATE_DEFERRED', `${thrown.message}, and ${chain.id} offers no others yet`, {
          cause: thrown,
        });
      }
      // A chain that can choose has chosen differently when it is asked at once.
      if (tries > 1) await clock.wait(PAUSE);
    }
  }
}
