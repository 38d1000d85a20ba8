import { describe, expect, it } from 'vitest';
import { commands } from '../../src/cli/commands.js';
import { byCommand, hintFor } from '../../src/cli/hints.js';
import { tatumCommands } from '../../src/cli/tatum-commands.js';
import { CustosError } from '../../src/core/errors.js';

describe('a hint', () => {
  it('the hint of migrate says where the password of the old file comes from', () => {
    const wrong = new CustosError('PASSWORD_WRONG', 'the old password does not open wallet.dat');
    expect(hintFor(wrong, 'migrate')).toContain('--old-password-file');
    expect(hintFor(wrong, 'verify')).toBe(wrong.hint);
    expect(hintFor(wrong, undefined)).toBe(wrong.hint);
    expect(hintFor(wrong, 'constructor')).toBe(wrong.hint);
  });

  it('a hint names only commands that exist, and only flags that some command has', () => {
    const all = [...commands, ...tatumCommands];
    const own = all.flatMap(({ options }) => options.map(({ flags: text }) => text.split(' ')[0]));
    // Every command has `--help`, and no table of its own names it.
    const flags = new Set(['--help', ...own]);
    for (const [command, hints] of Object.entries(byCommand)) {
      expect(all.map(({ path }) => path)).toContain(command);
      for (const hint of Object.values(hints)) {
        for (const [flag] of hint.matchAll(/--[a-z-]+/g)) expect(flags).toContain(flag);
      }
    }
  });
});
