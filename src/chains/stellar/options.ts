import type { Effect } from '../../core/chain/effect.js';
import { quote } from '../../core/ids.js';
import type { Form, Part } from './form.js';
import { readAccount, readSigner, readText } from './parts.js';
import type { XdrReader } from './xdr.js';

/** Numbers in the order of the bytes, with the words for them. */
const numbers: readonly (readonly [field: string, words: string, part: Pick<Part, 'op' | 'code'>])[] = [
  ['clearFlags', 'clears flags', { op: 'issuer', code: 'issuer-settings' }],
  ['setFlags', 'sets flags', { op: 'issuer', code: 'issuer-settings' }],
  ['masterWeight', 'master weight', { op: 'account', code: 'account-control' }],
  ['lowThreshold', 'low threshold', { op: 'account', code: 'account-control' }],
  ['medThreshold', 'medium threshold', { op: 'account', code: 'account-control' }],
  ['highThreshold', 'high threshold', { op: 'account', code: 'account-control' }],
];

const words: Readonly<Record<string, (value: string) => string>> = {
  inflationDest: () => 'inflation destination',
  ...Object.fromEntries(numbers.map(([field, told]) => [field, (value: string) => `${told} ${value}`])),
  homeDomain: (value) => `home domain ${quote(value)}`,
  signerWeight: (value) => `SIGNER with weight ${value}`,
};

/** Who may sign with what weight, what an issuer may do, and the home domain: an effect for each change. */
export const setOptions: Form = {
  method: 'SetOptions',
  read(read) {
    const [first = { op: 'account' }, ...others] = readChanges(read);
    return [first, ...others];
  },
  say({ effects }) {
    const changes = effects.flatMap((effect) => {
      const change = changeOf(effect);
      return change === undefined ? [] : [effect.to === undefined ? change : `${change} ${effect.to}`];
    });
    return `changes the account's options: ${changes.join(', ') || 'nothing'}`;
  },
  hazard: (effect) => ({ text: `SetOptions ${changeOf(effect)}` }),
};

function readChanges(read: XdrReader): readonly Part[] {
  const inflation = read.optional(() => readAccount(read));
  const set = numbers.map(([field, , part]) => ({ field, part, value: read.optional(() => read.uint32()) }));
  const domain = read.optional(() => readText(read, 32));
  const signer = read.optional(() => [readSigner(read), read.uint32()] as const);
  const own = { op: 'account', code: 'account-settings' } as const;
  return [
    ...(inflation === undefined ? [] : [{ ...own, to: inflation, args: { inflationDest: inflation } }]),
    ...set.flatMap(({ field, part, value }) => (value === undefined ? [] : [{ ...part, args: { [field]: value } }])),
    ...(domain === undefined ? [] : [{ ...own, args: { homeDomain: domain } }]),
    ...(signer === undefined
      ? []
      : [{ ...own, code: 'account-control', to: signer[0], args: { signerWeight: signer[1] } } as const]),
  ];
}

/** The words for what one effect changes. */
function changeOf({ args = [] }: Effect): string | undefined {
  const change = args.find(({ name }) => Object.hasOwn(words, name));
  return change && words[change.name]?.(change.value);
}
