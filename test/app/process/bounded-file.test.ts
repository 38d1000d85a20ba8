import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openKeyFile } from '../../../src/app/approvals/key-file.js';
import { readPolicyFile } from '../../../src/app/policy/file.js';
import { readAtMost } from '../../../src/app/process/bounded-file.js';
import { textIn } from '../../../src/cli/commands/approver.js';
import { Secret } from '../../../src/core/secret.js';

let home = '';
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'custos-bounded-'));
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

it('a file of exactly the limit is read, and one byte more is too much', async () => {
  const file = join(home, 'ten');
  writeFileSync(file, '0123456789');
  expect((await readAtMost(file, 10))?.toString()).toBe('0123456789');
  expect(await readAtMost(file, 9)).toBeUndefined();
  await expect(readAtMost(join(home, 'none'), 9)).rejects.toMatchObject({ code: 'ENOENT' });
});

it.each([
  ['a key of an approver', (path: string) => openKeyFile(path, Secret.text('p')), 'APPROVER_KEY_INVALID'],
  ['a policy', readPolicyFile, 'POLICY_INVALID'],
  ['a constitution, request or answer', textIn, 'USAGE'],
])('a file without an end is refused as %s', async (_what, read, code) => {
  await expect(read('/dev/zero')).rejects.toMatchObject({ code });
});
