// Memory that 1,000 readers of the stream of events cost a server, after each has got an event.
import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { ask, authorizationOf, end, endAll, ethereumNode, newStore, program, urlOf } from './serving.js';
import { report } from './support.js';

const READERS = 1_000;

/** Resident megabytes of a process (Linux). */
function memoryOf({ child }) {
  const [, kilobytes] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8')) ?? [];
  return Number(kilobytes) / 1024;
}

/** Opens a stream. @returns resolves with a promise of its first event */
function open(url, { agent, authorization }) {
  return new Promise((resolve, reject) => {
    const sent = request(url, { agent, headers: { authorization } }, (answer) => {
      if (answer.statusCode !== 200) return reject(new Error(`the stream answers with ${answer.statusCode}`));
      const first = new Promise((told) => {
        let text = '';
        answer.on('data', (part) => {
          text += part;
          if (/^event: /m.test(text)) told();
        });
      });
      answer.on('error', () => {});
      resolve({ first });
    });
    sent.on('error', reject).end();
  });
}

const agent = new Agent({ keepAlive: false, maxSockets: READERS });
try {
  const [{ signatureId }] = newStore(2);
  const authorization = authorizationOf();
  const node = await ethereumNode();
  const args = ['serve', '--testnet', `--node=ETH=${node}`, '--listen', '127.0.0.1:0', '--no-signer'];
  const server = await urlOf([program, ...args]);
  let number = 0;
  const pay = () => {
    const fixed = { to: `0x${'12'.repeat(20)}`, gas: '21000', gasPrice: '1', chainId: 11155111, value: '1' };
    const body = {
      kind: 'raw',
      chain: 'ETH',
      keys: [{ wallet: signatureId }],
      unsigned: JSON.stringify({ ...fixed, nonce: number++ }),
    };
    const headers = { authorization, 'idempotency-key': `bench-${number}` };
    return ask(`${server.url}/v1/transactions`, 'POST', { body, headers });
  };
  // What every request loads and compiles is no part of the readers.
  for (let warm = 0; warm < 300; warm++) await pay();
  const before = memoryOf(server);
  const readers = [];
  for (let count = 0; count < READERS; count++) {
    readers.push(await open(`${server.url}/v1/events/stream`, { agent, authorization }));
  }
  const opened = memoryOf(server);
  const begin = performance.now();
  await pay();
  await Promise.all(readers.map(({ first }) => first));
  const last = performance.now() - begin;
  const more = Math.max(opened, memoryOf(server)) - before;
  agent.destroy();
  await end(server);
  report('serve-streams', [
    {
      what: `memory of ${READERS} readers of events, beyond ${before.toFixed(0)} MB`,
      figure: `${more.toFixed(0)} MB`,
      goal: '40 MB',
      met: more <= 40,
    },
    { what: 'from a request to its event at the last of them', figure: `${last.toFixed(0)} ms` },
  ]);
} finally {
  agent.destroy();
  endAll();
}
process.exit(0);
