import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { custos, onTerminal, program, start } from '../support/custos.js';
import { type Kms, startKms } from '../support/kms.js';
import { childrenOf, processesOf } from '../support/processes.js';

let kms: Kms;
beforeAll(async () => {
  kms = await startKms();
});
afterAll(() => kms.close());

/** Ports on which a process listens, as the system knows them. */
function ports(pid: number): number[] {
  const own = new Set(readdirSync(`/proc/${pid}/fd`).map((fd) => linkOf(`/proc/${pid}/fd/${fd}`)));
  return ['tcp', 'tcp6'].flatMap((table) =>
    readFileSync(`/proc/${pid}/net/${table}`, 'utf8')
      .split('\n')
      .map((line) => line.trim().split(/\s+/))
      .filter(([, , , state, , , , , , inode]) => state === '0A' && own.has(`socket:[${inode}]`))
      .map(([, local]) => Number.parseInt(local?.split(':')[1] ?? '', 16)),
  );
}

/** A descriptor can be closed meanwhile. */
function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}

/** Sends the signal again and again while the process does something else, so that a debugger would be open by now. */
async function disturb(pids: readonly number[], work: () => Promise<unknown>): Promise<void> {
  for (let round = 0; round < 20; round++) {
    for (const pid of pids) process.kill(pid, 'SIGUSR1');
    await work();
  }
}

function expectNoDebugger(stderr: string): void {
  expect(stderr).not.toMatch(/debugger|inspector|ws:\/\//i);
}

describe('the signal on which Node opens a debugger', () => {
  it('a gateway opens no debugger on the signal, and continues', async () => {
    const flags = ['--testnet', `--node=ETH=${kms.stub.url}/node`, '--port=0', '--log-level=silent'];
    const running = start(['gateway', ...flags], { home: kms.home, env: { CUSTOS_GATEWAY_API_KEY: 'of the gateway' } });
    const url = /http[^"]+/.exec(await running.line(/"url"/))?.[0] ?? '';
    const ask = () => fetch(`${url}/v3/kms/pending/ETH`, { headers: { 'x-api-key': 'of the gateway' } });
    await disturb([running.pid], ask);
    expect(ports(running.pid)).toEqual([Number(new URL(url).port)]);
    expect((await ask()).status).toBe(200);
    const { code, stderr } = await running.kill('SIGTERM');
    expect(code).toBe(0);
    expectNoDebugger(stderr);
  });

  it('no process of a daemon opens a debugger on the signal, and all continue', async () => {
    const running = kms.serve('--testnet', '--health-port=0', `--external-url=${kms.stub.approveUrl}`);
    const url = /http:[^"\s]+/.exec(await running.line(/"url"|http:\/\/127/))?.[0] ?? '';
    await running.line(/signer process started/);
    const { front, keeper, signers } = processesOf(running.pid);
    expect(signers).toHaveLength(1);
    await disturb([running.pid, front, keeper, ...signers], () => fetch(new URL('/health', url)));
    expect(ports(front)).toEqual([Number(new URL(url).port)]);
    for (const pid of [running.pid, keeper, ...signers]) expect(ports(pid)).toEqual([]);
    expect(processesOf(running.pid)).toEqual({ front, keeper, signers });
    const { code, stderr } = await running.kill('SIGTERM');
    expect(code).toBe(0);
    expectNoDebugger(stderr);
  });

  it('a command that waits for its password opens no debugger on the signal, and continues', async () => {
    const running = onTerminal(['wallet', 'create', 'ETH', '--testnet'], { home: kms.home });
    await running.line(/password/i);
    const command = youngest(running.pid);
    await disturb([command], () => new Promise((resolve) => setImmediate(resolve)));
    expect(ports(command)).toEqual([]);
    running.type(`${kms.env['CUSTOS_PASSWORD']}\r`);
    const { code, stdout } = await running.ended;
    expectNoDebugger(stdout);
    expect([code, stdout]).toEqual([0, expect.stringContaining('signatureId')]);
  });

  it('the debugger signal is handled before anything else is loaded', () => {
    const [, , first, second] = readFileSync(program, 'utf8').split('\n');
    expect(first).toBe("process.on('SIGUSR1', () => undefined);");
    expect(second).toMatch(/^await import\(/);
  });
});

/** The last of a line of processes: a shell may stand between. */
function youngest(pid: number): number {
  const [child] = childrenOf(pid);
  return child === undefined ? pid : youngest(child);
}

describe('a command that is started with an open debugger', () => {
  it.each([
    ['--inspect=0', '--inspect'],
    ['"--inspect=127.0.0.1:0"', '--inspect'],
    ['--max-old-space-size=256 --inspect_port=0', '--inspect-port'],
    ['--heapsnapshot-signal=SIGUSR2', '--heapsnapshot-signal'],
    ['--report-on-signal', '--report-on-signal'],
  ])('a command with an open debugger through NODE_OPTIONS=%s refuses to run', async (options, named) => {
    const env = { ...kms.env, NODE_OPTIONS: options };
    const { code, stderr } = await custos(['wallet', 'list'], { home: kms.home, env });
    expect(stderr).toContain(`custos: error: Node was started with ${named} (DEBUGGER_OPEN)`);
    expect(stderr).not.toContain(kms.env['CUSTOS_PASSWORD']);
    expect(code).toBe(2);
  });

  it('a command with an open debugger still shows its help and version', async () => {
    const env = { ...kms.env, NODE_OPTIONS: '--report-on-signal' };
    expect((await custos(['--version'], { home: kms.home, env })).code).toBe(0);
  });
});
