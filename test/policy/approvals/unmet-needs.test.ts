import { expect, it } from 'vitest';
import { parseDemand } from '../../../src/core/policy/demand.js';
import { unmetNeeds } from '../../../src/policy/unmet-needs.js';
import { constitution } from './people.js';

const unmet = (...demands: readonly string[]) =>
  unmetNeeds(
    demands.flatMap((text) => parseDemand(text) ?? []),
    constitution,
  );

it('persons who approve and stand behind no initiator meet the needs', () => {
  expect(unmet()).toBeUndefined();
  expect(unmet('2 of treasury')).toBeUndefined();
  expect(unmet('1 of treasury', '1 of risk')).toBeUndefined();
});

it.each<[string, readonly string[], string]>([
  ['a group that is not there', ['1 of tresury'], '1 of tresury: version 1 of the constitution has no group tresury'],
  ['a group without any approver', ['1 of board'], '1 of board: no person of the group can approve'],
  ['persons behind an initiator', ['3 of treasury'], '3 of treasury: only 2 of the group can approve'],
  ['persons with other roles', ['2 of risk'], '2 of risk: only 1 of the group can approve'],
  [
    'one person for two seats',
    ['2 of treasury', '1 of risk'],
    'need 3 different persons, and only 2 of them can approve',
  ],
])('needs that count on %s are unmet, and it is said why', (_what, demands, text) => {
  expect(unmet(...demands)).toContain(text);
});

it('without a constitution no needs are met', () => {
  expect(unmetNeeds([{ count: 1, group: 'treasury' }], undefined)).toContain('no constitution');
  expect(unmetNeeds([], undefined)).toBeUndefined();
});
