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
  ...['<=', '>='].map((sign) => ({
    path: 'src/policy/judging/calendar.ts',
    change: `known.size < MOST_KNOWN with ${sign}`,
    because:
      'A name that is not remembered is looked up again. The bound keeps the memory that strangers can take small.',
  })),
  {
    path: 'src/policy/document/text.ts',
    change: 'at < rest.length with <=',
    because: 'Behind the end of a text there is no character, and what is no character opens and closes nothing.',
  },
  {
    path: 'src/policy/document/text.ts',
    change: 'depth > deepest with >=',
    because: 'It puts the deepest level in the place of itself.',
  },
  {
    path: 'src/policy/statics/within.ts',
    change: 'inner.start < inner.end with <=',
    because: 'Hours that begin and end at the same minute are refused when a policy is read.',
  },
  {
    path: 'src/policy/approval-text.ts',
    change: 'text.length > MAX_TEXT with >=',
    because: 'No approval that can be written is half as long. The bound spares the work of reading a longer text.',
  },
  {
    path: 'src/policy/freeze-text.ts',
    change: 'text.length > MAX_TEXT with >=',
    because: 'No freeze that can be written is as long. The bound spares the work of reading a longer text.',
  },
  {
    path: 'src/signing/control/account-question.ts',
    change: 'text.length > LEAST_LONG with >=',
    because: 'The slow way takes what has no line break and 1,000 characters, as the quick one does.',
  },
  ...['>=', '<='].map((sign) => ({
    path: 'src/signing/control/ledger.ts',
    change: `known.minutes.size > MOST_MINUTES with ${sign}`,
    because: 'A list of minutes and the rows of them say the same. The list takes less memory.',
  })),
  {
    path: 'src/signing/control/ledger.ts',
    change: 'since <= 0 with <',
    because: 'From 0 on all parts count, and what they add up to is the total that is known.',
  },
  {
    path: 'src/signing/control/ledger.ts',
    change: 'gone < 0 with <=',
    because: 'The first place is that of all time, whose row is never left out.',
  },
  {
    path: 'src/signing/control/spending.ts',
    change: 'index.get(key) === id with !==',
    because:
      'What is left in an index leads to a family that is gone or is no kin. It is taken out so that indexes do not grow.',
  },
];
