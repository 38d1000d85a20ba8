import Module, { builtinModules, createRequire, syncBuiltinESMExports } from 'node:module';
import { CustosError } from '../core/errors.js';
import {
  allowedModules,
  handleDoors,
  loadingModules,
  loadingNeeds,
  lockedGlobals,
  lockedParts,
  processFacts,
  processNeeds,
  publicFacts,
  sharedClasses,
  sharedGroups,
  unlistedModules,
} from './locked-modules.js';

/** A property to lock. `use` throws when it is called, `read` already when it is read. */
interface Door {
  readonly on: object;
  readonly key: string;
  readonly label: string;
  readonly refuse: 'use' | 'read';
}

/**
 * Locks every module that is not on the list of allowed modules, and so network, other processes and native code. Each function
 * and class throws SIGNER_LOCKED_DOWN, on every path to it. Only code loading still works. Call it before dependencies are
 * loaded, so that even they never hold the real functions. The open IPC channel keeps working.
 * @param kept - labels of methods that stay as they are, for a door that was taken before (`MODULE.CLASS.METHOD`)
 */
export function lockNetwork(kept: ReadonlySet<string> = new Set()): void {
  const require = createRequire(import.meta.url);
  const names = [...builtinModules, ...unlistedModules].map((name) => name.replace(/^node:/, ''));
  const locked = names.filter((name) => !allowedModules.has(name) && !loadingModules.has(name));
  // All are found before the first is locked, because Node's own modules load each other when they are read.
  const doors = [
    ...locked.flatMap((name) => doorsOfModule(name, loaded(require, name))),
    ...lockedParts.flatMap(([name, part]) => doorAt(loaded(require, name), part, `${name}.${part}`)),
    ...lockedGlobals.flatMap((name) => doorAt(globalThis, name, name)),
    ...doorsOfProcess((key) => processNeeds.has(key) || loadingNeeds.has(key)),
    ...doorsOfHandles(),
  ];
  for (const door of doors) if (!kept.has(door.label)) lock(door);
  for (const key of publicFacts) fix(process, key, `process.${key}`, { value: process[key], writable: false });
  syncBuiltinESMExports();
}

/** Also locks the file system, and so the loading of further code. Call it when all code is loaded. */
export function lockFiles(): void {
  const require = createRequire(import.meta.url);
  // Kept here, because the imported name will lead to a function that throws.
  const synchronize = syncBuiltinESMExports;
  // If Node has such hooks, they also stop its own loader, which holds the real functions of the file system.
  const hook: unknown = Reflect.get(Module, 'registerHooks');
  const doors = [
    ...[...loadingModules].flatMap((name) => doorsOfModule(name, loaded(require, name))),
    ...doorsOfProcess((key) => processNeeds.has(key)),
  ];
  if (typeof hook === 'function') hook({ resolve: refusal('the loading of code') });
  for (const door of doors) lock(door);
  fix(process, 'mainModule', 'process.mainModule', { value: undefined, writable: false });
  synchronize();
}

/** @returns undefined if this Node has no such module: then it cannot be reached */
function loaded(require: NodeJS.Require, name: string): unknown {
  try {
    return require(`node:${name}`);
  } catch {
    return undefined;
  }
}

function doorsOfModule(name: string, module: unknown): Door[] {
  const members = membersOf(module);
  const groups = members.filter(([key, value]) => isGroup(value) && !sharedGroups.has(`${name}.${key}`));
  // Code may already hold a class, and instances reach the system through its methods.
  const classes: [string, unknown][] = sharedClasses.has(name) ? [] : [['module', module], ...members];
  return [
    ...classes.flatMap(([key, value]) => methodsOf(value, `${name}.${key}`)),
    ...functionsOf(module, name),
    ...groups.flatMap(([key, group]) => functionsOf(group, `${name}.${key}`)),
  ];
}

function functionsOf(target: unknown, label: string): Door[] {
  const functions = membersOf(target).filter(([key, value]) => typeof value === 'function' && key !== 'constructor');
  return functions.flatMap(([key]) => doorAt(target, key, `${label}.${key}`));
}

