// Signatures through a keeper: without a policy, with one that permits, and with a limit whose charges are durable before they leave.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectTo } from '../dist/app/daemon/signer-service.js';
import { listenPrivately } from '../dist/app/keeper/socket.js';
import { startKeeper } from '../dist/app/keeper/start.js';
import { openStateFile } from '../dist/app/keeper/state-file.js';
import { createRegistry } from '../dist/chains/registry.js';
import { silentLog } from '../dist/core/log.js';
import { Secret } from '../dist/core/secret.js';
import { readPolicy } from '../dist/policy/document/read.js';
import { publishedText } from '../dist/policy/in-force.js';
import { createKeeperClient } from '../dist/signing/keeper/keeper-client.js';
import { controlSeal } from '../dist/vault/control-seal.js';
import { makeRootKey, makeSlot, makeStoreId } from '../dist/vault/key-slots.js';
import { openVault } from '../dist/vault/vault.js';
import { ethPolicy } from './policies.js';
import { report } from './support.js';

const ROUND = 2_000;
const ROUNDS = 3;
/** Unanswered at a time, as a daemon has them that drains. */
const OPEN = 128;

const chains = createRegistry();
const [rootKey, storeId, rules] = [makeRootKey(), makeStoreId(), new Map()];
const vault = openVault({ rootKey, storeId, chains });
const { sealed, wallet } = await vault.create('ETH', 'testnet', { kind: 'key' });
const slots = [await makeSlot(rootKey, Secret.text('bench password'), { kind: 'password', storeId })];
const home = mkdtempSync(join(tmpdir(), 'custos-bench-'));
const seals = controlSeal(rootKey, storeId);

let nonce = 0;
const requestOf = () => ({
  pending: { chain: 'ETH', network: 'testnet', keys: [{ signatureId: wallet.signatureId }] },
  sealed: [sealed],
  completed: JSON.stringify({
    chainId: '11155111',
    nonce: String(nonce++),
    from: wallet.address,
    to: `0x${'12'.repeat(20)}`,
    value: '1000',
    data: '0x',
    gas: '21000',
    gasPrice: '1000000000',
  }),
});

function policyOf(members) {
  const text = JSON.stringify(ethPolicy(members));
  const policy = readPolicy(text);
  const content = publishedText({ policy, publishedAt: 1, effectiveAt: 1, signatures: [] });
  return { policies: [seals.seal('policy', 1, content)] };
}

async function keeperWith(name, documents) {
  const password = Buffer.from('bench password');
  const file = await openStateFile(join(home, `${name}.state`));
  const opening = { password, storeId, rules, count: 1, file };
  const keeper = await startKeeper(async () => opening, silentLog);
  const path = join(home, `${name}.sock`);
  const server = await listenPrivately({ path, forGroup: false, onFront: keeper.attach });
  const client = createKeeperClient({ name, connect: () => connectTo(path), storeId, slots, rules });
  await client.unlock();
  if (documents !== undefined) await client.control(documents);
  await rateOf(client, 500);
  return { client, server, keeper, rates: [] };
}

async function rateOf(client, count) {
  const begin = performance.now();
  let left = count;
  const work = async () => {
    while (left-- > 0) await client.sign(requestOf());
  };
  await Promise.all(Array.from({ length: OPEN }, work));
  return (count * 1000) / (performance.now() - begin);
}

const limits = [{ id: 'day', asset: 'ETH', rolling: '24h', max: '1000000' }];
const kinds = [
  await keeperWith('none', undefined),
  await keeperWith('permit', policyOf({})),
  await keeperWith('limit', policyOf({ limits })),
];
// In turns, because the speed of a machine changes meanwhile.
for (let round = 0; round < ROUNDS; round++) {
  for (const kind of kinds) kind.rates.push(await rateOf(kind.client, ROUND));
}
const [none, permit, limit] = kinds.map(({ rates }) => rates.sort((a, b) => a - b)[1]);
for (const { client, server, keeper } of kinds) {
  await client.close();
  server.close();
  await keeper.close();
}
rmSync(home, { recursive: true, force: true });
report('keeper', [
  { what: 'signatures through a keeper, without a policy', figure: `${Math.round(none)}/s` },
  { what: 'the same with a permit', figure: `${Math.round(permit)}/s`, ratio: permit / none },
  { what: 'the same with a limit, each charge on the disk', figure: `${Math.round(limit)}/s`, ratio: limit / none },
]);
process.exit(0);
