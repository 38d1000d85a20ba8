// Makes a store with private-key wallets for a benchmark: node make-store.js HOME COUNT; prints the signature IDs as JSON.
import { readConfig } from '../dist/app/config.js';
import { createHouse } from '../dist/app/house.js';
import { initStore } from '../dist/app/key-work.js';
import { createWallets } from '../dist/app/wallet-work.js';

const [home, count] = process.argv.slice(2);
const environment = { CUSTOS_PASSWORD: 'bench password' };
const house = createHouse(readConfig({ testnet: true, logLevel: 'silent' }, environment, home), {
  interactive: false,
  note() {},
});
(await initStore(house)).wipe();
const ids = [];
for await (const batch of createWallets(house, {
  chain: 'ETH',
  network: 'testnet',
  kind: 'key',
  count: Number(count),
})) {
  for (const { signatureId } of batch) ids.push(signatureId);
}
await house.close();
process.stdout.write(JSON.stringify(ids));
