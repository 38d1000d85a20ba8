import { CustosClientError } from './errors.js';

/**
 * A number that an application gives. What is none, such as the `NaN` of a setting that is missing, would make a loop without an end.
 * @throws CustosClientError CLIENT_OPTIONS
 */
export function requireNumber(name: string, value: unknown, least: number): number {
  if (typeof value === 'number' && value >= least) return value;
  throw new CustosClientError('CLIENT_OPTIONS', `\`${name}\` is not a number from ${least} up`);
}
