import { createRequire, syncBuiltinESMExports } from 'node:module';
import { CustosError } from '../core/errors.js';

/** Everything by which a process could reach another machine or start another process. */
const networkModules = [
  'net',
  'tls',
  'dgram',
  'dns',
  'dns/promises',
  'http',
  'https',
  'http2',
  'child_process',
  'cluster',
  'worker_threads',
  'inspector',
  'inspector/promises',
  'repl',
] as const;

/** Everything by which a process could touch a file. */
const fileModules = ['fs', 'fs/promises'] as const;

const globals = ['fetch', 'WebSocket', 'EventSource', 'XMLHttpRequest', 'Worker', 'BroadcastChannel'] as const;

/** Doors beside the modules: raw bindings and native libraries. */
const processDoors = ['binding', '_linkedBinding', 'dlopen', 'getBuiltinModule', 'chdir', '_debugProcess'] as const;

type Locked = Record<string, unknown>;

/**
 * Takes the network away from this process for good: every function and class of the networking and process-starting
 * modules throws SIGNER_LOCKED_DOWN, on each way by which code can get at them. Call it before dependencies are loaded,
 * so that even they never hold the real functions. The open IPC channel keeps working.
 */
export function lockNetwork(): void {
  const require = createRequire(import.meta.url);
  for (const name of networkModules) lockModule(require, name);
  for (const name of globals) lockProperty(globalThis as unknown as Locked, name, name);
  for (const name of processDoors) lockProperty(process as unknown as Locked, name, `process.${name}`);
  syncBuiltinESMExports();
}

/** Takes the file system away as well, and with it the loading of further code. Call it when all code is loaded. */
export function lockFiles(): void {
  const require = createRequire(import.meta.url);
  for (const name of fileModules) lockModule(require, name);
  syncBuiltinESMExports();
}

function lockModule(require: NodeJS.Require, name: string): void {
  let module: Locked;
  try {
    module = require(`node:${name}`);
  } catch {
    return; // This Node has no such module, so there is nothing to reach.
  }
  // Prototypes first: code may hold a socket class from before, and instances reach the system through these methods.
  for (const key of Object.getOwnPropertyNames(module)) {
    const value = module[key];
    if (typeof value === 'function') lockPrototype(value.prototype, `${name}.${key}`);
  }
  for (const key of Object.getOwnPropertyNames(module)) {
    if (typeof module[key] === 'function') lockProperty(module, key, `${name}.${key}`);
  }
}

const prototypeDoors = ['connect', 'listen', 'bind', 'send', 'resolve', 'lookup', 'request', 'spawn', 'open'];

function lockPrototype(prototype: unknown, label: string): void {
  if (typeof prototype !== 'object' || prototype === null) return;
  for (const door of prototypeDoors) {
    if (Object.hasOwn(prototype, door)) lockProperty(prototype as Locked, door, `${label}.${door}`);
  }
}

/** What was put in place of a door, so that an alias (`net.Stream` is `net.Socket`) is locked once. */
const refusals = new WeakSet<object>();

function lockProperty(target: Locked, key: string, label: string): void {
  const door = Reflect.get(target, key);
  if (door === undefined || (typeof door === 'function' && refusals.has(door))) return;
  // A function, not an arrow: `new` on it must be refused with the same words.
  const refuse = function refuse(): never {
    throw new CustosError('SIGNER_LOCKED_DOWN', `the signer process may not use ${label}`);
  };
  refusals.add(refuse);
  try {
    Object.defineProperty(target, key, { value: refuse, writable: false, configurable: false, enumerable: true });
  } catch (cause) {
    throw new CustosError('SIGNER_LOCKED_DOWN', `${label} cannot be taken away from the signer process`, { cause });
  }
}
