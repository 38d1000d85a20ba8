import { ChildProcess, type ForkOptions, fork } from 'node:child_process';
import { CustosError } from '../../core/errors.js';
import { lockedFork } from '../locked-fork.js';
import type { SignerProgram } from '../signer-child.js';

/** Starts the one program that was fixed when the door was taken. */
export type ForkDoor = () => ChildProcess;

/** Methods of child processes that `lockNetwork` must leave alone for the door to work. */
export const forkNeeds: ReadonlySet<string> = new Set([
  'child_process.ChildProcess.spawn',
  'child_process.ChildProcess.kill',
  'child_process.ChildProcess.ref',
  'child_process.ChildProcess.unref',
]);

/**
 * Takes the way to start one program before everything is locked. From then on the system's own call, which every way to a
 * process goes through, starts only this program: with these arguments, with no environment but the channel's, and with no
 * streams. So even code that gets hold of a child process cannot start another program with it.
 */
export function takeForkDoor({ program, nodeFlags }: SignerProgram): ForkDoor {
  const free = fork;
  const options: ForkOptions = { ...lockedFork(nodeFlags), execPath: process.execPath };
  guardSpawn([process.execPath, ...nodeFlags, program]);
  return () => free(program, [], options);
}

/** @param command - file and arguments of the only process that may be started */
function guardSpawn(command: readonly string[]): void {
  const handle: unknown = Reflect.get(new ChildProcess(), '_handle');
  const prototype: unknown = typeof handle === 'object' && handle !== null ? Object.getPrototypeOf(handle) : undefined;
  const spawn: unknown =
    typeof prototype === 'object' && prototype !== null ? Reflect.get(prototype, 'spawn') : undefined;
  if (typeof prototype !== 'object' || prototype === null || typeof spawn !== 'function') throw unguarded();
  const apply = Reflect.apply;
  const value = function guarded(this: unknown, ...given: readonly unknown[]): unknown {
    return apply(spawn, this, fixedArguments(given, command));
  };
  if (!Reflect.defineProperty(prototype, 'spawn', { value, writable: false, configurable: false })) throw unguarded();
}

/**
 * Arguments of the system's call that are made here; only the streams are the caller's, and only as many as a channel needs. Node
 * gives the call one object, and from 24.22 on the same values one by one.
 */
function fixedArguments(given: readonly unknown[], [file = '', ...args]: readonly string[]): readonly unknown[] {
  const [first] = given;
  if (typeof first === 'string') {
    const [, , , pairs, stdio] = given;
    return [file, [file, ...args], undefined, channelPairs(pairs), stdio, 0, undefined, undefined];
  }
  const of = (name: string): unknown =>
    typeof first === 'object' && first !== null ? Reflect.get(first, name) : undefined;
  const envPairs = channelPairs(of('envPairs'));
  return [{ file, args: [file, ...args], envPairs, stdio: of('stdio'), detached: false, windowsHide: true }];
}

function channelPairs(pairs: unknown): string[] {
  return listed(pairs).filter((pair) => /^NODE_CHANNEL_(FD|SERIALIZATION_MODE)=\w+$/.test(pair));
}

function listed(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

function unguarded(): CustosError {
  return new CustosError('SIGNER_LOCKED_DOWN', 'this Node does not let the keeper restrict what it starts');
}
