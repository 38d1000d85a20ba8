import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { custos, type Environment, start } from '../support/custos.js';
import { type Kms, keys, mnemonic, startKms, transfer } from '../support/kms.js';

let kms: Kms;
const run = (args: readonly string[], options: { input?: string; env?: Environment } = {}) =>
  custos(args, { home: kms.home, ...options, env: { ...kms.env, ...options.env } });
const lines = (stdout: string) =>
  stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));

beforeAll(async () => {
  kms = await startKms();
});
afterAll(() => kms.close());

describe('init', () => {
  it('init makes a store and prints the recovery key as JSON, only once', async () => {
    const store = join(kms.home, 'new', 'store.db');
    const made = await run(['init', '--store', store]);
    expect(made).toMatchObject({ code: 0, stderr: `The wallet store ${store} is ready.\n` });
    const shown = JSON.parse(made.stdout);
    expect(shown).toEqual({ store, recoveryKey: expect.stringMatching(/^([0-9A-Z]{4}-){13}[0-9A-Z]{4}$/) });
    expect(await run(['doctor', '--testnet', '--store', store])).toMatchObject({ code: 0 });
  });
});

describe('wallet', () => {
  it('wallet create prints one object, or a line each', async () => {
    const one = await run(['wallet', 'create', 'ETH']);
    expect(one).toMatchObject({ code: 0, stderr: '' });
    expect(Object.keys(JSON.parse(one.stdout))).toEqual(['signatureId', 'xpub']);
    const many = await run(['wallet', 'create', 'ETH', '--private-key', '--count', '3']);
    expect(lines(many.stdout).map((line) => Object.keys(line))).toEqual(Array(3).fill(['signatureId', 'address']));
  });

  it('wallet import takes one secret, tells a mnemonic from a key, and keeps the given attributes', async () => {
    const flags = ['--signature-id', '11111111-1111-4111-8111-111111111111', '--label', 'cold', '--testnet'];
    const one = await run(['wallet', 'import', 'FLR', ...flags, '--address', keys.one.address], {
      input: keys.one.privateKey,
    });
    expect(JSON.parse(one.stdout)).toEqual({ signatureId: flags[1], address: keys.one.address });
    const shown = await run(['wallet', 'show', flags[1]!]);
    expect(JSON.parse(shown.stdout)).toEqual({
      signatureId: flags[1],
      chain: 'FLR',
      testnet: true,
      kind: 'privateKey',
      createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
      address: keys.one.address,
      label: 'cold',
    });
    const words = await run(['wallet', 'import', 'ETH'], { input: `  ${mnemonic}\n` });
    expect(Object.keys(JSON.parse(words.stdout))).toEqual(['signatureId', 'xpub']);
  });

  it('wallet list shows all, or those of a chain, as table or lines', async () => {
    const table = await run(['wallet', 'list', '--chain', 'BSC']);
    expect(table.stdout).toMatch(/^SIGNATURE ID +CHAIN +NETWORK +KIND +CREATED +ADDRESS OR XPUB +LABEL\n/);
    expect(table.stdout).toContain(`${kms.ids.bsc}  BSC    testnet  private key`);
    const all = lines((await run(['wallet', 'list', '--json'])).stdout);
    expect(all.map(({ signatureId }) => signatureId)).toEqual(expect.arrayContaining(Object.values(kms.ids)));
    const bsc = lines((await run(['wallet', 'list', '--json', '--chain', 'bsc'])).stdout);
    expect(bsc.map(({ chain }) => chain)).toEqual(['BSC']);
  });

  it('wallet address prints the bare address, or JSON', async () => {
    const expected = '0x70997970c51812dc3a010c7d01b50e0d17dc79c8';
    const { stdout } = await run(['wallet', 'import', 'ETH'], { input: mnemonic });
    const { signatureId } = JSON.parse(stdout);
    expect(await run(['wallet', 'address', signatureId, '1'])).toMatchObject({ code: 0, stdout: `${expected}\n` });
    const json = await run(['wallet', 'address', signatureId, '1', '--json']);
    expect(JSON.parse(json.stdout)).toEqual({ address: expected });
    expect((await run(['wallet', 'address', kms.ids.key])).stdout).toBe(`${keys.one.address}\n`);
  });

  it('wallet export prints the chosen wallets', async () => {
    const { stdout } = await run(['wallet', 'export', kms.ids.hd, kms.ids.key]);
    const chosen = JSON.parse(stdout);
    expect(Object.keys(chosen)).toEqual([kms.ids.hd, kms.ids.key]);
    expect(chosen[kms.ids.key]).toMatchObject({ privateKey: keys.one.privateKey, chain: 'ETH', testnet: true });
  });
});

