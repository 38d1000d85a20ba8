// The cloud and node of the benchmarks, in a separate process so that its work does not count for the daemon. It serves the
// given transactions, answers Ethereum requests, counts the results and reports how long they took.
import { createServer } from 'node:http';

const results = {
  eth_gasPrice: '0x3b9aca00',
  eth_estimateGas: '0x5208',
  eth_getTransactionCount: '0x0',
  eth_chainId: '0xaa36a7',
};

let options = { pending: [], pollers: 1, latency: 0 };
let waiting = new Map();
let held = [];
/** Polls of each chain so far. */
let polls = new Map();
let isOpen = false;
let count = 0;
let begin;
let end;

const server = createServer((request, response) => {
  const parts = [];
  request.on('data', (part) => parts.push(part));
  request.on('end', () => {
    const body = parts.length > 0 ? JSON.parse(Buffer.concat(parts)) : {};
    const write = (value) => response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value));
    const answer = (value) => (options.latency > 0 ? setTimeout(write, options.latency, value) : write(value));
    if (request.url.startsWith('/v3/kms/pending/'))
      return options.together ? gather(request.url, answer) : poll(answer);
    if (request.url.endsWith('/broadcast')) return answer({ txId: broadcast(body) });
    if (request.url.startsWith('/v3/blockchain/fee/')) return answer({ fast: 2e9, medium: 1e9, slow: 1e9 });
    if (request.url.includes('/transaction/count/')) return answer(0);
    if (request.method === 'GET') return answer({ id: request.url.split('/').at(-1), txId: '0x00' });
    answer({ jsonrpc: '2.0', id: body.id, result: results[body.method] });
  });
});

/** Holds polls back until all expected daemons have asked, so that all start at the same time. */
function poll(answer) {
  if (isOpen || options.pending.length === 0) return answer([...waiting.values()]);
  held.push(answer);
  if (held.length < options.pollers) return;
  isOpen = true;
  begin = performance.now();
  const list = [...waiting.values()];
  for (const one of held.splice(0)) one(list);
}

/** Every second poll of a chain is answered when all chains have sent theirs, so that all begin the next one at the same moment. */
function gather(chain, answer) {
  const number = (polls.get(chain) ?? 0) + 1;
  polls.set(chain, number);
  if (number % 2 === 0) return answer([]);
  held.push(answer);
  if (held.length < options.together) return;
  for (const one of held.splice(0)) one([]);
}

function broadcast({ signatureId }) {
  begin ??= performance.now();
  count += 1;
  waiting.delete(signatureId);
  if (count === options.expected) {
    end = performance.now();
    process.send({ kind: 'drained', seconds: (end - begin) / 1000 });
  }
  return `0x${String(count).padStart(64, '0')}`;
}

process.on('message', (message) => {
  if (message.kind === 'count') return process.send({ kind: 'counted', broadcasts: count, left: waiting.size });
  options = { ...options, expected: message.pending?.length, ...message };
  waiting = new Map(options.pending.map((transaction) => [transaction.id, transaction]));
  held = [];
  polls = new Map();
  isOpen = false;
  count = 0;
  begin = undefined;
  if (server.listening) return process.send({ kind: 'serving', url: url() });
  server.listen(0, '127.0.0.1', () => process.send({ kind: 'serving', url: url() }));
});

function url() {
  return `http://127.0.0.1:${server.address().port}`;
}
