import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { custos, type Ended, makeHome, program, removeHome, start } from '../support/custos.js';
import { type Kms, startKms, transfer } from '../support/kms.js';
import { makeQuickKey } from '../support/person-keys.js';

const keyPassword = 'a password for keys of persons';
const secret = 'a secret of questions to services';
const guide = readFileSync(new URL('../../docs/control.md', import.meta.url), 'utf8');

let kms: Kms;
/** The machine of the service, without any store. */
let away = '';
let service: ChildProcess;
let url = '';

const elsewhere = (...args: string[]): Promise<Ended> =>
  custos(args, { home: away, env: { CUSTOS_KEY_PASSWORD: keyPassword } });
const good = async (ended: Promise<Ended>): Promise<string> => {
  const { code, stdout, stderr } = await ended;
  expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
  return stdout;
};
const put = (name: string, text: string): string => {
  writeFileSync(join(away, name), text);
  return join(away, name);
};

/** A person who makes rules, a person who approves, and a service that does. */
async function enact(): Promise<void> {
  const person = async (name: string, role: string) => {
    const key = await makeQuickKey(join(away, `${name}.key`), keyPassword);
    return { roles: [role], keys: [key], initiates: [] };
  };
  const { store } = JSON.parse(await good(kms.run('constitution', 'draft')));
  const act = '1 of board';
  const text = JSON.stringify({
    ...{ custosConstitution: 1, store, version: 1, previous: null },
    persons: {
      ada: await person('ada', 'admin'),
      bea: await person('bea', 'approver'),
      robot: await person('robot', 'approver'),
    },
    groups: { board: ['ada'], treasury: ['bea', 'robot'] },
    thresholds: { constitution: act, widen: act, narrow: act, unfreeze: '1 of treasury' },
  });
  const written = put('constitution.json', text);
  const signed = elsewhere('constitution', 'sign', written, '--key', join(away, 'ada.key'), '--yes');
  await good(kms.run('constitution', 'enact', written, put('ada.signature', await good(signed))));
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function listening(port: number): Promise<void> {
  const isThere = () =>
    new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1');
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
      socket.once('connect', () => socket.destroy());
    });
  while (!(await isThere())) await new Promise(setImmediate);
}

beforeAll(async () => {
  kms = await startKms({ CUSTOS_APPROVER_SECRET: secret });
  away = makeHome();
  await enact();
  const [, code = ''] = /```js\n(\/\/ approver\.mjs[\s\S]*?)```/.exec(guide) ?? [];
  const port = await freePort();
  const env = {
    ...{ PATH: process.env['PATH'], HOME: away, CUSTOS: program, KEY: join(away, 'robot.key'), PORT: String(port) },
    ...{ CUSTOS_KEY_PASSWORD: keyPassword, CUSTOS_APPROVER_SECRET: secret },
  };
  service = spawn(process.execPath, [put('approver.mjs', code)], { cwd: away, env, stdio: 'inherit' });
  await listening(port);
  url = `http://127.0.0.1:${port}/custos`;
}, 240_000);
afterAll(async () => {
  service.kill('SIGKILL');
  await kms.close();
  removeHome(away);
});

it('the service of the guide approves a small payment, and leaves a large one to people', async () => {
  const serving = start(
    ['daemon', '--testnet', '--chain=ETH', '--period=0.05', '--needs=1 of treasury', `--approver=robot=${url}`],
    { home: kms.home, env: kms.env },
  );
  const large = { request: { value: `${2n * 10n ** 18n}`, nonce: 8 } };
  kms.stub.queue('ETH').push(transfer('small', kms.ids.key), transfer('large', kms.ids.other, large));
  const answered = (id: string, answer: string) =>
    serving.line(new RegExp(`"id":"${id}","approver":"robot","answer":"${answer}","event":"approver-answered"`));
  await Promise.all([answered('small', 'APPROVE'), answered('large', 'IGNORE')]);
  await serving.line(/"id":"small".*"event":"transaction-completed"/);
  expect(await kms.story('large')).toMatchObject({ state: 'held' });
  await good(
    custos(['approve', 'large', '--needs', '1 of treasury', '--key', join(away, 'bea.key'), '--yes'], {
      home: kms.home,
      env: { ...kms.env, CUSTOS_KEY_PASSWORD: keyPassword },
    }),
  );
  await serving.line(/"id":"large".*"event":"transaction-completed"/);
  expect(await serving.kill('SIGTERM')).toMatchObject({ code: 0 });
}, 120_000);

it('the service of the guide answers nothing to a question that is not signed with its secret', async () => {
  const body = '{"custosQuestion":1,"request":{"chain":"BTC","completed":"{}"}}';
  const headers = { 'x-custos-timestamp': String(Date.now()), 'x-custos-signature': '00'.repeat(32) };
  for (const given of [{}, headers]) {
    expect((await fetch(url, { method: 'POST', headers: given, body })).status).toBe(403);
  }
});

it.each([
  ['a name that is not one', ['--approver', `Robot=${url}`], 'takes NAME=URL'],
  ['no URL', ['--approver', 'robot'], 'takes NAME=URL'],
  [
    'one person twice',
    ['--approver', 'robot=http://127.0.0.1/a', '--approver', 'robot=http://127.0.0.1/b'],
    'robot twice',
  ],
  ['a URL that is none', ['--approver', 'robot=nowhere'], 'URL_INVALID'],
  ['a secret that cannot be read', ['--approver-secret', '/nowhere/at/all'], 'cannot be read'],
])('a daemon with %s in the settings of its approvers does not start', async (_what, flags, words) => {
  const ended = await kms.run('daemon', '--run-once', '--testnet', ...flags);
  expect(ended).toMatchObject({ code: 2, stderr: expect.stringContaining(words) });
});
