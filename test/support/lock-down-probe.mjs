// Tries every way out of this process and prints how each ended, as JSON. With --conditions=unlocked nothing is locked before.
import { writeSync } from 'node:fs';
import { createRequire } from 'node:module';
import { lockFiles, lockNetwork } from '../../dist/signing/lock-down.js';

const require = createRequire(import.meta.url);
const write = writeSync;
const early = { net: await import('node:net'), dns: await import('node:dns'), socket: require('node:net').Socket };
if (!process.execArgv.includes('--conditions=unlocked')) {
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
};

/** A door that this Node does not have is closed. */
function refusedAnyway() {
  if (process.execArgv.includes('--conditions=unlocked')) return;
  throw Object.assign(new Error(), { code: 'SIGNER_LOCKED_DOWN' });
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

const results = {};
for (const [way, work] of Object.entries(ways)) {
  try {
    await work();
    results[way] = 'open';
  } catch (error) {
    results[way] = error.code ?? error.cause?.code ?? error.message;
  }
}
write(1, JSON.stringify(results));
process.exit(0);