describe('password', () => {
  const opens = async (password: string) =>
    (await run(['wallet', 'list'], { env: { CUSTOS_PASSWORD: password } })).code === 0;

  it('password change, add, recover and recovery-key open and close what they say', async () => {
    const recovery = await run(['password', 'recovery-key']);
    const { recoveryKey } = JSON.parse(recovery.stdout);
    expect(await run(['password', 'add'], { env: { CUSTOS_NEW_PASSWORD: 'second of the passwords' } })).toMatchObject({
      code: 0,
      stdout: '',
    });
    expect([await opens('password of the kms'), await opens('second of the passwords')]).toEqual([true, true]);
    expect(await run(['password', 'change'], { env: { CUSTOS_NEW_PASSWORD: 'third of the passwords' } })).toMatchObject(
      {
        code: 0,
        stdout: '',
      },
    );
    expect([
      await opens('password of the kms'),
      await opens('second of the passwords'),
      await opens('third of the passwords'),
    ]).toEqual([false, true, true]);
    const lost = {
      CUSTOS_PASSWORD: undefined,
      CUSTOS_RECOVERY_KEY: recoveryKey,
      CUSTOS_NEW_PASSWORD: 'password of the kms',
    };
    expect(await run(['password', 'recover'], { env: lost })).toMatchObject({ code: 0, stdout: '' });
    expect([
      await opens('password of the kms'),
      await opens('second of the passwords'),
      await opens('third of the passwords'),
    ]).toEqual([true, false, false]);
    // A new recovery key ends the old one.
    expect(await run(['password', 'recovery-key'])).toMatchObject({ code: 0 });
    expect(await run(['password', 'recover'], { env: lost })).toMatchObject({ code: 1 });
  });
});

describe('backup, restore and verify', () => {
  it('backup, restore and verify bring the same wallets and the journal to another place', async () => {
    kms.stub.queue('ETH').push(transfer('kept', kms.ids.key));
    expect(await kms.daemon('--testnet')).toMatchObject({ code: 0 });
    const file = join(kms.home, 'backup');
    const other = join(kms.home, 'other', 'store.db');
    const made = await run(['backup', file]);
    expect(made).toMatchObject({
      code: 0,
      stdout: '',
      stderr: expect.stringMatching(/^Wrote and read back \d+ wallets and 1 transactions/),
    });
    expect(await run(['restore', file, '--store', other])).toMatchObject({ code: 0, stdout: '' });
    expect((await run(['export', '--store', other])).stdout).toBe((await run(['export'])).stdout);
    const shown = await run(['transaction', 'show', 'kept', '--store', other]);
    expect(JSON.parse(shown.stdout)).toMatchObject({ id: 'kept', state: 'completed' });
    const verified = await run(['verify', '--json', '--store', other]);
    expect(JSON.parse(verified.stdout)).toMatchObject({ checked: expect.any(Number), problems: [] });
    expect(verified.code).toBe(0);
  });

  it('a restored store never sends a transaction twice', async () => {
    const sent = kms.stub.broadcasts.length;
    kms.stub.queue('ETH').push(transfer('kept', kms.ids.key));
    const other = join(kms.home, 'other', 'store.db');
    expect(await kms.daemon('--testnet', '--store', other)).toMatchObject({ code: 0 });
    expect(kms.stub.broadcasts).toHaveLength(sent);
    kms.stub.queue('ETH').splice(0);
  });
});

