// Tries the image that .ci/image has built, without any network but the loopback of this machine. Usage: node image-runs.mjs WORK SECCOMP
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { chmodSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { containers, until } from './image-container.mjs';

const { AES } = createRequire(import.meta.url)('crypto-js');
const [work, seccompFile] = process.argv.slice(2);
const { start, run, refused, volume } = containers(work, seccompFile);
const home = volume('home');
const password = { CUSTOS_PASSWORD: 'password of the image' };
const inHome = { home, env: password };
const json = ({ stdout }) => JSON.parse(stdout);
const lines = ({ stdout }) =>
  stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
const say = (text) => process.stdout.write(`${text}\n`);
const read = (name) => readFileSync(new URL(name, import.meta.url), 'utf8');

/** Runs commands inside of one container. @param input - steps as JSON; absent: the help of every command */
async function inside(input, options = {}) {
  const words = ['-e', read('image-commands.cjs'), input === undefined ? 'help' : 'list'];
  return json(await run(words, { ...inHome, ...options, entry: ['/nodejs/bin/node'], input }));
}

// Every command of the documents answers, and no other.
const [top, ...helped] = await inside();
assert.match(top.stdout, /^Usage: custos/);
const documented = [...read('../docs/commands.md').matchAll(/^### `custos ([a-z- ]+?)(?: [<[].*)?`$/gm)].map(
  ([, path]) => path,
);
const asked = new Map(helped.map(({ words, stdout }) => [words.slice(0, -1).join(' '), stdout]));
assert.deepEqual(
  documented.filter((path) => !asked.has(path)),
  [],
);
// The rest are names of groups.
const unknown = [...asked].filter(([path, text]) => !documented.includes(path) && !/^Commands:$/m.test(text));
assert.deepEqual(unknown, []);
for (const { words, code, stdout } of helped) {
  assert.equal(code, 0, words.join(' '));
  assert.match(stdout, /^Usage: custos /);
}
say(`${documented.length} commands answer with their help`);

// Those that need no network do their work. Each step is a list of words; what may go wrong is named by its code.
const at = (name) => `/var/lib/custos/${name}`;
const key = `0x${'11'.repeat(32)}`;
const mnemonic = 'abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about';
const steps = [
  { words: ['init'] },
  { words: ['wallet', 'create', 'ETH', '--testnet', '--private-key'], as: 'eth' },
  ...['BTC', 'SOL', 'ADA', 'XRP'].map((chain) => ({ words: ['wallet', 'create', chain, '--testnet'], as: chain })),
  { words: ['wallet', 'import', 'ETH', '--private-key', '--testnet'], input: key, as: 'imported' },
  { words: ['wallet', 'list', '--json'] },
  { words: ['wallet', 'show', '{eth.signatureId}'] },
  { words: ['wallet', 'address', '{BTC.signatureId}', '3'] },
  { words: ['wallet', 'tag', '{eth.signatureId}', '--add', 'hot'] },
  { words: ['wallet', 'owner', '{eth.signatureId}', 'ann'] },
  { words: ['owner', 'list'] },
  { words: ['owner', 'show', 'ann'] },
  { words: ['owner', 'wallets', 'ann'] },
  { words: ['owner', 'limit', 'ann', '9'] },
  { words: ['wallet', 'suspend', '{eth.signatureId}', '--reason', 'a try', '--yes'] },
  { words: ['wallet', 'activate', '{eth.signatureId}', '--reason', 'a try', '--yes'] },
  { words: ['wallet', 'export', '--yes'], file: at('export.json') },
  { words: ['wallet', 'remove', '{imported.signatureId}', '--yes'] },
  { words: ['transaction', 'list'] },
  { words: ['transaction', 'show', '5e6645712b55823de7ea82f1'], code: 'PENDING_UNKNOWN' },
  { words: ['freeze', '--all', '--reason', 'a try'], as: 'freeze' },
  { words: ['freezes'] },
  { words: ['unfreeze', '{freeze.line}', '--yes'] },
  { words: ['approver', 'key', at('ada.key')], env: { CUSTOS_KEY_PASSWORD: 'password of ada herself' } },
  { words: ['constitution', 'draft'] },
  { words: ['policy', 'draft'], file: at('policy.json') },
  { words: ['policy', 'check', at('policy.json')] },
  { words: ['policy', 'history'] },
  { words: ['approvals', 'list'], code: 'CONFIG_INVALID' },
  { words: ['password', 'add'], env: { CUSTOS_NEW_PASSWORD: 'another password of it' } },
  { words: ['password', 'recovery-key'] },
  { words: ['tenant', 'create', 'shop'] },
  { words: ['tenant', 'list'] },
  { words: ['token', 'create', 'first', '--json'], as: 'token' },
  { words: ['token', 'list'] },
  { words: ['token', 'revoke', '{token.id}'] },
  { words: ['webhook', 'list'] },
  { words: ['gateway-key', 'create', 'first', '--role', 'submit'] },
  { words: ['gateway-key', 'list'] },
  { words: ['audit', 'key'], file: at('audit.key') },
  { words: ['audit', 'head'], file: at('heads') },
  { words: ['audit', 'export', at('audit.jsonl')] },
  { words: ['audit', 'verify', at('audit.jsonl'), '--key', at('audit.key'), '--witness', at('heads')] },
  { words: ['audit', 'list'] },
  { words: ['backup', at('backup')] },
  { words: ['restore', at('backup'), '--store', at('restored/store.db')] },
  { words: ['verify', '--store', at('restored/store.db')] },
  { words: ['rekey'] },
  { words: ['verify'] },
  { words: ['doctor', '--offline', '--testnet'] },
  { words: ['generatewallet', 'ETH'] },
  { words: ['generatemanagedwallet', 'LTC', '--testnet'], as: 'ltc' },
  { words: ['storemanagedwallet', 'BTC', '--testnet'], input: mnemonic },
  { words: ['storemanagedprivatekey', 'BSC', '--testnet'], input: key },
  { words: ['generatemanagedprivatekeybatch', 'MATIC', '2', '--testnet'] },
  { words: ['getmanagedwallet', '{ltc.signatureId}'] },
  { words: ['getprivatekey', '{ltc.signatureId}', '0'] },
  { words: ['getaddress', '{ltc.signatureId}', '0'] },
  { words: ['export'] },
  { words: ['report', '{ltc.signatureId}', '--testnet'] },
  { words: ['checkconfig'] },
  { words: ['removewallet', '{ltc.signatureId}'] },
];
const done = await inside(JSON.stringify(steps));
const failed = done.flatMap(({ words, code, stdout, stderr }, place) => {
  const { code: expected } = steps[place];
  // The doctor of a machine without a cloud finds problems, and says each.
  const isRight =
    expected !== undefined
      ? stderr.includes(`(${expected})`)
      : words[0] === 'doctor'
        ? /store/.test(stdout)
        : code === 0;
  return isRight ? [] : [`custos ${words.join(' ')}: ${code}\n${stdout}${stderr}`];
});
assert.deepEqual(failed, []);
say(`${done.length} commands did their work without a network`);

// What is mounted wrongly, and who may not read it, is named.
const missing = /is a directory; a mount of a file that did not exist makes one/;
const empty = volume('empty');
const foreign = volume('foreign', 0);
chmodSync(foreign, 0o755);
const mounts = { '/run/mounted': empty };
await refused(['wallet', 'list', '--password-file', '/run/mounted'], missing, { home, mounts });
await refused(['wallet', 'list', '--envFile', '/run/mounted'], missing, { ...inHome, mounts });
await refused(['wallet', 'list', '--store', '/run/mounted'], missing, { ...inHome, mounts });
await refused(['migrate', '/run/mounted'], /cannot be read/, { ...inHome, mounts });
await refused(['init', '--store', '/app/store.db'], /STORE_READ_ONLY/, inHome);
const stranger = { ...inHome, uid: 23_456 };
await refused(['wallet', 'list'], /user 23456/, stranger);
await refused(['init'], /belongs to user 0, and this is user 10001 \(STORE_READ_ONLY\)/, {
  ...inHome,
  home: foreign,
});
// runc gives a process without HOME the home /, where nothing can be written; other services may not.
await refused(['init'], /STORE_READ_ONLY/, { ...inHome, env: { ...password, HOME: undefined } });
const homeless = `
  const { HOME, ...env } = process.env;
  const { spawnSync } = require('node:child_process');
  process.exitCode = spawnSync(process.execPath, ['/app/bin/custos.js', 'wallet', 'list'], { env, stdio: 'inherit' }).status;`;
await refused(['-e', homeless], /no home directory is known; set HOME, or name the store with --store/, {
  ...inHome,
  entry: ['/nodejs/bin/node'],
});
const secret = join(work, 'secret');
writeFileSync(secret, 'password of the image\n', { mode: 0o600 });
await refused(['wallet', 'list', '--password-file', '/run/secret'], /this user may not read it: user 10001/, {
  home,
  mounts: { '/run/secret': secret },
});
say('mounts of directories, foreign users, a missing HOME, a read-only root: refused with their errors');

// A payment over each of two stores: one that was made here, and the wallets of Tatum KMS.
const [chainPort, gatewayPort, healthPort, servePort] = [31_455, 31_456, 31_457, 31_458];
const chainUrl = `http://127.0.0.1:${chainPort}`;
const anvil = spawn(process.execPath, ['node_modules/@foundry-rs/anvil/bin.mjs', '--silent', `--port=${chainPort}`], {
  stdio: 'ignore',
});
const ended = [];
/** Starts what serves, and remembers to end it. */
function serve(args, options) {
  const one = start(args, options);
  ended.push(one);
  return one;
}
async function rpc(method, params) {
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params });
  const response = await fetch(chainUrl, { method: 'POST', body, headers: { 'content-type': 'application/json' } });
  return (await response.json()).result;
}
const ofChain = ['--testnet', '--chain-id=ETH=31337'];
const gatewayUrl = `http://127.0.0.1:${gatewayPort}`;
const apiKey = 'key of the image';

