/**
 * Changed comparisons that say what the unchanged ones say, as `mutate-policy.js` names them, and why. It also says so when a test
 * finds one of them after all.
 */
export const equalChanges = [
  {
    path: 'src/policy/judging/compile.ts',
    change: 'keyed.length > 1 with >=',
    because: 'One list has no rule twice. Only lists under several keys have to be joined, and that takes time.',
  },
  {
    path: 'src/policy/judging/compile.ts',
    change: 'length > 0 with >=',
    because: 'Empty lists add no rule. They are left out because a single list needs no copy.',
  },
];
