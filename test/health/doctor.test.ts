import { writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { custos, type Ended } from '../support/custos.js';
import { type Kms, startKms, transfer } from '../support/kms.js';
import { onPostgres } from '../support/postgres.js';
import { watch } from './watching.js';

interface Found {
  readonly check: string;
  readonly state: string;
  readonly text: string;
  readonly remedy?: string;
}

let kms: Kms;
let log = '';

const doctor = async (...flags: string[]): Promise<{ code: number | null; found: readonly Found[] }> => {
  const { code, stdout } = await kms.run('doctor', '--json', '--offline', ...flags);
  return { code, found: JSON.parse(stdout) as readonly Found[] };
};
const problems = (found: readonly Found[]) => found.filter(({ state }) => state === 'problem');

/** A daemon with a health port, while `work` looks at it. */
async function beside(work: (port: string) => Promise<void>): Promise<Ended> {
  const running = kms.serve('--testnet', '--health-port=0');
  const watcher = await watch(running);
  await watcher.until('/ready', ({ status }) => status === 200);
  await work(new URL(watcher.url).port);
  return running.kill('SIGTERM');
}

beforeAll(async () => {
  kms = await startKms();
  kms.stub.approveStatus = 503;
  kms.stub.queue('ETH').push(transfer('waits-for-yes', kms.ids.key));
  kms.stub.queue('BSC').push(transfer('wrong-chain-id', kms.ids.bsc, { chain: 'BSC', request: { chainId: 1 } }));
  log = (await kms.daemon('--testnet', `--external-url=${kms.stub.approveUrl}`)).stderr;
});
afterAll(() => kms.close());

describe('doctor', () => {
  it('doctor explains every bad setting at once and does not stop at the first', async () => {
    const bad = [
      '--period=never',
      '--signers=0',
      '--log-level=loud',
      '--health-port=x',
      '--node=ETH',
      '--aws',
      '--vgs',
    ];
    const { code, found } = await doctor('--testnet', ...bad);
    expect(code).toBe(1);
    const text = problems(found)
      .map((one) => one.text)
      .join('\n');
    for (const name of ['--period', '--signers', '--log-level', '--health-port', '--node', '--aws']) {
      expect(text).toContain(name);
    }
    for (const { remedy } of problems(found)) expect(remedy).toMatch(/correct --[A-Za-z-]+ where it is set/);
    expect(found.map(({ check }) => check)).toContain('journal');
  });

  it('doctor names unknown chains, unreadable secrets, and bad addresses', async () => {
    const flags = ['--chain=NOPE', '--four-eye-secret=/no/such/file', '--external-url=ftp://x', '--cloud-url=nowhere'];
    const { code, found } = await doctor(...flags);
    expect(code).toBe(1);
    const text = problems(found)
      .map((one) => one.text)
      .join('\n');
    for (const part of ['NOPE', '/no/such/file', 'four-eye URL', 'cloud URL']) expect(text).toContain(part);
  });

  it('doctor shows what is held and what has failed, why, and what to do', async () => {
    const { code, found } = await doctor('--testnet');
    expect(code).toBe(0);
    const of = (check: string) => found.find((one) => one.check === check);
    expect(of('held')).toMatchObject({ state: 'warning', text: expect.stringContaining('JUDGE_UNREACHABLE 1') });
    expect(of('dead letters')).toMatchObject({
      state: 'warning',
      text: expect.stringContaining('CHAIN_ID_MISMATCH 1'),
    });
    expect(of('dead letters')?.remedy).toContain('transaction retry');
    const check = onPostgres ? 'database connection' : 'database';
    const kind = expect.stringContaining(onPostgres ? 'PostgreSQL' : 'SQLite');
    expect(of(check)).toMatchObject({ state: 'ok', text: kind });
    expect(of('polling')).toMatchObject({
      state: 'ok',
      text: expect.stringContaining('your own gateway charges no credits'),
    });
    for (const { state, remedy } of found) expect(state === 'ok' || remedy !== undefined).toBe(true);
  });

  it('doctor warns of the cost of polling at the vendor, not at a gateway', async () => {
    const cost = async (...flags: string[]) => {
      const { found } = await doctor('--testnet', '--period=0.5', '--idle-period=0.5', ...flags);
      return found.find(({ check }) => check === 'polling');
    };
    expect(await cost()).toMatchObject({ state: 'ok' });
    const high = await cost('--cloud-url=https://api.tatum.io');
    expect(high).toMatchObject({ state: 'warning', remedy: expect.stringContaining('--period') });
    expect(high?.text).toContain('345,600 credits a day');
  });

  it('doctor shows the answer of the health port of a running daemon', async () => {
    await beside(async (port) => {
      expect((await doctor('--testnet', `--health-port=${port}`)).found).toContainEqual({
        check: 'daemon',
        state: 'ok',
        text: `ready, says http://127.0.0.1:${port}/ready`,
      });
    });
  });

  it('doctor says when there is no answer, or another program answers', async () => {
    const answers: string[] = ['<html>', JSON.stringify({ reasons: [{ check: '\u001b[2J', text: 'x' }] })];
    const other: Server = createServer((_request, response) => void response.end(answers.shift() ?? ''));
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as AddressInfo;
    const ask = async () => {
      const { code, found } = await doctor('--testnet', `--health-port=${port}`);
      return { code, daemon: found.filter(({ check }) => check === 'daemon') };
    };
    expect(await ask()).toMatchObject({
      code: 1,
      daemon: [{ text: expect.stringContaining('does not answer like a daemon') }],
    });
    const hostile = await ask();
    expect(hostile).toMatchObject({ code: 1, daemon: [{ state: 'problem', remedy: expect.any(String) }] });
    expect(hostile.daemon[0]?.text).not.toContain('\u001b');
    await new Promise((resolve) => other.close(resolve));
    expect(await ask()).toMatchObject({ code: 1, daemon: [{ text: expect.stringContaining('there is no answer') }] });
  });
});

describe('doctor --log', () => {
  it('doctor --log sums up a log, from a file and from standard input alike', async () => {
    const file = join(kms.home, 'daemon.log');
    writeFileSync(file, `starting…\n${log}`);
    const fromFile = await kms.run('doctor', '--log', file, '--json');
    const summary = JSON.parse(fromFile.stdout);
    expect(summary).toMatchObject({ skipped: 1, daemonsStarted: 1, signersEnded: 0, stuck: [] });
    expect(summary.chains).toMatchObject({ ETH: { held: 1, completed: 0 }, BSC: { failed: 1 } });
    expect(summary.errors.map(({ code }: { code: string }) => code)).toContain('CHAIN_ID_MISMATCH');
    expect(summary.lines).toBe(log.trimEnd().split('\n').length);
    const fromInput = await custos(['doctor', '--log', '-', '--json'], { home: kms.home, input: `starting…\n${log}` });
    expect(fromInput).toEqual(fromFile);
  });

  it('doctor --log shows people a table and the remedies', async () => {
    const file = join(kms.home, 'daemon.log');
    const { code, stdout } = await kms.run('doctor', '--log', file);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^CHAIN +COMPLETED/m);
    expect(stdout).toMatch(/^BSC +0 +0 +0 +0 +1 /m);
    expect(stdout).toMatch(/^remedy for errors: /m);
  });

  it('doctor --log ends with a code when there is no such file', async () => {
    const ended = await kms.run('doctor', '--log', join(kms.home, 'nothing'));
    expect(ended).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('(LOG_UNREADABLE)') });
    expect(await kms.run('doctor', '--log', kms.home)).toMatchObject({ code: 1 });
  });
});
