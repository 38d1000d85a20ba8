import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { commands } from '../../src/cli/commands.js';
import { custos, type Environment, makeHome, program, removeHome } from '../support/custos.js';
import { quicken } from '../support/quick-slot.js';

/** A file without an end: whoever reads it whole ends with no memory, and whoever waits for its end never ends. */
const ENDLESS = '/dev/zero';
const env = {
  CUSTOS_PASSWORD: 'password of named files',
  CUSTOS_KEY_PASSWORD: 'password of a key',
  CUSTOS_API_KEY: 'k',
};
const id = randomUUID();
const node = ['--testnet', '--node', 'ETH=http://127.0.0.1:1'];
const cloud = ['--testnet', '--run-once', '--cloud-url', 'http://127.0.0.1:1'];
const tls = ['--tls-certificate', ENDLESS, '--tls-key', ENDLESS];
const key = 'pkcs11:token=t;object=o?module-path=/usr/lib/softhsm/libsofthsm2.so';
let home = '';
let auditKey = '';

interface Case {
  readonly args: readonly string[];
  readonly env?: Environment;
}

/** Every argument and flag that names a file to be read, under the name that the list of commands has for it. */
const cases: Readonly<Record<string, Case>> = {
  'restore <file>': { args: ['restore', ENDLESS, '--store', 'restored.db'] },
  'migrate <file>': { args: ['migrate', ENDLESS] },
  'constitution sign <file>': { args: ['constitution', 'sign', ENDLESS, '--key', ENDLESS] },
  'constitution enact <file>': { args: ['constitution', 'enact', ENDLESS, ENDLESS] },
  'approval submit <file>': { args: ['approval', 'submit', ENDLESS] },
  'wallet sign-state <file>': { args: ['wallet', 'sign-state', ENDLESS] },
  'policy check <file>': { args: ['policy', 'check', ENDLESS] },
  'policy explain <id-or-file>': { args: ['policy', 'explain', ENDLESS, '--transaction', 'x'] },
  'policy diff <old>': { args: ['policy', 'diff', ENDLESS, ENDLESS] },
  'policy backtest [file]': { args: ['policy', 'backtest', ENDLESS] },
  'policy sign <file>': { args: ['policy', 'sign', ENDLESS, '--key', ENDLESS] },
  'policy publish <file>': { args: ['policy', 'publish', ENDLESS] },
  'audit verify <file>': { args: ['audit', 'verify', ENDLESS, '--key', 'KEY'] },
  '--key <key>': { args: ['audit', 'verify', 'export', '--key', ENDLESS] },
  '--witness <file>': { args: ['audit', 'verify', 'export', '--key', 'KEY', '--witness', ENDLESS] },
  '--since <file>': { args: ['audit', 'prove', '--since', ENDLESS] },
  '--log <file>': { args: ['doctor', '--log', ENDLESS] },
  '--request <file>': { args: ['approve', '--request', ENDLESS, '--key', ENDLESS] },
  '--key <file>': { args: ['approve', id, '--key', ENDLESS] },
  '--ids <file>': { args: ['wallet', 'tag', '--ids', ENDLESS, '--add', 'a'] },
  '--previous <file>': { args: ['policy', 'sign', ENDLESS, '--previous', ENDLESS, '--key', ENDLESS] },
  '--old-password-file <file>': { args: ['migrate', 'old', '--old-password-file', ENDLESS] },
  '--password-file <file>': {
    args: ['wallet', 'list', '--password-file', ENDLESS],
    env: { CUSTOS_PASSWORD: undefined },
  },
  '--envFile <file>': { args: ['wallet', 'list', '--envFile', ENDLESS] },
  '--hsm-pin-file <file>': { args: ['wallet', 'attach', 'ETH', '--key', key, '--yes', '--hsm-pin-file', ENDLESS] },
  '--approver-secret <file>': {
    args: ['daemon', ...cloud, '--approver', 'a=http://127.0.0.1:1/', '--approver-secret', ENDLESS],
  },
  '--four-eye-secret <file>': {
    args: ['daemon', ...cloud, '--external-url', 'http://127.0.0.1:1/', '--four-eye-secret', ENDLESS],
  },
  '--cloud-header-file <file>': { args: ['daemon', ...cloud, '--cloud-header-file', ENDLESS] },
  '--four-eye-header-file <file>': {
    args: ['daemon', ...cloud, '--external-url', 'http://127.0.0.1:1/', '--four-eye-header-file', ENDLESS],
  },
  '--state-file <path>': { args: ['signer', '--testnet', '--socket', 'signer.sock', '--state-file', ENDLESS] },
  '--contract <name=file>': { args: ['gateway', ...node, '--contract', `erc20=${ENDLESS}`] },
  '--clef-token-file <file>': {
    args: [
      'serve',
      '--testnet',
      '--listen',
      '127.0.0.1:0',
      '--clef-socket',
      'clef.sock',
      '--rpc-chain',
      'ETH',
      '--clef-token-file',
      ENDLESS,
    ],
  },
  '--tls-certificate <file>': { args: ['serve', '--testnet', '--listen', '127.0.0.1:0', ...tls] },
  '--tls-key <file>': { args: ['serve', '--testnet', '--listen', '127.0.0.1:0', ...tls] },
  '--tls-client-ca <file>': {
    args: ['serve', '--testnet', '--listen', '127.0.0.1:0', ...tls, '--tls-client-ca', ENDLESS],
  },
};

