// Makes a store with private-key wallets for a benchmark: node make-store.js HOME COUNT [STORE [CHAIN...]]; prints the
// signature IDs as JSON. With several chains each gets COUNT wallets.
import { readConfig } from '../dist/app/config/config.js';
import { createHouse } from '../dist/app/house.js';
import { initStore } from '../dist/app/store/passwords.js';
import { createWallets } from '../dist/app/wallets/create.js';

const [home, count, store, ...chains] = process.argv.slice(2);
const environment = { CUSTOS_PASSWORD: 'bench password' };
const flags = { testnet: true, logLevel: 'silent', ...(store && { store }) };
const house = createHouse(readConfig(flags, environment, home), { interactive: false, note() {} });
(await initStore(house.location, house.passwords)).wipe();
const ids = [];
for (const chain of chains.length > 0 ? chains : ['ETH']) {
  const wanted = { chain, network: 'testnet', kind: 'key', count: Number(count) };
  for await (const batch of createWallets({ chains: house.chains, open: house.openForAdding }, wanted)) {
    for (const { signatureId } of batch) ids.push(signatureId);
  }
}
await house.close();
process.stdout.write(JSON.stringify(ids));
