import { CustosError } from '../../core/errors.js';

/** How many attempts there may be at once, and after how many milliseconds there is one more. */
interface Allowance {
  readonly most: number;
  readonly each: number;
}

type Allowances = Readonly<Record<'user' | 'address', Allowance>>;

/** Of one user, and from one address, which is that of the application's server. */
export const usualAllowances: Allowances = {
  user: { most: 5, each: 30_000 },
  address: { most: 100, each: 500 },
};

/** Users and addresses that are remembered. */
const MOST = 20_000;

interface Left {
  count: number;
  at: number;
}

/** Counts attempts to log in, so that none can guess. What succeeds does not count. */
export class Attempts {
  readonly #left = new Map<string, Left>();
  readonly #ticks: () => number;
  readonly #allowances: Allowances;

  /** @param ticks - milliseconds of a clock that only grows */
  constructor(ticks: () => number = () => performance.now(), allowances: Allowances = usualAllowances) {
    this.#ticks = ticks;
    this.#allowances = allowances;
  }

  /**
   * Takes an attempt before it is known how it ends, so that many at once are no more than allowed.
   * @returns gives it back, for one that succeeded
   * @throws CustosError RATE_LIMITED
   */
  take(user: string, address: string | undefined): () => void {
    const places = [this.#find('user', user), this.#find('address', address ?? '')];
    const wait = Math.max(...places.map(({ left, each }) => (left.count >= 1 ? 0 : (1 - left.count) * each)));
    if (wait > 0) {
      const details = { retryAfter: Math.ceil(wait / 1000) };
      throw new CustosError('RATE_LIMITED', 'too many attempts to log in', { details });
    }
    for (const { left } of places) left.count -= 1;
    return () => {
      for (const { left } of places) left.count += 1;
    };
  }

  #find(kind: keyof Allowances, name: string): { readonly left: Left; readonly each: number } {
    const key = `${kind} ${name}`;
    const { most, each } = this.#allowances[kind];
    const now = this.#ticks();
    const { count, at } = this.#left.get(key) ?? { count: most, at: now };
    const left = { count: Math.min(most, count + (now - at) / each), at: now };
    this.#left.delete(key);
    this.#left.set(key, left);
    const [oldest] = this.#left.keys();
    if (this.#left.size > MOST && oldest !== undefined) this.#left.delete(oldest);
    return { left, each };
  }
}