/** Asks the gateway for a payment of a wallet, and waits until a daemon with these settings has made it. */
async function pay({ signatureId, address }, options) {
  await rpc('anvil_setBalance', [address, '0xde0b6b3a7640000']);
  const daemon = serve(['daemon', ...ofChain, '--period=0.2', `--health-port=${healthPort}`], options);
  const health = `http://127.0.0.1:${healthPort}`;
  await until(async () => (await fetch(`${health}/ready`)).ok, daemon);
  const to = `0x${randomUUID().replaceAll('-', '')}beddc4ff`;
  const asked = await fetch(`${gatewayUrl}/v3/ethereum/transaction`, {
    method: 'POST',
    body: JSON.stringify({ to, amount: '0.1', currency: 'ETH', signatureId }),
    headers: { 'content-type': 'application/json', 'x-api-key': apiKey },
  });
  assert.equal(asked.status, 200, await asked.text());
  await until(async () => (await rpc('eth_getBalance', [to, 'latest'])) === '0x16345785d8a0000', daemon);
  const counted = /^custos_transactions_total\{chain="ETH",outcome="completed"\} 1$/m;
  await until(async () => counted.test(await (await fetch(`${health}/metrics`)).text()), daemon);
  daemon.child.kill('SIGTERM');
  assert.equal((await daemon.ended).code, 0);
  assert.match((await run(['transaction', 'list'], options)).stdout, /completed/);
}

