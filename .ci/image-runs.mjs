// Runs the image that .ci/image has built: as its user, read-only, without capabilities, with its seccomp profile and without
// any network but a loopback of its own or, for the payment, that of this machine. Usage: node image-runs.mjs WORK SECCOMP
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { chownSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const [work, seccompFile] = process.argv.slice(2);
const bundle = join(work, 'bundle');
const made = JSON.parse(readFileSync(join(bundle, 'config.json'), 'utf8'));
const { defaultAction, defaultErrnoRet, syscalls } = JSON.parse(readFileSync(seccompFile, 'utf8'));
// Names of comments belong to container services; runc does not know them.
const seccomp = {
  defaultAction,
  defaultErrnoRet,
  architectures: [process.arch === 'arm64' ? 'SCMP_ARCH_AARCH64' : 'SCMP_ARCH_X86_64'],
  syscalls: syscalls.map(({ names, action, errnoRet }) => ({ names, action, errnoRet })),
};
const home = join(work, 'home');
mkdirSync(home, { mode: 0o700 });
chownSync(home, 10_001, 10_001);
let count = 0;

/** Starts the program of the image. */
function start(args, env = {}) {
  const { process: program, mounts } = made;
  const entry = program.args.slice(0, 2);
  assert.deepEqual(entry, ['/nodejs/bin/node', '/app/bin/custos.js']);
  assert.deepEqual([program.user.uid, program.user.gid], [10_001, 10_001]);
  const none = { bounding: [], effective: [], inheritable: [], permitted: [], ambient: [] };
  const config = {
    ...made,
    process: {
      ...program,
      terminal: false,
      args: [...entry, ...args],
      env: [...program.env, ...Object.entries(env).map(([name, value]) => `${name}=${value}`)],
      capabilities: none,
      noNewPrivileges: true,
    },
    root: { path: 'rootfs', readonly: true },
    mounts: [
      ...mounts.filter(({ type }) => type !== 'cgroup'),
      { destination: '/tmp', type: 'tmpfs', source: 'tmpfs', options: ['nosuid', 'nodev', 'mode=1777'] },
      { destination: '/var/lib/custos', type: 'bind', source: home, options: ['rbind', 'rw'] },
    ],
    linux: {
      ...made.linux,
      seccomp,
      // The blockchain of the payment is on this machine.
      namespaces: made.linux.namespaces.filter(({ type }) => type !== 'network'),
      resources: undefined,
    },
  };
  writeFileSync(join(bundle, 'config.json'), JSON.stringify(config));
  count += 1;
  const runc = ['--root', join(work, 'runc'), 'run', '--bundle', bundle, `custos-${process.pid}-${count}`];
  const child = spawn('runc', runc, { stdio: ['ignore', 'pipe', 'pipe'] });
  const said = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr']) child[name].on('data', (part) => (said[name] += part));
  const ended = new Promise((resolve) => child.once('close', (code) => resolve({ code, ...said })));
  return { child, said, ended };
}

async function run(args, env) {
  const result = await start(args, env).ended;
  console.log(`custos ${args.slice(0, 2).join(' ')}: ${result.code}`);
  assert.equal(result.code, 0, `${args.join(' ')}\n${result.stderr}`);
  return result;
}

const env = { CUSTOS_PASSWORD: 'password of the image' };
const json = ({ stdout }) => JSON.parse(stdout);

// One of each kind: with a key, with the journal, with the log, with nothing.
await run(['--version']);
await run(['init'], env);
const wallet = json(await run(['wallet', 'create', 'ETH', '--testnet', '--private-key'], env));
for (const chain of ['BTC', 'SOL', 'ADA', 'XRP']) await run(['wallet', 'create', chain, '--testnet'], env);
await run(['wallet', 'list', '--json'], env);
await run(['verify'], env);
await run(['transaction', 'list'], env);
await run(['backup', '/var/lib/custos/backup.json'], env);

// A directory in the place of a file, and a root file system that nothing can be written to.
const refused = await start(['init', '--password-file', '/app']).ended;
assert.match(refused.stderr, /the password file \/app cannot be read \(it is a directory/);
const readOnly = await start(['init', '--store', '/app/store.db'], env).ended;
assert.match(readOnly.stderr, /STORE_READ_ONLY/);
console.log('a directory in the place of a file, and a read-only root: refused with their errors');

// One payment: blockchain and gateway of this machine's network, gateway and daemon from the image.
const [chainPort, gatewayPort, healthPort] = [31_455, 31_456, 31_457];
const chainUrl = `http://127.0.0.1:${chainPort}`;
const anvil = spawn(process.execPath, ['node_modules/@foundry-rs/anvil/bin.mjs', '--silent', `--port=${chainPort}`], {
  stdio: 'ignore',
});
const ended = [];
try {
  const rpc = async (method, params) => {
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params });
    const response = await fetch(chainUrl, { method: 'POST', body, headers: { 'content-type': 'application/json' } });
    return (await response.json()).result;
  };
  await until(async () => (await rpc('eth_chainId', [])) === '0x7a69');
  await rpc('anvil_setBalance', [wallet.address, '0xde0b6b3a7640000']);

  const gateway = start(
    ['gateway', '--testnet', `--port=${gatewayPort}`, `--node=ETH=${chainUrl}`, '--chain-id=ETH=31337'],
    { CUSTOS_GATEWAY_API_KEY: 'key of the image' },
  );
  ended.push(gateway);
  const gatewayUrl = `http://127.0.0.1:${gatewayPort}`;
  await until(async () => (await fetch(`${gatewayUrl}/ready`)).ok, gateway);

  const cloud = { ...env, CUSTOS_API_KEY: 'key of the image', CUSTOS_CLOUD_URL: gatewayUrl };
  const daemon = start(
    ['daemon', '--testnet', '--chain-id=ETH=31337', '--period=0.2', `--health-port=${healthPort}`],
    cloud,
  );
  ended.push(daemon);
  await until(async () => (await fetch(`http://127.0.0.1:${healthPort}/ready`)).ok, daemon);

  const to = '0x5b38da6a701c568545dcfcb03fcb875f56beddc4';
  const payment = { to, amount: '0.1', currency: 'ETH', signatureId: wallet.signatureId };
  const asked = await fetch(`${gatewayUrl}/v3/ethereum/transaction`, {
    method: 'POST',
    body: JSON.stringify(payment),
    headers: { 'content-type': 'application/json', 'x-api-key': 'key of the image' },
  });
  assert.equal(asked.status, 200, await asked.text());
  await until(async () => (await rpc('eth_getBalance', [to, 'latest'])) === '0x16345785d8a0000', daemon);
  const done = /^custos_transactions_total\{chain="ETH",outcome="completed"\} 1$/m;
  await until(async () => done.test(await (await fetch(`http://127.0.0.1:${healthPort}/metrics`)).text()), daemon);
  console.log('one payment: 0.1 ETH arrived, from gateway and daemon in the image');
} finally {
  for (const { child } of ended) child.kill('SIGTERM');
  for (const one of ended) console.log(`ended with ${(await one.ended).code} after SIGTERM`);
  anvil.kill();
}
const shown = await run(['transaction', 'list'], env);
assert.match(shown.stdout, /completed/);

/** Asks again and again, for a minute; @param program - whose words are shown if it never becomes so */
async function until(isSo, program) {
  const end = Date.now() + 60_000;
  while (!(await isSo().catch(() => false))) {
    if (Date.now() > end) throw new Error(`it did not become so in a minute: ${program?.said.stderr}`);
  }
}
