import { fork } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';

const probe = fileURLToPath(new URL('../../support/keeper-probe.mjs', import.meta.url));
const only = fileURLToPath(new URL('../../support/waiting-program.mjs', import.meta.url));

interface Told {
  /** How each other way to a process or a socket ended. */
  readonly results: Readonly<Record<string, string>>;
  /** What was started through the door, through the class of a child process, and through the class of its handle. */
  readonly pids: Readonly<Record<string, number>>;
}

let told: Told;
const child = fork(probe, [only], { execArgv: ['--no-warnings'], serialization: 'advanced' });
beforeAll(async () => {
  told = await new Promise((resolve, reject) => {
    child.once('message', (message) => resolve(message as Told));
    child.once('exit', (code) => reject(new Error(`ended with ${code}`)));
  });
});
afterAll(() => child.disconnect());

it('a process with the door to one program cannot start another one in a usual way, connect or listen', () => {
  const open = Object.entries(told.results).filter(([, result]) => result !== 'SIGNER_LOCKED_DOWN');
  expect(open).toEqual([]);
  expect(Object.keys(told.results)).toHaveLength(8);
});

it('whatever starts a process through the door, it is the one program, with no environment but the channel', () => {
  expect(Object.keys(told.pids)).toEqual(['door', 'class', 'handle']);
  for (const pid of Object.values(told.pids)) {
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').filter(Boolean);
    expect(command).toEqual([process.execPath, '--no-warnings', only]);
    const environment = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').filter(Boolean);
    expect(environment.filter((line) => !line.startsWith('NODE_CHANNEL_'))).toEqual([]);
  }
});
