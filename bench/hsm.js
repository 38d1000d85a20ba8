// Signatures of a key in SoftHSM: the bare token in this process, an HSM process, and the whole way of one in a signer's place.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { hsmProgram } from '../dist/app/signer/program.js';
import { createRegistry } from '../dist/chains/registry.js';
import { Secret } from '../dist/core/secret.js';
import { parseKeyUri } from '../dist/core/signing/key-uri.js';
import { createKeyHolders } from '../dist/hsm/key-holders.js';
import { Token } from '../dist/hsm/pkcs11/token.js';
import { RemoteKey } from '../dist/vault/lending/remote-key.js';
import { report, temporaryHome } from './support.js';

const module = '/usr/lib/softhsm/libsofthsm2.so';
if (!existsSync(module)) {
  console.log('hsm: skipped, because softhsm2 is not installed');
  process.exit(0);
}
const COUNT = 1_000;
const home = temporaryHome();
const SOFTHSM2_CONF = join(home, 'softhsm2.conf');
mkdirSync(join(home, 'tokens'));
writeFileSync(SOFTHSM2_CONF, `directories.tokendir = ${join(home, 'tokens')}\nobjectstore.backend = file\n`);
const env = { PATH: process.env.PATH, SOFTHSM2_CONF };
execFileSync('softhsm2-util', ['--init-token', '--free', '--label', 'bench', '--pin', '1234', '--so-pin', '5678'], {
  env,
});
const login = ['--module', module, '--token-label', 'bench', '--login', '--pin', '1234'];
execFileSync('pkcs11-tool', [...login, '--keypairgen', '--key-type', 'EC:secp256k1', '--label', 'hot'], { env });
const uri = `pkcs11:token=bench;object=hot?module-path=${module}`;
const hash = new Uint8Array(32).fill(7);

async function timesOf(sign) {
  for (let at = 0; at < 100; at++) await sign();
  const times = [];
  for (let at = 0; at < COUNT; at++) {
    const start = performance.now();
    await sign();
    times.push(performance.now() - start);
  }
  times.sort((one, other) => one - other);
  return { p50: times[COUNT / 2], p99: times[Math.floor(COUNT * 0.99)] };
}

// SoftHSM reads the variable of the process that loads it.
process.env.SOFTHSM2_CONF = SOFTHSM2_CONF;
const key = parseKeyUri(uri);
const token = new Token(key, Buffer.from('1234'));
const bare = await timesOf(async () => token.sign(key, 'ecdsa-secp256k1', hash));
const holders = createKeyHolders({
  start: (service) => ({ ...hsmProgram(service), environment: { SOFTHSM2_CONF } }),
  pin: async () => Secret.text('1234'),
});
const outside = await timesOf(() => holders.sign({ uri, scheme: 'ecdsa-secp256k1', bytes: hash }));
const chain = createRegistry().get('ETH');
const { publicKey } = await holders.key(uri);
const address = chain.keys.address(publicKey, 'testnet');
const remote = new RemoteKey({ address, publicKey, uri, holder: holders });
const completed = JSON.stringify({
  ...{ chainId: '11155111', nonce: '1', from: address, to: `0x${'12'.repeat(20)}`, value: '1000', data: '0x' },
  ...{ gas: '21000', gasPrice: '1000000000' },
});
const unsigned = chain.codec.parse(completed, { network: 'testnet', from: address, signers: [{ address, publicKey }] });
const verified = await timesOf(() => unsigned.sign([remote]));
holders.close();
const row = (what, { p50, p99 }) => ({
  what,
  figure: `p50 ${p50.toFixed(2)} ms, p99 ${p99.toFixed(2)} ms`,
  ratio: p50 / bare.p50,
});
report('hsm', [
  row('the bare token, in this process', bare),
  row('through an HSM process', outside),
  row('a transaction of ETH through it, recovered and verified', verified),
]);
