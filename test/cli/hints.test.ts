import { describe, expect, it } from 'vitest';
import { commands } from '../../src/cli/commands.js';
import { byCommand, formerWalletsHint, hintFor } from '../../src/cli/hints.js';
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

  it('the hint about an id that a person typed blames no cloud', () => {
    const mistyped = new CustosError('PENDING_INVALID', '"5f1c 2" is not the id of a pending transaction');
    for (const command of ['transaction show', 'approve', 'policy explain']) {
      expect(hintFor(mistyped, command)).toBe('`custos transaction list` shows the ids of the journal');
    }
  });

  it('the volume of Tatum KMS is found where its image has it, and the hint says where this one wants it', () => {
    const missing = new CustosError('STORE_MISSING', '/home/c/.custos/store.db does not exist');
    const mounted = (point: string) => () =>
      `1 0 8:1 / / rw - ext4 /dev/sda1 rw\n2 1 8:1 /kms ${point} rw,relatime - ext4 /dev/sda1 rw\n`;
    const hint = formerWalletsHint(missing, '/home/c', mounted('/root/.tatumrc'));
    expect(hint).toBe(
      'the volume of Tatum KMS is mounted at /root/.tatumrc: mount it at /home/c/.tatumrc, and another volume at /home/c for the new store',
    );
    for (const point of ['/home/c/.tatumrc', '/root', '/srv/x.tatumrc']) {
      expect(formerWalletsHint(missing, '/home/c', mounted(point))).toBeUndefined();
    }
    const other = new CustosError('STORE_DAMAGED', 'it is damaged');
    expect(formerWalletsHint(other, '/home/c', mounted('/root/.tatumrc'))).toBeUndefined();
    expect(formerWalletsHint(missing, '/home/c', () => '')).toBeUndefined();
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
