import { existsSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { packageRoot } from '../process/package.js';

/** A program of this package, and the flags of Node that lock it down from outside. */
interface LockedProgram {
  readonly program: string;
  readonly nodeFlags: readonly string[];
}

/**
 * The program of the signer process and the flags of Node that lock it down from outside. A keeper, which starts it, may not look
 * for directories.
 * @param own - the flags that it was started with: its signer processes may read what it may read
 */
export function signerProgramBelow(own: readonly string[]): LockedProgram {
  const permissions = own.filter((flag) => /^--(experimental-)?permission$|^--allow-fs-read=/.test(flag));
  return { program: programFile('signer-main.js'), nodeFlags: signerFlags(permissions) };
}

/** The same for the keeper. It may also start child processes; the program itself restricts them to signer processes. */
export function keeperProgram(): LockedProgram {
  const program = programFile('keeper-main.js');
  const permissions = permissionFlags(program);
  const children = permissions.length > 0 ? ['--allow-child-process'] : [];
  const memory = ['--max-old-space-size=512', '--max-semi-space-size=2'];
  return { program, nodeFlags: [...permissions, ...children, ...commonFlags(), ...memory] };
}

/** An HSM process: the one of a token loads native code, so it is not locked down; it gets no secret of the store. */
export function hsmProgram(service: 'token' | 'clouds'): LockedProgram {
  const addons = service === 'token' ? [] : ['--no-addons'];
  const nodeFlags = [...debuggerFlags(), '--no-warnings', ...addons, '--max-old-space-size=128'];
  return { program: programFile('hsm-main.js'), nodeFlags };
}

function programFile(name: string): string {
  return realpathSync(join(packageRoot(), 'dist', 'program', name));
}

function signerFlags(permissions: readonly string[]): string[] {
  // A third of V8's usual young generation: with 1 MB it would be collected every twenty signatures, which takes a tenth of the time.
  // --optimize-for-size would make it 1 MB from Node 24 on, whatever else is said.
  const memory = ['--max-old-space-size=256', '--min-semi-space-size=16', '--max-semi-space-size=16'];
  return [...permissions, ...commonFlags(), ...memory];
}

function commonFlags(): string[] {
  return [...debuggerFlags(), '--no-warnings', '--no-addons'];
}

/** Prevents a debugger on a signal from the start; Node 22.14 and earlier have only the signer's own handler. */
function debuggerFlags(): string[] {
  return process.allowedNodeEnvironmentFlags.has('--disable-sigusr1') ? ['--disable-sigusr1'] : [];
}

/**
 * Node's permission model: the process may only read code. It cannot write, or start a child, a worker or a native addon. This is
 * the outer wall; lock-down.ts is the inner one and also closes the network.
 */
function permissionFlags(program: string): string[] {
  const { allowedNodeEnvironmentFlags } = process;
  const flag = ['--permission', '--experimental-permission'].find((name) => allowedNodeEnvironmentFlags.has(name));
  if (flag === undefined) return [];
  return [flag, ...codeDirectories(program).map((directory) => `--allow-fs-read=${directory}/*`)];
}

/** This package, and every `node_modules` from which Node would resolve its dependencies. */
function codeDirectories(program: string): string[] {
  const root = dirname(dirname(dirname(program)));
  const directories = [root];
  for (let at = root; ; at = dirname(at)) {
    const modules = join(at, 'node_modules');
    // Node resolves links before it checks permissions, so a linked directory also needs its real name.
    if (existsSync(modules)) directories.push(...new Set([modules, realpathSync(modules)]));
    if (dirname(at) === at) return directories;
  }
}