/** These make the file that they name, and leave one that exists alone. */
const written = ['backup <file>', 'audit export <file>', 'approver key <file>', '--archive <file>'];

beforeAll(async () => {
  home = makeHome();
  const sealed = Buffer.concat([Buffer.from('Salted__'), Buffer.alloc(40)]);
  writeFileSync(join(home, 'old'), sealed.toString('base64'));
  writeFileSync(join(home, 'export'), '{}\n');
  expect(await custos(['wallet', 'create', 'ETH'], { home, env })).toMatchObject({ code: 0 });
  await quicken(home, env);
  auditKey = (await custos(['audit', 'key'], { home, env })).stdout.trim();
});
afterAll(() => removeHome(home));

it('each argument and flag that names a file is known here', () => {
  const named = new Set(
    commands.flatMap(({ path, args = '', options }) => [
      ...args.split(' ').flatMap((name) => (/file|<old>/.test(name) ? [`${path} ${name}`] : [])),
      ...options.flatMap(({ flags }) => (/file>|file|--key <key>/.test(flags) ? [flags] : [])),
    ]),
  );
  expect([...named].sort()).toEqual([...Object.keys(cases), ...written].sort());
});

it.each(Object.entries(cases))('%s: a file without an end is refused by its name, with a code', async (_name, bad) => {
  const given = { home, cwd: home, env: { ...env, ...bad.env } };
  const args = bad.args.map((word) => (word === 'KEY' ? auditKey : word));
  const { code, stdout, stderr } = await custos(args, given);
  expect({ code: code === 1 || code === 2, stdout }).toEqual({ code: true, stdout: '' });
  expect(stderr).toMatch(/^custos: error: .*\/dev\/zero.*\([A-Z_]+\)$/m);
  expect(stderr).not.toMatch(/INTERNAL|at .*\.js:/);
});

it('settings from a pipe reach the front of a daemon, which cannot read them again', () => {
  const args = [...cloud, '--envFile'].join(' ');
  const command = `exec "$0" "$1" daemon ${args} <(echo CUSTOS_LOG_LEVEL=silent)`;
  const given = { cwd: home, env: { PATH: process.env['PATH'], HOME: home, ...env }, stdio: 'pipe' } as const;
  const run = (text: string) =>
    execFileSync('bash', ['-c', `${text} 2>&1`, process.execPath, program], given).toString();
  expect(run(command.replace('silent', 'info'))).toContain('daemon-started');
  expect(run(command)).toBe('');
});

it('an empty name of a file and a relative home are named', async () => {
  const empty = await custos(['backup', ''], { home, env });
  expect(empty).toMatchObject({ code: 2, stderr: expect.stringContaining('the argument <file> is empty (USAGE)') });
  const relative = await custos(['wallet', 'list'], { home, env: { ...env, HOME: 'here' } });
  expect(relative).toMatchObject({ code: 2, stderr: expect.stringContaining('HOME is "here"') });
});
