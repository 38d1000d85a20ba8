// Tries every way out of this process and sends how each ended. With --conditions=unlocked nothing is locked before.
import { builtinModules, createRequire } from 'node:module';
import { lockFiles, lockNetwork } from '../../dist/signing/lock-down.js';
import { allowedModules, processFacts, processNeeds, unlistedModules } from '../../dist/signing/locked-modules.js';

const require = createRequire(import.meta.url);
const send = process.send.bind(process);
const hasHooks = 'registerHooks' in require('node:module');
const isLocked = !process.execArgv.includes('--conditions=unlocked');
const early = {
  script: require('node:vm').Script,
  net: await import('node:net'),
  dns: await import('node:dns'),
  socket: require('node:net').Socket,
};
const [handle] = Object.getOwnPropertySymbols(process)
  .map((key) => process[key])
  .filter((value) => value?.bind);

/** All modules that this Node has, held from before. */
const modules = new Map();
for (const name of [...builtinModules, ...unlistedModules].map((one) => one.replace(/^node:/, ''))) {
  try {
    modules.set(name, require(`node:${name}`));
  } catch {
    // This Node has none.
  }
}

if (isLocked) {
  lockNetwork();
  await import('tiny-secp256k1');
  lockFiles();
}

const ways = {
  fetch: () => fetch('http://127.0.0.1:9/'),
  'WebSocket or its absence': () => (globalThis.WebSocket ? new WebSocket('ws://127.0.0.1:9/') : refusedAnyway()),
  'net.connect': async () => (await import('node:net')).connect(9, '127.0.0.1').destroy(),
  'net.connect held from before': () => early.net.connect(9, '127.0.0.1').destroy(),
  'net.Socket': async () => new (await import('node:net')).Socket().connect(9, '127.0.0.1').destroy(),
  'net.Socket class held from before': () =>
    new early.socket()
      .connect(9, '127.0.0.1')
      .on('error', () => {})
      .destroy(),
  'net.createServer': async () => (await import('node:net')).createServer().listen(0).close(),
  'require net': () => require('node:net').connect(9, '127.0.0.1').destroy(),
  'tls.connect': async () =>
    (await import('node:tls'))
      .connect(9, '127.0.0.1')
      .on('error', () => {})
      .destroy(),
  'http.get': async () =>
    (await import('node:http'))
      .get('http://127.0.0.1:9/')
      .on('error', () => {})
      .destroy(),
  'https.request': async () =>
    (await import('node:https'))
      .request('https://127.0.0.1:9/')
      .on('error', () => {})
      .destroy(),
  'http2.connect': async () =>
    (await import('node:http2'))
      .connect('http://127.0.0.1:9/')
      .on('error', () => {})
      .destroy(),
  'dgram.createSocket': async () => (await import('node:dgram')).createSocket('udp4').close(),
  'dns.lookup': async () => (await import('node:dns')).lookup('localhost', () => {}),
  'dns.lookup held from before': () => early.dns.lookup('localhost', () => {}),
  'dns.promises.lookup': async () => (await import('node:dns')).promises.lookup('localhost'),
  'dns/promises.resolve': async () => (await import('node:dns/promises')).lookup('localhost'),
  'dns.Resolver': async () => new (await import('node:dns')).Resolver().cancel(),
  'child_process.spawn': async () => (await import('node:child_process')).spawn('true').on('error', () => {}),
  'child_process.execFileSync': async () => (await import('node:child_process')).execFileSync('true'),
  'child_process.fork': async () => (await import('node:child_process')).spawnSync(process.execPath, ['-e', '0']),
  'worker_threads.Worker': async () =>
    new (await import('node:worker_threads')).Worker('0', { eval: true }).terminate(),
  'cluster.fork': async () => (await import('node:cluster')).default.setupPrimary({ exec: '/dev/null' }),
  'inspector.open': async () => (await import('node:inspector')).url(),
  'process.binding': () => process.binding('util'),
  'process.dlopen': () => attempt(() => process.dlopen({ exports: {} }, '/nowhere.node')),
  'process.chdir': () => process.chdir('.'),
  'fs.readFileSync': async () => (await import('node:fs')).readFileSync('/etc/hostname'),
  'fs.writeFileSync': async () => (await import('node:fs')).writeFileSync('/dev/null', ''),
  'fs.promises.readFile': async () => (await import('node:fs')).promises.readFile('/etc/hostname'),
  'fs/promises.open': async () => (await (await import('node:fs/promises')).open('/etc/hostname')).close(),
  'fs.createReadStream': async () => (await import('node:fs')).createReadStream('/etc/hostname').destroy(),
  'loading further code': () => import('zod'),
  'a text as code': () =>
    // On Node 20 its own loader cannot be stopped. It loads what could as well be evaluated, and files by the closed module.
    hasHooks ? import('data:text/javascript,export%20default%201') : refusedAnyway(),
  'a JSON file as code': () => require('../../package.json'),
  'a module of Node by its loader': () => modules.get('module').prototype.require('fs'),
  'the loader of JSON files': () => attempt(() => modules.get('module')._extensions['.json']({}, '/etc/hostname')),
  'node:sqlite or its absence': () => {
    if (!modules.has('sqlite')) return refusedAnyway();
    return new (modules.get('sqlite').DatabaseSync)(':memory:').close();
  },
  'trace_events.createTracing': () => modules.get('trace_events').createTracing({ categories: ['node'] }),
  'v8.getHeapSnapshot': () => modules.get('v8').getHeapSnapshot().destroy(),
  'v8.setFlagsFromString': () => modules.get('v8').setFlagsFromString('--no-lazy'),
  'vm.runInThisContext': () => modules.get('vm').runInThisContext('1'),
  'vm.Script class held from before': () => new early.script('1').runInThisContext(),
  'os.setPriority': () => modules.get('os').setPriority(0, 0),
  'crypto.setEngine': () => attempt(() => modules.get('crypto').setEngine('none')),
  '_tls_wrap.connect': () =>
    modules
      .get('_tls_wrap')
      .connect(9, '127.0.0.1')
      .on('error', () => {})
      .destroy(),
  '_http_client.ClientRequest': () =>
    new (modules.get('_http_client').ClientRequest)('http://127.0.0.1:9/').on('error', () => {}).destroy(),
  'process.kill': () => process.kill(process.ppid, 0),
  'process._kill': () => process._kill(process.ppid, 0),
  'process.report': () => process.report.getReport(),
  'process.stdout': () => process.stdout.fd,
  'process.memoryUsage': () => process.memoryUsage(),
  'process.getBuiltinModule or its absence': () => (process.getBuiltinModule ?? refusedAnyway)('fs'),
  "a handle of the channel's kind": () => attempt(() => new handle.constructor(0).bind('/nowhere/at/all')),
  "the channel's own handle": () => attempt(() => handle.open(0)),
};

