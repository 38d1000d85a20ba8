import { describe, expect, it } from 'vitest';
import { errorKinds } from '../../src/core/errors.js';
import { readErrorCode, readReport } from '../../src/core/former-error-names.js';

/** The name in an earlier version, then the current name. */
const renamed = [
  ['FOUR_EYE_DENIED', 'JUDGE_DENIED'],
  ['FOUR_EYE_UNREACHABLE', 'JUDGE_UNREACHABLE'],
  ['FOUR_EYE_UNDECIDED', 'JUDGE_UNDECIDED'],
  ['FOUR_EYE_ANSWER_INVALID', 'JUDGE_ANSWER_INVALID'],
] as const;

describe('the name of an error code', () => {
  it.each(renamed)('%s of an earlier version is read as %s', (former, present) => {
    expect(readErrorCode(former)).toBe(present);
    expect(Object.hasOwn(errorKinds, former)).toBe(false);
    expect(readReport(`${former}: four-eye: no\n: really`)).toBe(`${present}: four-eye: no\n: really`);
  });

  it('a current error name is read unchanged', () => {
    for (const code of Object.keys(errorKinds)) expect(readErrorCode(code)).toBe(code);
  });

  it.each(['', 'FOUR_EYE', 'constructor', '__proto__', 'toString', 7, null, undefined, {}])(
    'an error name is not read from %s',
    (other) => expect(readErrorCode(other)).toBeUndefined(),
  );

  it.each(['FOUR_EYE_DENIED', 'no code: here', '', 'constructor: x', 'see FOUR_EYE_DENIED: x'])(
    'an error name is not sought elsewhere in the report "%s"',
    (text) => expect(readReport(text)).toBe(text),
  );
});
