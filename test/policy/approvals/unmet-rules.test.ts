import { expect, it } from 'vitest';
import { readPolicy } from '../../../src/policy/document/read.js';
import { unmetRules } from '../../../src/policy/unmet-rules.js';
import { constitution } from './people.js';

const policyOf = (groups: object, ...needs: readonly string[]) =>
  readPolicy(
    JSON.stringify({
      ...{ custosPolicy: 1, version: 1, timeZone: 'UTC', assets: {}, books: {}, groups },
      ...{ permits: [{ id: 'large', to: 'any', max: 'any', needs }], forbids: [], limits: [] },
    }),
  );
const unmet = (...of: Parameters<typeof policyOf>) => unmetRules(policyOf(...of), constitution);

it('persons of the constitution and the four-eye service meet the demands of a policy', () => {
  expect(unmet({ crew: ['bea', 'ben'] }, '2 of crew')).toEqual([]);
  expect(unmet({ crew: ['bea', 'four-eye'] }, '2 of crew', '1 of treasury')).toEqual([]);
});

it('a name in a group of a policy that the constitution does not have is told, needed or not', () => {
  expect(unmet({ crew: ['bea', 'ben', 'benn'] }, '2 of crew')).toEqual([
    'group crew names "benn", and the constitution names no such person',
  ]);
});

it('a demand of a policy for more persons than may approve is told', () => {
  const text = 'large needs 2 of crew, and fewer persons of this group can approve';
  for (const other of ['ada', 'bob', 'oli']) expect(unmet({ crew: ['bea', other] }, '2 of crew')).toEqual([text]);
  expect(unmetRules(policyOf({ crew: ['bea', 'ben'] }, '2 of crew'), undefined)).toEqual([text]);
});