/** A door that this Node does not have is closed. */
function refusedAnyway() {
  if (isLocked) throw Object.assign(new Error(), { code: 'SIGNER_LOCKED_DOWN' });
}

/** Tells a refusal from a failure of the thing itself. */
function attempt(work) {
  try {
    return work();
  } catch (error) {
    if (error.code === 'SIGNER_LOCKED_DOWN') throw error;
    return undefined;
  }
}

/** What is neither allowed nor refuses, of all modules and of `process`. */
function leftOpen() {
  const open = [];
  const look = (target, key, label) => {
    try {
      const value = target[key];
      if (typeof value !== 'function') return;
      value.call(target);
      open.push(label);
    } catch (error) {
      if (error.code !== 'SIGNER_LOCKED_DOWN') open.push(`${label}: ${error.code ?? error.message}`);
    }
  };
  for (const [name, module] of modules) {
    if (allowedModules.has(name)) continue;
    for (const key of Object.getOwnPropertyNames(module)) {
      const { value } = Object.getOwnPropertyDescriptor(module, key);
      look(module, key, `${name}.${key}`);
      for (const inner of key === 'promises' ? Object.keys(value ?? module[key]) : []) {
        look(module[key], inner, `${name}.promises.${inner}`);
      }
    }
  }
  for (const key of Object.getOwnPropertyNames(process)) {
    if (!processNeeds.has(key) && !processFacts.has(key)) look(process, key, `process.${key}`);
  }
  return open;
}

/** What of `process` gives something, and can be written or called. */
function keptOfProcess() {
  return Object.entries(Object.getOwnPropertyDescriptors(process))
    .filter(([, { get, value }]) => (get ? !isRefused(get) : typeof value === 'function' && !isRefused(value)))
    .map(([key]) => key)
    .sort();
}

function isRefused(value) {
  return value.name === 'refuse';
}

const results = {};
for (const [way, work] of Object.entries(ways)) {
  try {
    await work();
    results[way] = 'open';
  } catch (error) {
    results[way] = error.code ?? error.cause?.code ?? error.message;
  }
}
Reflect.set(process, 'title', 'a secret');
const title = process.title;
const written = isLocked ? { open: leftOpen(), kept: keptOfProcess(), title } : {};
send({ results, modules: modules.size, ...written }, () => process.exit(0));