describe('transaction', () => {
  it('transaction list and show report what happened, in words and as JSON', async () => {
    kms.stub
      .queue('ETH')
      .push(
        transfer('told', kms.ids.key, { request: { nonce: 11, value: '1500000000000000000' } }),
        transfer('not-told', kms.ids.key, { request: { chainId: 1 } }),
      );
    expect(await kms.daemon('--testnet')).toMatchObject({ code: 1 });
    const table = await run(['transaction', 'list']);
    expect(table.stdout).toMatch(/^ID +CHAIN +NETWORK +STATE +UPDATED +TX ID +WHAT\n/);
    expect(table.stdout).toMatch(/^told +ETH +testnet +completed .* 0x[0-9a-f]{64} .*1\.5 ETH/m);
    expect(table.stdout).toMatch(/^not-told .* failed .*CHAIN_ID_MISMATCH: /m);
    const failed = lines((await run(['transaction', 'list', '--json', '--state', 'failed,denied'])).stdout);
    expect(failed.map(({ id }) => id)).toEqual(['not-told']);
    const told = JSON.parse((await run(['transaction', 'show', 'told'])).stdout);
    expect(told).toMatchObject({
      id: 'told',
      chain: 'ETH',
      testnet: true,
      state: 'completed',
      sender: keys.one.address,
      nonce: expect.anything(),
      txId: expect.stringMatching(/^0x[0-9a-f]{64}$/),
      signed: expect.stringMatching(/^0x[0-9a-f]+$/),
      summary: { kind: 'transfer', value: { asset: 'ETH', amount: '1500000000000000000' } },
    });
    const events = told.events.map(({ event }: { event: string }) => event);
    expect(events).toEqual(['claimed', 'filled', 'signed', 'broadcast', 'completed']);
  });

  it('transaction cancel ends an unsigned transaction for good', async () => {
    kms.stub.approveStatus = 500;
    kms.stub.queue('ETH').push(transfer('cancelled', kms.ids.key, { request: { nonce: 12 } }));
    expect(await kms.daemon('--testnet', `--externalUrl=${kms.stub.approveUrl}`)).toMatchObject({ code: 1 });
    expect(await kms.story('cancelled')).toMatchObject({ state: 'held' });
    expect(await run(['transaction', 'cancel', 'cancelled'])).toMatchObject({ code: 0, stdout: '' });
    kms.stub.approveStatus = 200;
    await kms.daemon('--testnet', `--externalUrl=${kms.stub.approveUrl}`);
    expect(await kms.story('cancelled')).toMatchObject({ state: 'cancelled' });
    expect(kms.stub.broadcasts.map(({ body }) => body['signatureId'])).not.toContain('cancelled');
  });

  it.each([['retry'], ['cancel']])('transaction %s refuses a completed transaction', async (verb) => {
    const ended = await run(['transaction', verb, 'told']);
    expect(ended).toMatchObject({ code: 1, stderr: expect.stringContaining('(STATE_CONFLICT)') });
    expect(await kms.story('told')).toMatchObject({ state: 'completed' });
  });
});

describe('doctor', () => {
  it('doctor names each problem with its remedy, and changes nothing', async () => {
    const nowhere = join(kms.home, 'nowhere', 'store.db');
    const found = await run(['doctor', '--json', '--offline', '--store', nowhere], {
      env: { CUSTOS_API_KEY: undefined },
    });
    expect(found.code).toBe(1);
    const problems = JSON.parse(found.stdout).filter(({ state }: { state: string }) => state === 'problem');
    expect(problems.map(({ check }: { check: string }) => check)).toEqual(['cloud', 'wallet store']);
    for (const { remedy } of problems) expect(remedy).toMatch(/custos init|TATUM_API_KEY/);
    expect(existsSync(join(kms.home, 'nowhere'))).toBe(false);
  });
});

describe('gateway', () => {
  it('a gateway says where it listens, requires the key, and ends with 0 on SIGTERM', async () => {
    const flags = ['--testnet', `--node=ETH=${kms.stub.url}/node`, '--port=0', '--log-level=silent'];
    const running = start(['gateway', ...flags], { home: kms.home, env: { CUSTOS_GATEWAY_API_KEY: 'of the gateway' } });
    const line = await running.line(/"url"/);
    const url = /http[^"]+/.exec(line)?.[0];
    const ask = (headers: Record<string, string>) => fetch(`${url}/v3/kms/pending/ETH`, { headers });
    expect((await ask({})).status).toBe(401);
    const answer = await ask({ 'x-api-key': 'of the gateway' });
    expect([answer.status, await answer.json()]).toEqual([200, []]);
    expect(await running.kill('SIGTERM')).toMatchObject({ code: 0 });
  });
});
