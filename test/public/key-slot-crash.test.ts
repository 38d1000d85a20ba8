import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readConfig } from '../../src/app/config/config.js';
import { createHouse } from '../../src/app/house.js';
import { addKeySlot, removeKeySlot } from '../../src/cli/commands/keys/key-slots.js';
import { whyNoOpenssl } from '../support/certificates.js';
import { type Environment, program, type Running, removeHome, start, startProgram } from '../support/custos.js';
import { until } from '../support/halting.js';
import { storeOf } from '../support/home-store.js';
import { runInProcess } from '../support/in-process.js';
import { type KeyProgramNames, keyPrograms } from '../support/key-programs.js';
import { onPostgres } from '../support/postgres.js';
import { makeQuickHome } from '../support/quick-slot.js';
import { silentTerminal } from '../support/silent-terminal.js';

/** When a command is killed. */
type Point =
  /** At the begin or end of a program that it runs: which one of them all. */
  | { readonly program: number }
  /** When it asks the disk to keep what it wrote: counted from 1. */
  | { readonly sync: number }
  /** Of the time from the end of its last program to its own end. */
  | { readonly part: number };

let home: string;
let folder: string;
let plain: KeyProgramNames;
let gated: KeyProgramNames;

const file = (name: string) => join(folder, name);
/** Begins and ends of programs so far. */
const steps = () => (existsSync(file('steps')) ? readFileSync(file('steps'), 'utf8').split('\n').length - 1 : 0);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'custos-slot-crash-'));
  const password = { CUSTOS_PASSWORD: 'the password of this test' };
  home = await makeQuickHome(password);
  plain = keyPrograms(folder);
  // Counts, and stands still where it is told to.
  const step = `echo x >> ${file('steps')}
if [ "$(wc -l < ${file('steps')})" = "$(cat ${file('halt')})" ]; then echo $$ > ${file('halted')}; exec sleep 600; fi`;
  const gate = (name: string, program: string) => {
    writeFileSync(file(name), `#!/bin/sh\n${step}\n${program}\n${step}\n`);
    chmodSync(file(name), 0o700);
    return file(name);
  };
  gated = { wrap: gate('wrap', plain.wrap), unwrap: gate('unwrap', plain.unwrap) };
  // From now on nothing opens the store but a key slot.
  await within(password, async (house) => {
    await runInProcess(house, addKeySlot, { args: ['command'], flags: programs(plain) });
  });
  await within(by('command'), async (house) => {
    const slots = await (await house.store()).slots.all();
    const former = slots.find(({ kind }) => kind === 'password')?.id ?? '';
    await runInProcess(house, removeKeySlot, { args: [former] });
  });
}, 120_000);
afterAll(() => {
  removeHome(home);
  rmSync(folder, { recursive: true, force: true });
});

const programs = ({ wrap, unwrap }: KeyProgramNames) => ({ wrapCommand: wrap, unwrapCommand: unwrap });
const by = (slot: string, { unwrap } = plain) => ({ CUSTOS_KEY_SLOT: slot, CUSTOS_KEY_COMMAND: unwrap });

async function within<T>(env: Environment, work: (house: ReturnType<typeof createHouse>) => Promise<T>): Promise<T> {
  const house = createHouse(readConfig({}, { ...storeOf(home), ...env }, home), silentTerminal);
  try {
    return await work(house);
  } finally {
    await house.close();
  }
}

/** Id of the slot of a key with which the store has just been opened; undefined: the store has none. */
function opened(slot: string): Promise<string | undefined> {
  return within(by(slot), async (house) => {
    try {
      return (await house.opened()).slot.id;
    } catch (error) {
      if ((error as { code?: string }).code === 'SLOT_UNKNOWN') return undefined;
      throw error;
    }
  });
}

interface Killed {
  readonly stdout: string;
  /** It had ended before. */
  readonly isOver: boolean;
}

/** Runs a command and kills it. @param time - of `timeOf`, for a part of it */
async function killed(args: readonly string[], point: Point, time: number): Promise<Killed> {
  begin('program' in point ? point.program : 0);
  const run = 'sync' in point ? startTraced(args, point.sync) : start(args, { home, env: env() });
  if ('program' in point) {
    await reached(run, () => existsSync(file('halted')));
    run.kill('SIGKILL');
    process.kill(-Number(readFileSync(file('halted'), 'utf8')), 'SIGKILL');
  } else if ('part' in point) {
    await reached(run, () => steps() === programsOf(args));
    setTimeout(() => run.kill('SIGKILL'), point.part * time);
  }
  const { stdout, code } = await run.ended;
  return { stdout, isOver: code === 0 };
}

/** Resolves when a command has come so far. @throws Error: it ended before */
async function reached(run: Running, isThere: () => boolean): Promise<void> {
  const end = run.ended.then(({ stderr }) => {
    if (!isThere()) throw new Error(`the command ended before: ${stderr}`);
  });
  await Promise.race([until(async () => isThere()), end]);
}

