import type { Effect } from '../../src/core/chain/effect.js';

const unlimited = 2n ** 256n - 1n;

/** Writes every member of an effect but `args` and `data` in one line, addresses by name. */
export function lineOf(effect: Effect, names: Readonly<Record<string, string>> = {}): string {
  const {
    op,
    code,
    from,
    to,
    amount,
    asset,
    tokenId,
    contract,
    method,
    own,
    args: _args,
    data: _data,
    ...rest
  } = effect;
  const named = (text: string) => names[text] ?? text;
  const number = (value: bigint) => (value === unlimited ? 'unlimited' : value.toString());
  const parts = [
    code === undefined ? op : `${op}!${code}`,
    named(from),
    to !== undefined && `> ${named(to)}`,
    amount !== undefined && number(amount),
    asset !== undefined && `of ${named(asset)}`,
    tokenId !== undefined && `#${number(tokenId)}`,
    contract !== undefined && `at ${named(contract)}`,
    method !== undefined && method,
    own === true && 'own',
    ...Object.keys(rest).map((name) => `${name}?`),
  ];
  return parts.filter((part) => part !== false).join(' ');
}
