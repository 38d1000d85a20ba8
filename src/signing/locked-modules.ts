/**
 * The built-in modules that stay as they are in a locked-down process: what only computes. Every other one that this Node
 * has, known to us or not, loses all its functions.
 */
export const allowedModules: ReadonlySet<string> = new Set([
  'buffer',
  'console',
  'constants',
  'crypto',
  // Changes every event emitter when it is loaded, and opens nothing.
  'domain',
  'events',
  'path',
  'path/posix',
  'path/win32',
  // Reduced by itself.
  'process',
  'punycode',
  'querystring',
  'stream',
  'stream/consumers',
  'stream/promises',
  'stream/web',
  '_stream_duplex',
  '_stream_passthrough',
  '_stream_readable',
  '_stream_transform',
  '_stream_wrap',
  '_stream_writable',
  'string_decoder',
  'sys',
  'timers',
  'timers/promises',
  'url',
  'util',
  'util/types',
]);

/** Doors inside of allowed modules: OpenSSL's engines are libraries of the system. */
export const lockedParts: readonly (readonly [module: string, part: string])[] = [
  ['crypto', 'setEngine'],
  ['crypto', 'setFips'],
];

/** What loads code; taken away when all code is there. */
export const loadingModules: ReadonlySet<string> = new Set(['fs', 'fs/promises', 'module']);

/** Modules that Node 22 and earlier do not list, because they have no name without `node:`. */
export const unlistedModules: readonly string[] = [
  'node:ffi',
  'node:quic',
  'node:sea',
  'node:sqlite',
  'node:test',
  'node:test/reporters',
  'node:vfs',
];

/** Classes of these are parents of what Node itself goes on with: the channel's messages, promises, timers. */
export const sharedClasses: ReadonlySet<string> = new Set(['async_hooks', 'diagnostics_channel', 'perf_hooks', 'v8']);

/** Groups of functions of which Node itself asks one whenever it makes a warning. */
export const sharedGroups: ReadonlySet<string> = new Set(['v8.startupSnapshot']);

export const lockedGlobals = [
  'fetch',
  'WebSocket',
  'EventSource',
  'XMLHttpRequest',
  'Worker',
  'BroadcastChannel',
  'localStorage',
  'sessionStorage',
] as const;

/** What Node itself calls on `process` while it runs and ends, what the signer calls, and the channel to its parent. */
export const processNeeds: ReadonlySet<string> = new Set([
  '_disconnect',
  '_fatalException',
  '_send',
  '_tickCallback',
  'constructor',
  'disconnect',
  'emitWarning',
  'exit',
  'hrtime',
  'nextTick',
  'reallyExit',
  'send',
]);

/** The same until all code is loaded. */
export const loadingNeeds: ReadonlySet<string> = new Set(['cwd']);

/** Getters of `process` that tell facts. All others, such as those that make streams or reports, throw. */
export const processFacts: ReadonlySet<string> = new Set([
  '_exiting',
  'allowedNodeEnvironmentFlags',
  'domain',
  'exitCode',
  'features',
  'sourceMapsEnabled',
]);

/** Written by a process, read by everybody on the machine. */
export const publicFacts = ['title', 'debugPort'] as const;

/** What can lead from the channel's handle, which any code can find, to another one. */
export const handleDoors: ReadonlySet<string> = new Set(['bind', 'connect', 'fchmod', 'listen', 'open']);