/** Killed in its nth fsync. */
function startTraced(args: readonly string[], nth: number): Running {
  const calls = ['-e', 'trace=fsync,fdatasync', '-e', `inject=fsync,fdatasync:signal=KILL:when=${nth}`];
  const words = ['-qq', '-o', '/dev/null', ...calls];
  return startProgram('strace', [...words, process.execPath, program, ...args], { home, env: env() });
}

const env = () => by('command', gated);

function begin(halt: number): void {
  rmSync(file('halted'), { force: true });
  rmSync(file('steps'), { force: true });
  writeFileSync(file('halt'), String(halt));
}

/** Begins and ends of programs in the course of a command: it opens the store, and most wrap and unwrap besides. */
const programsOf = ([, verb]: readonly string[]) => (verb === 'remove' ? 2 : 6);

/** Milliseconds from the end of the last program to the end of a command that nobody kills. */
async function timeOf(args: readonly string[]): Promise<number> {
  begin(0);
  const run = start(args, { home, env: env() });
  await reached(run, () => steps() === programsOf(args));
  const from = performance.now();
  expect(await run.ended).toMatchObject({ code: 0 });
  return performance.now() - from;
}

const noStrace = onPostgres ? 'the store is not a file' : whyNoStrace();

function whyNoStrace(): string | undefined {
  if (spawnSync('strace', ['-o', '/dev/null', 'true']).status === 0) return undefined;
  console.warn('key-slot commands are not killed at each fsync: strace does not run here');
  return 'strace does not run here';
}

/** Kills a command at one point after another, and looks at the store after each. */
async function killEverywhere(
  args: () => Promise<readonly string[]>,
  { programs, parts }: { readonly programs: readonly number[]; readonly parts: readonly number[] },
  look: (killed: Killed, point: Point) => Promise<void>,
): Promise<void> {
  const time = parts.length > 0 ? await timeOf(await args()) : 0;
  for (const point of [...programs.map((program) => ({ program })), ...parts.map((part) => ({ part }))]) {
    await look(await killed(await args(), point, time), point);
  }
  if (noStrace !== undefined) return;
  for (let sync = 1; ; sync++) {
    const done = await killed(await args(), { sync }, 0);
    await look(done, { sync });
    if (done.isOver) {
      // The store itself, the change, and the end.
      expect(sync).toBeGreaterThan(2);
      return;
    }
  }
}

describe.skipIf(whyNoOpenssl() !== undefined)('a store whose only key slot another program changes', () => {
  const withPrograms = () => ['--wrap-command', gated.wrap, '--unwrap-command', gated.unwrap];

  it('opens with the former or the new slot when `key-slot rotate` was killed, wherever that was', async () => {
    const rotate = ['key-slot', 'rotate', 'command', ...withPrograms()];
    let former: string | undefined;
    const args = async () => {
      former = await opened('command');
      return rotate;
    };
    await killEverywhere(args, { programs: [3, 4, 6], parts: [0.3, 0.6] }, async ({ stdout }, point) => {
      const now = await opened('command');
      expect(now, JSON.stringify(point)).toBeDefined();
      if ('program' in point) expect(now).toBe(former);
      if (stdout !== '') expect(now).toBe(idIn(stdout));
      const slots = await within(by('command'), async (house) => (await house.store()).slots.all());
      expect(slots.map(({ id }) => id)).toEqual([now]);
    });
  });

  it('opens with its slot when `key-slot add` was killed, and the new one is there as a whole or not at all', async () => {
    const add = async () => {
      const there = await opened('command:second');
      if (there !== undefined) await change(removeKeySlot, { args: [there] });
      return ['key-slot', 'add', 'command:second', ...withPrograms()];
    };
    await killEverywhere(add, { programs: [4, 6], parts: onPostgres ? [0.5] : [] }, async ({ stdout }, point) => {
      expect(await opened('command'), JSON.stringify(point)).toBeDefined();
      const added = await opened('command:second');
      if ('program' in point) expect(added).toBeUndefined();
      if (stdout !== '') expect(added).toBe(idIn(stdout));
    });
  });

  it('opens with its slot when `key-slot remove` was killed, and the other one still opens it or has ended', async () => {
    let there = '';
    const remove = async () => {
      there = (await opened('command:second')) ?? (await added());
      return ['key-slot', 'remove', there, '--yes'];
    };
    await killEverywhere(remove, { programs: [2], parts: onPostgres ? [0.5] : [] }, async (_killed, point) => {
      expect(await opened('command'), JSON.stringify(point)).toBeDefined();
      const left = await opened('command:second');
      expect([there, undefined]).toContain(left);
      if ('program' in point) expect(left).toBe(there);
    });
  });

  const idIn = (printed: string) => (JSON.parse(printed) as { readonly id: string }).id;
  const change = (command: typeof addKeySlot, what: Parameters<typeof runInProcess>[2]) =>
    within(by('command'), (house) => runInProcess(house, command, what));

  async function added(): Promise<string> {
    await change(addKeySlot, { args: ['command:second'], flags: programs(plain) });
    return (await opened('command:second')) ?? '';
  }
});
