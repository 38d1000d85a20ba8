// Hands requests over and carries them, as a program that embeds Custos: node accepting.mjs JSON, password in CUSTOS_PASSWORD.
// JSON is {location, node, chainId, senders, receiver, count}. It hands over every request each time it is started, under the same keys,
// and ends when all are completed. Lines: `accepted KEY ID` when one is durable, `carried` when one is completed.

import { writeSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { openStore, Secret } from '../../dist/index.js';

const { location, node, chainId, senders, receiver, count } = JSON.parse(process.argv[2]);
const say = (line) => writeSync(1, `${line}\n`);
const store = await openStore({ location, password: Secret.text(process.env.CUSTOS_PASSWORD) });
const quiet = { debug() {}, warn() {}, error() {} };
const carrier = await store.carrier({
  network: 'testnet',
  nodes: { ETH: node },
  developmentChainIds: { ETH: chainId },
  judges: [{ name: 'yes', decide: async () => ({ kind: 'allow' }) }],
  log: { ...quiet, info: (_fields, sentence) => sentence === 'transaction completed' && say('carried') },
});
const end = new AbortController();
const running = carrier.run({ signal: end.signal, period: 500 });

const ids = [];
let next = 0;
async function handOver() {
  while (next < count) {
    const at = next;
    next += 1;
    const payment = { to: receiver, value: String(at + 1), gas: '21000', gasPrice: '2000000000', chainId };
    const { id } = await carrier.accept({
      chain: 'ETH',
      keys: [{ signatureId: senders[at % senders.length] }],
      unsigned: JSON.stringify(payment),
      idempotencyKey: `payment ${at}`,
    });
    ids[at] = id;
    say(`accepted ${at} ${id}`);
  }
}
await Promise.all(Array.from({ length: 32 }, handOver));

for (const id of ids) while ((await carrier.find(id))?.state !== 'completed') await wait(50);
end.abort();
await running;
await store.close();
