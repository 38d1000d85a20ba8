import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { custos, makeHome, removeHome } from '../support/custos.js';
import { digestOf } from '../support/home-store.js';
import { quicken } from '../support/quick-slot.js';

const env = { CUSTOS_PASSWORD: 'password of the audit log' };
let home = '';
let wallet = '';

const run = (...args: string[]) => custos(args, { home, env });
const ok = async (...args: string[]) => {
  const { code, stdout, stderr } = await run(...args);
  expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
  return stdout;
};
const path = (name: string) => join(home, name);

interface Listed {
  readonly id: string;
  readonly code: string;
  readonly detail: Readonly<Record<string, unknown>>;
}

async function listed(): Promise<readonly Listed[]> {
  const lines = (await ok('audit', 'list', '--json')).trim().split('\n');
  return lines.map((line) => JSON.parse(line)).reverse();
}

beforeAll(async () => {
  home = makeHome();
  const made = await ok('wallet', 'create', 'ETH', '--private-key', '--json');
  wallet = JSON.parse(made).signatureId;
  await quicken(home, env);
});
afterAll(() => removeHome(home));

describe('the audit log on the command line', () => {
  it('has an event for each thing that a command changed or printed, and says what opened the store', async () => {
    await ok('wallet', 'export', wallet, '--yes');
    const events = await listed();
    const codes = events.map(({ code }) => code);
    expect(codes.slice(0, 2)).toEqual(['store.made', 'wallet.created']);
    expect(codes.slice(-2)).toEqual(['store.unlocked', 'wallet.exported']);
    const [unlocked, exported] = events.slice(-2);
    expect(unlocked?.detail).toMatchObject({ command: 'wallet export', kind: 'password' });
    expect(exported?.detail).toMatchObject({ wallets: [wallet], process: unlocked?.detail['process'] });
  });

  it('is left as it is by a command that only reads, as long as there is no constitution', async () => {
    const before = await digestOf(home);
    await ok('wallet', 'list');
    await ok('audit', 'list');
    await ok('audit', 'key');
    expect(await digestOf(home)).toBe(before);
  });

  it('is exported, and the export verified with the public key and no store', async () => {
    const key = (await ok('audit', 'key')).trim();
    await ok('audit', 'export', path('log.jsonl'));
    writeFileSync(path('key'), `${key}\n`);
    const empty = makeHome();
    const verify = await custos(['audit', 'verify', path('log.jsonl'), '--key', path('key')], { home: empty });
    expect(verify).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^main: \d+ events are as they were signed/),
    });
    expect(verify.stderr).toContain('were cut off');
    expect(readdirSync(empty)).toEqual([]);
    removeHome(empty);
    expect((await listed()).at(-1)).toMatchObject({ code: 'audit.exported', detail: { file: 'log.jsonl' } });
  });

  it('gets no event when its heads, a proof or its events are read, and one when it is exported', async () => {
    const before = await listed();
    await ok('audit', 'head');
    await ok('audit', 'prove', 'main/0');
    await ok('audit', 'list');
    expect(await listed()).toEqual(before);
    await ok('audit', 'export', path('read.jsonl'));
    const added = (await listed()).slice(before.length).map(({ code }) => code);
    expect(added).toEqual(['store.unlocked', 'audit.exported']);
  });

  it('never replaces a file by an export', async () => {
    writeFileSync(path('taken'), 'mine');
    expect(await run('audit', 'export', path('taken'))).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('(AUDIT_FILE_EXISTS)'),
    });
    expect(readFileSync(path('taken'), 'utf8')).toBe('mine');
  });

  it('is not verified when an event was changed, and the line is named', async () => {
    const key = (await ok('audit', 'key')).trim();
    await ok('audit', 'export', path('changed.jsonl'));
    const lines = readFileSync(path('changed.jsonl'), 'utf8').split('\n');
    lines[2] = (lines[2] ?? '').replace(
      wallet,
      wallet.replace(/^./, (digit) => (digit === '0' ? '1' : '0')),
    );
    writeFileSync(path('changed.jsonl'), lines.join('\n'));
    const { code, stdout, stderr } = await run('audit', 'verify', path('changed.jsonl'), '--key', key);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^custos: error: line 3 has event main\/1, .*\(AUDIT_BROKEN\)\n/);
  });

  it.each(['csv', 'ocsf'])('is exported for other programs to read: %s', async (format) => {
    await ok('audit', 'export', path(`log.${format}`), '--format', format);
    expect(readFileSync(path(`log.${format}`), 'utf8')).toContain('store.made');
    const key = (await ok('audit', 'key')).trim();
    expect((await run('audit', 'verify', path(`log.${format}`), '--key', key)).stderr).toContain(
      '(AUDIT_FILE_INVALID)',
    );
  });
});
