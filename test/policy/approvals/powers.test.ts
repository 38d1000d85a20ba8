import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { commands } from '../../../src/cli/commands.js';
import { type Role, roles } from '../../../src/core/policy/constitution.js';
import { maySign, powers, rolesFor } from '../../../src/core/policy/powers.js';

it('the guide lists every command that signs for a person, with the roles and the password', () => {
  const page = readFileSync(new URL('../../../docs/control.md', import.meta.url), 'utf8');
  const [, table = ''] = page.split(/\| Command +\| Whose signature/);
  const rows = [...(table.split('\n\n')[0]?.matchAll(/^\| `custos (.+?)` +\| (.+?) +\| (.+?) +\|$/gm) ?? [])];
  expect(rows.map(([, command, whose, password]) => [command, whose, password])).toEqual(
    powers.map((power) => [power.command, rolesFor(power).join(', '), power.password]),
  );
});

it('the table has exactly the commands that take the key of a person', () => {
  const withKey = commands.filter(({ options }) => options.some(({ flags }) => flags.includes('--key <file>')));
  expect(withKey.map(({ path }) => path).sort()).toEqual(
    powers.map(({ command }) => command.replace(' --key', '')).sort(),
  );
});

it('an auditor signs nothing, and makers of rules never approve', () => {
  const signings = (role: Role) =>
    (['constitution', 'widen', 'narrow', 'approve', 'stop', 'unfreeze'] as const).filter((one) =>
      maySign({ roles: new Set([role]) }, one),
    );
  expect(Object.fromEntries(roles.map((role) => [role, signings(role)]))).toEqual({
    admin: ['constitution', 'widen', 'narrow', 'stop', 'unfreeze'],
    operator: ['stop', 'unfreeze'],
    approver: ['approve', 'stop', 'unfreeze'],
    auditor: [],
  });
});
