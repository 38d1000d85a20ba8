import { existsSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { packageRoot } from '../process/package.js';

/** The program of the signer process and the flags of Node that lock it down from outside. */
export function signerProgram(): { readonly program: string; readonly nodeFlags: readonly string[] } {
  const program = realpathSync(join(packageRoot(), 'dist', 'program', 'signer-main.js'));
  // A signature makes little garbage: a small young generation costs no speed and halves the memory.
  const memory = ['--max-old-space-size=256', '--max-semi-space-size=1', '--optimize-for-size'];
  return {
    program,
    nodeFlags: [...permissionFlags(program), ...debuggerFlags(), '--no-warnings', '--no-addons', ...memory],
  };
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
