// Keepers of their own, as benchmarks ask them: keeper and signer are processes as in the product, and nothing else is there.
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
import { signRequest, temporaryHome } from './support.js';

const chains = createRegistry();
const [rootKey, storeId, rules] = [makeRootKey(), makeStoreId(), new Map()];
const vault = openVault({ rootKey, storeId, chains });
const { sealed, wallet } = await vault.create('ETH', 'testnet', { kind: 'key' });
const slots = [await makeSlot(rootKey, Secret.text('bench password'), { kind: 'password', storeId })];
const home = temporaryHome();
const seals = controlSeal(rootKey, storeId);

let nonce = 0;
/** Documents with one policy. */
export function policyOf(members) {
  const text = JSON.stringify(ethPolicy(members));
  const policy = readPolicy(text);
  const content = publishedText({ policy, publishedAt: 1, effectiveAt: 1, signatures: [] });
  return { policies: [seals.seal('policy', 1, content)] };
}

/** A keeper of its own with one signer, and a front that asks it. @param documents - absent: there is no policy */
export async function keeperWith(name, documents) {
  const password = Buffer.from('bench password');
  const file = await openStateFile(join(home, `${name}.state`));
  const opening = { password, storeId, rules, count: 1, file };
  const keeper = await startKeeper(async () => opening, silentLog);
  const path = join(home, `${name}.sock`);
  const server = await listenPrivately({ path, forGroup: false, onFront: keeper.attach });
  const client = createKeeperClient({ name, connect: () => connectTo(path), storeId, slots, rules });
  await client.unlock();
  if (documents !== undefined) await client.control(documents);
  await rateOf(client, { count: 500 });
  const close = async () => {
    await client.close();
    server.close();
    await keeper.close();
  };
  return { client, close };
}

/** Signatures a second. @param callers - how many ask at the same time, by default as many as a daemon has open that drains */
export async function rateOf(client, { count, callers = 128 }) {
  const begin = performance.now();
  let left = count;
  const work = async () => {
    while (left-- > 0) await client.sign(signRequest({ sealed, wallet }, nonce++));
  };
  await Promise.all(Array.from({ length: callers }, work));
  return (count * 1000) / (performance.now() - begin);
}
