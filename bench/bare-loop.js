// The upper bound for a daemon: a loop that only signs with the same library and posts to the same stub, with the same
// concurrency. It has no store, journal, decoding, verification or second process, and one key in clear.
import { post, sign } from './bare-work.js';

process.on('message', async ({ url, ids, concurrency, questions, client }) => {
  const send = client === 'fetch' ? postByFetch : post;
  const waiting = [...ids];
  const lane = async () => {
    for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
      for (const method of questions)
        await send(`${url}/v3/blockchain/node/ETH/bench-key`, { method, params: [], id: 1 });
      await send(`${url}/v3/ethereum/broadcast`, { txData: sign(waiting.length).text, signatureId: id });
    }
  };
  await Promise.all(Array.from({ length: concurrency }, lane));
  process.send({ kind: 'done', cpu: process.cpuUsage() }, () => process.exit(0));
});

async function postByFetch(url, body) {
  const headers = { 'content-type': 'application/json', 'x-api-key': 'bench-key' };
  return (await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) })).json();
}
