// The upper bound of a load of many chains: a loop that does the bare curve operation of each transaction's chain, and posts the
// same requests with the same bytes to the same stub. It has no store, journal, decoding, verification or second process.
import { Agent, request } from 'node:http';
import { signBchSchnorr } from '../dist/crypto/bch-schnorr.js';
import { publicKeyOf, signExtended } from '../dist/crypto/bip32-ed25519.js';
import * as ed25519 from '../dist/crypto/ed25519.js';
import * as secp256k1 from '../dist/crypto/secp256k1.js';

const agent = new Agent({ keepAlive: true });
const secret = new Uint8Array(32).fill(9);
const extended = new Uint8Array(64).fill(8);
const points = {
  secp256k1: secp256k1.publicKey(secret),
  ed25519: ed25519.publicKey(secret),
  extended: publicKeyOf(extended),
};
const operations = {
  secp256k1: (message) => secp256k1.signHash(message, secret),
  ed25519: (message) => ed25519.sign(message, secret, points.ed25519),
  ADA: (message) => signExtended(message, extended, points.extended),
  BCH: (message) => signBchSchnorr(message, secret, points.secp256k1),
};

process.on('message', async ({ url, works, concurrency }) => {
  const waiting = works.entries();
  const lane = async () => {
    for (const [at, { curve, asked, path, body }] of waiting) {
      for (const question of asked) await send(url, question);
      const message = new Uint8Array(32);
      new DataView(message.buffer).setUint32(0, at + 1);
      operations[curve](message);
      await send(url, { path, body });
    }
  };
  await Promise.all(Array.from({ length: concurrency }, lane));
  process.send({ kind: 'done' }, () => process.exit(0));
});

function send(url, { path, body }) {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', 'x-api-key': 'bench-key' };
    const method = body === undefined ? 'GET' : 'POST';
    const sent = request(`${url}${path}`, { method, agent, headers }, (response) => {
      const parts = [];
      response.on('data', (part) => parts.push(part));
      response.on('end', () => resolve(JSON.parse(Buffer.concat(parts))));
    });
    sent.on('error', reject);
    sent.end(body && JSON.stringify(body));
  });
}