try {
  await until(async () => (await rpc('eth_chainId', [])) === '0x7a69');
  const node = [`--node=ETH=${chainUrl}`, ...ofChain];
  const gateway = serve(['gateway', ...node, `--port=${gatewayPort}`], {
    home: volume('queue'),
    env: { CUSTOS_GATEWAY_API_KEY: apiKey },
  });
  await until(async () => (await fetch(`${gatewayUrl}/ready`)).ok, gateway);
  const [eth] = lines(await run(['wallet', 'list', '--json'], inHome)).filter(
    ({ chain, address }) => chain === 'ETH' && address,
  );
  await pay(eth, { home, env: { ...password, CUSTOS_API_KEY: apiKey, CUSTOS_CLOUD_URL: gatewayUrl } });
  say('one payment: 0.1 ETH arrived, from gateway and daemon in the image');

  // A user of Tatum KMS: the volume with his wallet.dat, and his environment, which stays the same to the end.
  const old = volume('kms');
  const signatureId = randomUUID();
  const entries = { [signatureId]: { privateKey: key, chain: 'ETH', testnet: true } };
  writeFileSync(join(old, 'wallet.dat'), AES.encrypt(JSON.stringify(entries), 'password of the peer').toString());
  chmodSync(old, 0o755);
  const theirs = { TATUM_KMS_PASSWORD: 'password of the peer', TATUM_API_KEY: apiKey, TATUM_API_URL: gatewayUrl };
  const unmoved = { home: volume('new-home'), env: theirs, mounts: { '/root/.tatumrc': old } };
  const moved = { ...unmoved, mounts: { '/var/lib/custos/.tatumrc': old } };
  await refused(
    ['daemon', '--testnet'],
    /the volume of Tatum KMS is mounted at \/root\/\.tatumrc.*\/var\/lib\/custos\/\.tatumrc/,
    unmoved,
  );
  const said = await refused(['daemon', '--testnet'], /STORE_MISSING/, moved);
  const [, advised = ''] = /`custos (migrate [^`]+)`/.exec(said) ?? [];
  await run([...advised.split(' '), '--weak-password'], moved);
  const [known] = lines(await run(['wallet', 'list', '--json'], moved));
  assert.equal(known.signatureId, signatureId);
  await pay(known, moved);
  assert.equal(readdirSync(old).join(), 'wallet.dat');
  say('a user of Tatum KMS: the error says how to migrate, that migrates, and the daemon pays with the same settings');

  // The API, on the store of the first payment.
  const { token } = json(await run(['token', 'create', 'served', '--json'], inHome));
  const doors = [`--listen=127.0.0.1:${servePort}`, `--health-port=${healthPort}`];
  const server = serve(['serve', ...node, ...doors], inHome);
  const api = `http://127.0.0.1:${servePort}`;
  await until(async () => (await fetch(`http://127.0.0.1:${healthPort}/ready`)).ok, server);
  const answer = await fetch(`${api}/v1/wallets`, { headers: { authorization: `Bearer ${token}` } });
  assert.equal(answer.status, 200);
  assert.ok((await answer.text()).includes(eth.signatureId));
  say('custos serve answers an application');
} finally {
  for (const { child } of ended) child.kill('SIGTERM');
  for (const one of ended) assert.equal((await one.ended).code, 0, one.said.stderr);
  anvil.kill();
}
say('everything ended with 0 after SIGTERM');
