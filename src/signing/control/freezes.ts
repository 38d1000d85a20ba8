import { CustosError } from '../../core/errors.js';
import { type Freeze, frozenBy } from '../../core/policy/freeze.js';
import type { SignRequest } from '../../core/signing/signer.js';
import { readFreezeText } from '../../policy/freeze-text.js';

/** Freezes that are kept one by one. With so many, everything is frozen: whoever sends them wants to keep a true one out. */
const MOST = 1_000;

/**
 * The freezes that a signer heard of, from whomever: a false one is a nuisance, and a missing one is the danger. Each holds until
 * its end was verified.
 */
export class KeptFreezes {
  readonly #kept = new Map<string, Freeze>();

  /** The lines of those that hold. */
  get texts(): readonly string[] {
    return [...this.#kept.keys()];
  }

  /** Tags whose wallets are frozen. */
  get tags(): readonly string[] {
    return [...this.#kept.values()].flatMap(({ scope }) => (scope.kind === 'tag' ? [scope.tag] : []));
  }

  /** Whether it would change anything to add these lines. */
  isNew(text: string): boolean {
    return !this.#kept.has(text) && this.#kept.size < MOST;
  }

  has(text: string): boolean {
    return this.#kept.has(text);
  }

  /** @throws CustosError FREEZE_INVALID, CHAIN_UNKNOWN, SIGNATURE_ID_INVALID: not the lines of a freeze */
  add(text: string): void {
    const { freeze } = readFreezeText(text);
    if (this.isNew(text)) this.#kept.set(text, freeze);
  }

  /** Takes one out whose end was verified. */
  remove(text: string): void {
    this.#kept.delete(text);
  }

  /** Refuses what is frozen, but for tags, which only the holder of the keys can read. @throws CustosError FROZEN */
  refuse({ pending, sealed }: Pick<SignRequest, 'pending' | 'sealed'>): void {
    if (this.#kept.size === 0) return;
    const ids = new Set([...pending.keys, ...sealed].map(({ signatureId }) => signatureId));
    const wallets = [...ids].map((id) => ({ id, tags: [] }));
    const isFrozen = frozenBy([...this.#kept.values()], { chain: pending.chain, wallets }) !== undefined;
    if (isFrozen || this.#kept.size >= MOST) throw new CustosError('FROZEN', 'a freeze stops this signature');
  }
}

/**
 * Whoever may open the socket of control is no person, and has no key: who makes a freeze there stays unsaid.
 * @throws CustosError FREEZE_INVALID
 */
export function requireUnnamed(text: string): void {
  const { by, person } = readFreezeText(text).freeze;
  if (by === undefined && person === undefined) return;
  throw new CustosError('FREEZE_INVALID', 'the freeze says who made it, and nobody proves that here');
}

/** @throws CustosError FREEZE_INVALID: the lines are not of a freeze of this store */
export function requireFreezeOf(storeId: string, text: string): void {
  if (readFreezeText(text).store === storeId) return;
  throw new CustosError('FREEZE_INVALID', 'the freeze is of another store');
}
