// The upper bound for a daemon: a loop that only signs with the same library and posts to the same stub, with the same
// concurrency. It has no store, journal, decoding, verification or second process, and one key in clear.
import { Agent, request } from 'node:http';
import { signRecoverable } from 'tiny-secp256k1';
import { legacyFormat, signedBytes, signingHash } from '../dist/chains/evm/format.js';

const agent = new Agent({ keepAlive: true });
const key = Buffer.alloc(32, 9);
const nothing = { data: new Uint8Array(), accessList: [], feeCurrency: undefined };

process.on('message', async ({ url, ids, concurrency, questions, client }) => {
  const post = client === 'fetch' ? postByFetch : postByAgent;
  const waiting = [...ids];
  const lane = async () => {
    for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
      for (const method of questions)
        await post(`${url}/v3/blockchain/node/ETH/bench-key`, { method, params: [], id: 1 });
      await post(`${url}/v3/ethereum/broadcast`, { txData: sign(waiting.length), signatureId: id });
    }
  };
  await Promise.all(Array.from({ length: concurrency }, lane));
  process.send({ kind: 'done', cpu: process.cpuUsage() }, () => process.exit(0));
});

function sign(at) {
  const transaction = {
    ...nothing,
    format: legacyFormat,
    chainId: 11155111n,
    nonce: BigInt(at),
    feePerGas: 1_000_000_000n,
    priorityFeePerGas: 1_000_000_000n,
    gas: 21_000n,
    to: new Uint8Array(20).fill(7),
    value: 1_000_000n,
  };
  const raw = signedBytes(transaction, signRecoverable(signingHash(transaction), key));
  return `0x${Buffer.from(raw).toString('hex')}`;
}

function postByAgent(url, body) {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', 'x-api-key': 'bench-key' };
    const sent = request(url, { method: 'POST', agent, headers }, (response) => {
      const parts = [];
      response.on('data', (part) => parts.push(part));
      response.on('end', () => resolve(JSON.parse(Buffer.concat(parts))));
    });
    sent.on('error', reject);
    sent.end(JSON.stringify(body));
  });
}

async function postByFetch(url, body) {
  const headers = { 'content-type': 'application/json', 'x-api-key': 'bench-key' };
  return (await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) })).json();
}
