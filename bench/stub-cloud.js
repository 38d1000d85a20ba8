// The cloud of bench/daemon.js, in a process of its own: serves the given transactions and counts what comes back.
import { createServer } from 'node:http';

let waiting = new Map();
let broadcasts = 0;

const server = createServer((request, response) => {
  const parts = [];
  request.on('data', (part) => parts.push(part));
  request.on('end', () => {
    const body = parts.length > 0 ? JSON.parse(Buffer.concat(parts)) : {};
    const answer = (value) =>
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value));
    if (request.url.startsWith('/v3/kms/pending/')) return answer([...waiting.values()]);
    if (request.url.endsWith('/broadcast')) {
      broadcasts += 1;
      waiting.delete(body.signatureId);
      return answer({ txId: `0x${String(broadcasts).padStart(64, '0')}` });
    }
    response.writeHead(404).end();
  });
});

process.on('message', (message) => {
  if (message.kind === 'count') return process.send({ broadcasts });
  waiting = new Map(message.pending.map((transaction) => [transaction.id, transaction]));
  server.listen(0, '127.0.0.1', () => process.send({ url: `http://127.0.0.1:${server.address().port}` }));
});
