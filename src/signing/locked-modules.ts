/**
 * The built-in modules that stay unchanged in a locked-down process, because they only compute. Every other module of this
 * Node, known or unknown, loses all of its functions.
 */
export const allowedModules: ReadonlySet<string> = new Set([
  'buffer',
  'console',
  'constants',
  'crypto',
  // Changes every event emitter when it is loaded, and gives no access.
  'domain',
  'events',
  'path',
  'path/posix',
  'path/win32',
  // Locked separately.
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

/** Dangerous parts of allowed modules: OpenSSL's engines are libraries of the system. */
export const lockedParts: readonly (readonly [module: string, part: string])[] = [
  ['crypto', 'setEngine'],
  ['crypto', 'setFips'],
];

/** Modules that load code; locked when all code is loaded. */
export const loadingModules: ReadonlySet<string> = new Set(['fs', 'fs/promises', 'module']);

/** Modules that Node 22 and earlier do not list, because they need the prefix `node:`. */
export const unlistedModules: readonly string[] = [
  'node:ffi',
  'node:quic',
  'node:sea',
  'node:sqlite',
  'node:test',
  'node:test/reporters',
  'node:vfs',
];

/** Modules with parent classes that Node itself keeps using: messages of the channel, promises, timers. */
export const sharedClasses: ReadonlySet<string> = new Set(['async_hooks', 'diagnostics_channel', 'perf_hooks', 'v8']);

/** Groups with a function that Node itself calls for every warning. */
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

/** Members of `process` that Node calls while it runs and ends, that the signer calls, and the channel to its parent. */
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

/** Getters of `process` that return facts. All others, such as those that make streams or reports, throw. */
export const processFacts: ReadonlySet<string> = new Set([
  '_exiting',
  'allowedNodeEnvironmentFlags',
  'domain',
  'exitCode',
  'features',
  'sourceMapsEnabled',
]);

/** A process writes these, and everyone on the machine can read them. */
export const publicFacts = ['title', 'debugPort'] as const;

/** Methods that lead from the channel's handle, which any code can find, to another handle. */
export const handleDoors: ReadonlySet<string> = new Set(['bind', 'connect', 'fchmod', 'listen', 'open']);
