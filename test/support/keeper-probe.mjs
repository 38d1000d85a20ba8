// A process that is locked down as the keeper is. It starts its program through the door, and tries to start others with
// whatever it can get hold of. It sends what happened, and ends with its channel.
import { forkNeeds, takeForkDoor } from '../../dist/signing/keeper/fork-door.js';
import { lockFiles, lockNetwork } from '../../dist/signing/lock-down.js';

const childProcess = await import('node:child_process');
const net = await import('node:net');
const [program] = process.argv.slice(2);
const send = process.send.bind(process);

const start = takeForkDoor({ program, nodeFlags: ['--no-warnings'] });
lockNetwork(forkNeeds);
lockFiles();

const child = start();
const other = {
  file: '/bin/sh',
  args: ['sh', '-c', 'sleep 60'],
  envPairs: ['A=B', 'NODE_OPTIONS=--inspect', 'NODE_CHANNEL_FD=3'],
  cwd: '/',
  uid: 0,
  stdio: [{ type: 'ignore' }, { type: 'ignore' }, { type: 'ignore' }],
};
const pids = { door: child.pid };
const ways = {
  fork: () => childProcess.fork(program),
  spawn: () => childProcess.spawn('/bin/sh'),
  execFileSync: () => childProcess.execFileSync('/bin/true'),
  'new ChildProcess': () => new childProcess.ChildProcess(),
  'net.connect': () => net.connect(9, '127.0.0.1'),
  'net.createServer': () => net.createServer(),
  'process.kill': () => process.kill(process.ppid, 0),
  "the guard's replacement": () => {
    const prototype = Object.getPrototypeOf(child._handle);
    prototype.spawn = () => 0;
    if (prototype.spawn.name === 'guarded') throw Object.assign(new Error(), { code: 'SIGNER_LOCKED_DOWN' });
  },
};
const results = {};
for (const [way, work] of Object.entries(ways)) {
  try {
    work();
    results[way] = 'open';
  } catch (error) {
    results[way] = error.code ?? (error instanceof TypeError ? 'SIGNER_LOCKED_DOWN' : error.message);
  }
}

// A child process leads to its class, and that to another one; only what it starts is fixed.
const second = new child.constructor();
second.spawn({ ...other, stdio: ['ignore', 'ignore', 'ignore'] });
pids.class = second.pid;
const third = new child._handle.constructor();
third.onexit = () => undefined;
// Node 24.22 and later gives the handle the values one by one.
const takesValues = /_handle\.spawn\(\s*options\.file/.test(String(child.constructor.prototype.spawn));
if (takesValues) third.spawn(other.file, other.args, other.cwd, other.envPairs, other.stdio, 0, other.uid, 0);
else third.spawn(other);
pids.handle = third.pid;

send({ results, pids });
process.once('disconnect', () => {
  for (const one of [child, second, third]) one.kill('SIGKILL');
  process.exit(0);
});
