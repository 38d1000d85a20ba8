import { CustosError } from '../../core/errors.js';
import { invalid } from './text.js';

/** The most mistakes that one message lists. */
const LISTED = 20;

/** Mistakes of a policy, kept until everything is read, so that a person learns of all of them at once. */
export interface Mistakes {
  if(isMistake: boolean, at: string, what: string): void;
  /** What is read of those items that have no mistake. */
  each<T, R>(items: readonly T[], read: (item: T, place: number) => R): readonly R[];
  /** @throws CustosError POLICY_INVALID: there were some; `details.problems` lists them */
  end(): void;
}

export function createMistakes(): Mistakes {
  const found: CustosError[] = [];
  return {
    if(isMistake, at, what) {
      if (isMistake) found.push(invalid(at, what));
    },
    each: (items, read) =>
      items.flatMap((item, place) => {
        try {
          return [read(item, place)];
        } catch (error) {
          if (!(error instanceof CustosError) || error.code !== 'POLICY_INVALID') throw error;
          found.push(error);
          return [];
        }
      }),
    end() {
      const [first] = found;
      if (first === undefined) return;
      if (found.length === 1) throw first;
      const problems = found.map(({ message }) => message);
      throw new CustosError('POLICY_INVALID', listed(problems), { details: { problems } });
    },
  };
}

/** Mistakes in one message: the first twenty, and how many more there are. */
export function listed(problems: readonly string[]): string {
  const more = problems.length > LISTED ? [`and ${problems.length - LISTED} more`] : [];
  return [...problems.slice(0, LISTED), ...more].join('; ');
}
