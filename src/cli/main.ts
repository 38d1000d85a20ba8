import { readFileSync } from 'node:fs';
import type { Config, Settings } from '../app/config/config.js';
import { homeDirectory } from '../app/config/paths.js';
import { CustosError } from '../core/errors.js';
import { dropNodeDebug } from './node-debug.js';
import { output } from './output.js';
import { type Parsed, parseArguments } from './program.js';
import type { CommandSpec, Supervise } from './spec.js';
import { tellError } from './tell.js';

/** What this process was started with, read only here; the configuration is read from it once. */
const given = { argv: process.argv.slice(2), environment: process.env };

/** Runs the command line of this process and ends it: 0 done, 1 failed, 2 misused. */
async function main(): Promise<void> {
  if (dropNodeDebug(process)) {
    output.note('custos: warning: NODE_DEBUG is set; its output is not shown, because it may contain keys');
  }
  let command: string | undefined;
  try {
    const parsed = await readArguments();
    command = parsed?.spec.path;
    process.exitCode = parsed === undefined ? 0 : await runCommand(parsed);
  } catch (thrown) {
    const { environment } = given;
    process.exitCode = tellError(thrown, { command, environment, home: homeDirectory(environment) });
  }
}

/** @returns undefined: help or the version was shown */
async function readArguments(): Promise<Parsed | undefined> {
  try {
    return await parseArguments(given.argv, version());
  } catch (thrown) {
    unwritten(thrown, {});
    return undefined;
  }
}

async function runCommand(parsed: Parsed): Promise<number> {
  const [{ examineSettings, readSettings }, { refuseDebugger }] = await Promise.all([
    import('../app/config/config.js'),
    import('../app/process/debugger.js'),
  ]);
  refuseDebugger(given.environment['NODE_OPTIONS']);
  const read = parsed.spec.examines ? examineSettings : readSettings;
  const { config, front } = read(parsed.flags, given.environment, homeDirectory(given.environment));
  for (const text of config.warnings) output.note(`custos: warning: ${text}`);
  const supervise = isSupervised(config) ? parsed.spec.supervise : undefined;
  if (supervise !== undefined) return runSupervised(await supervise(), { config, front });
  const early = parsed.spec.unlocks ? await beginUnlock(config) : undefined;
  // Loading the rest keeps this thread busy, so it starts only after scrypt runs on another thread.
  await early?.begun;
  const [run, { createHouse }, { createTerminal }] = await Promise.all([
    parsed.spec.load(),
    import('../app/house.js'),
    import('../app/process/standard-terminal.js'),
  ]);
  // Checked again: a signal that came before our first line may have opened one in the meantime.
  refuseDebugger(given.environment['NODE_OPTIONS']);
  const house = createHouse(config, createTerminal(output.note), {
    early: early?.ended,
    command: parsed.spec.path,
  });
  try {
    return await run({ args: parsed.args, options: config.options, house, out: output });
  } catch (thrown) {
    return unwritten(thrown, parsed.spec);
  } finally {
    await house.close();
  }
}

/** A daemon with wrong settings only reports them; one with a signer service has no password, and one that only accepts keeps none. */
function isSupervised({ problems, signer, serve }: Config): boolean {
  return problems.length === 0 && signer.at === undefined && serve?.signs !== false;
}

async function runSupervised(supervise: Supervise, { config, front }: Settings): Promise<number> {
  const { createTerminal } = await import('../app/process/standard-terminal.js');
  const { environment } = given;
  return supervise({ config, front, environment, terminal: createTerminal(output.note) });
}

/** A result that was lost. A command that only shows something and has lost its reader (`| head`) has done its work. */
function unwritten(thrown: unknown, { done }: Pick<CommandSpec, 'done'>): number {
  if (!(thrown instanceof CustosError) || thrown.code !== 'RESULT_UNWRITTEN') throw thrown;
  if (done === undefined && thrown.details['code'] === 'EPIPE') return 0;
  throw done === undefined ? thrown : new CustosError('RESULT_UNWRITTEN', `${thrown.message}; ${done}`);
}

async function beginUnlock(config: Config) {
  const { unlockEarly } = await import('../app/store/early-unlock.js');
  return unlockEarly(config);
}

function version(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  const found = typeof manifest === 'object' && manifest !== null && 'version' in manifest ? manifest.version : '';
  return String(found);
}

await main();