function methodsOf(value: unknown, label: string): Door[] {
  const prototype: unknown = typeof value === 'function' ? value.prototype : undefined;
  if (!isObject(prototype) || prototype === Object.prototype) return [];
  const methods = Object.entries(Object.getOwnPropertyDescriptors(prototype));
  return methods
    .filter(([key, { value: method }]) => typeof method === 'function' && key !== 'constructor')
    .map(([key]): Door => ({ on: prototype, key, label: `${label}.${key}`, refuse: 'use' }));
}

function doorAt(on: unknown, key: string, label: string): Door[] {
  return isObject(on) && key in on ? [{ on, key, label, refuse: 'use' }] : [];
}

/** Own properties with their values. */
function membersOf(target: unknown): [key: string, value: unknown][] {
  if (!isObject(target)) return [];
  return Object.getOwnPropertyNames(target).map((key) => [key, memberOf(target, key)]);
}

/**
 * A getter may load something unasked, such as a whole HTTP client. So each getter that can be removed counts as a function,
 * except those that return another half of a module.
 */
function memberOf(target: object, key: string): unknown {
  const { get, configurable } = Object.getOwnPropertyDescriptor(target, key) ?? {};
  if (get === undefined || key === 'promises') return Reflect.get(target, key);
  if (configurable === true) return get;
  return key === 'rootCertificates' ? [] : Reflect.get(target, key);
}

function isObject(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}

/** An object that only groups functions, such as `fs.promises`. */
function isGroup(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}

/** All of `process`, except what is needed and what only returns facts. */
function doorsOfProcess(isNeeded: (key: string) => boolean): Door[] {
  return Object.entries(Object.getOwnPropertyDescriptors(process)).flatMap(([key, { get, value }]): Door[] => {
    const door = { on: process, key, label: `process.${key}` };
    if (get !== undefined) return processFacts.has(key) ? [] : [{ ...door, refuse: 'read' }];
    return typeof value === 'function' && !isNeeded(key) ? [{ ...door, refuse: 'use' }] : [];
  });
}

/** Methods of handles: a handle leads to its class, and a class to handles for other places. */
function doorsOfHandles(): Door[] {
  return Object.getOwnPropertySymbols(process).flatMap((key) => {
    const doors: Door[] = [];
    for (let at: unknown = Reflect.get(process, key); isObject(at); at = Object.getPrototypeOf(at)) {
      for (const name of handleDoors) {
        if (Object.hasOwn(at, name)) doors.push({ on: at, key: name, label: `the channel's ${name}`, refuse: 'use' });
      }
    }
    return doors;
  });
}

/** Properties that are already locked: several modules share a class, and both locks visit `process`. */
const locked = new WeakMap<object, Set<string>>();

// This must not read any property: some load a module of Node when they are read.
function lock({ on, key, label, refuse }: Door): void {
  const keys = locked.get(on) ?? new Set();
  if (keys.has(key)) return;
  locked.set(on, keys.add(key));
  fix(on, key, label, refuse === 'read' ? { get: refusal(label) } : { value: refusal(label), writable: false });
}

function refusal(label: string): () => never {
  // A function, not an arrow: `new` must fail with the same error.
  return function refuse(): never {
    throw new CustosError('SIGNER_LOCKED_DOWN', `the signer process may not use ${label}`);
  };
}

function fix(on: object, key: string, label: string, descriptor: PropertyDescriptor): void {
  // Deleted first, because redefining a property counts as reading it.
  Reflect.deleteProperty(on, key);
  if (Reflect.defineProperty(on, key, { ...descriptor, configurable: false })) return;
  // Node 20 keeps one function of its loader behind its own getter and setter.
  if (Reflect.set(on, key, descriptor.value) && Reflect.get(on, key) === descriptor.value) return;
  throw new CustosError('SIGNER_LOCKED_DOWN', `${label} cannot be taken away from the signer process`);
}
