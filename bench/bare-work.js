// What the bare loops do for each transaction: sign with the library of the product, and post with kept connections.
import { Agent, request } from 'node:http';
import { signRecoverable } from 'tiny-secp256k1';
import { legacyFormat, signedBytes, signingHash } from '../dist/chains/evm/format.js';

const agent = new Agent({ keepAlive: true });
const nothing = { data: new Uint8Array(), accessList: [], feeCurrency: undefined };

/** The one key of all bare transactions. */
export const key = Buffer.alloc(32, 9);

/** A transaction with this nonce, its digest, its signature and the text of its signed bytes. */
export function sign(nonce) {
  const transaction = {
    ...nothing,
    format: legacyFormat,
    chainId: 11155111n,
    nonce: BigInt(nonce),
    feePerGas: 1_000_000_000n,
    priorityFeePerGas: 1_000_000_000n,
    gas: 21_000n,
    to: new Uint8Array(20).fill(7),
    value: 1_000_000n,
  };
  const digest = signingHash(transaction);
  const signature = signRecoverable(digest, key);
  return { digest, signature, text: `0x${Buffer.from(signedBytes(transaction, signature)).toString('hex')}` };
}

export function post(url, body) {
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
