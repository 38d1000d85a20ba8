// What a sweep of 100 outputs costs: front and signer each read its previous transactions. The table compares it with 100 bare
// signatures and with the hashing of the same bytes.
import { createHash } from 'node:crypto';
import { createRegistry } from '../dist/chains/registry.js';
import { signHash, verify } from '../dist/crypto/secp256k1.js';
import { keyIn, report } from './support.js';

const COUNT = 100;
const ROUNDS = 15;
/** Outputs of each previous transaction: a payment, and an exchange that pays hundreds at a time. */
const SIZES = [2, 300];

const registry = createRegistry();
const secret = new Uint8Array(32).fill(9);
const message = new Uint8Array(32).fill(7);
const twice = (bytes) => createHash('sha256').update(createHash('sha256').update(bytes).digest()).digest();

/** A transaction with one input and as many outputs of 25 bytes of script. */
function made(outputs, script, mark) {
  const number = (value, bytes) => {
    const buffer = Buffer.alloc(8);
    buffer.writeBigUInt64LE(BigInt(value));
    return buffer.subarray(0, bytes);
  };
  const input = Buffer.concat([Buffer.alloc(32, 0x77), number(mark, 4), Buffer.from([0]), Buffer.alloc(4, 0xff)]);
  const output = Buffer.concat([number(1_000_000, 8), Buffer.from([script.length]), script]);
  const count = outputs < 253 ? Buffer.from([outputs]) : Buffer.concat([Buffer.from([0xfd]), number(outputs, 2)]);
  const all = Buffer.concat(Array.from({ length: outputs }, () => output));
  const raw = Buffer.concat([number(2, 4), Buffer.from([1]), input, count, all, number(0, 4)]);
  return { raw, txId: Buffer.from(twice(raw)).reverse().toString('hex') };
}

function sweep(chain, outputs) {
  const publicKey = chain.keys.publicKey(secret);
  const address = chain.keys.address(publicKey, 'testnet');
  const key = keyIn(chain, secret, address);
  const hash = createHash('ripemd160').update(createHash('sha256').update(publicKey).digest()).digest();
  const script = Buffer.concat([Buffer.from('76a914', 'hex'), hash, Buffer.from('88ac', 'hex')]);
  const previous = Array.from({ length: COUNT }, (_, mark) => made(outputs, script, mark));
  const output = { satoshis: 1_000_000, script: script.toString('hex') };
  const inputs = previous.map(({ txId }) => ({
    ...{ prevTxId: txId, outputIndex: outputs - 1, sequenceNumber: 0xffffffff, script: '', scriptString: '', output },
  }));
  const paid = [{ satoshis: COUNT * 1_000_000 - 100_000, script: output.script }];
  const transaction = JSON.stringify({ hash: '', version: 2, inputs, outputs: paid, nLockTime: 0 });
  const byId = Object.fromEntries(previous.map(({ txId, raw }) => [txId, raw.toString('hex')]));
  const completed = JSON.stringify({ transaction, previous: byId });
  const context = { network: 'testnet', from: address, signers: [{ address, publicKey }] };
  return { completed, transaction, previous, key, parse: (text) => chain.codec.parse(text, context) };
}

/** Median milliseconds of this process's own time. */
async function spent(work) {
  const times = [];
  for (let round = 0; round < ROUNDS; round++) {
    const start = process.cpuUsage();
    await work();
    const { user, system } = process.cpuUsage(start);
    times.push((user + system) / 1000);
  }
  return times.sort((one, other) => one - other)[Math.floor(ROUNDS / 2)];
}

const rows = [];
const point = registry.get('LTC').keys.publicKey(secret);
const bare = () => {
  for (let count = 0; count < COUNT; count++) {
    verify(message, signHash(message, secret).signature, { signer: point, half: 'low' });
  }
};
for (const outputs of SIZES) {
  const { completed, transaction, previous, key, parse } = sweep(registry.get('LTC'), outputs);
  const unsigned = parse(completed);
  if (unsigned.summary.hazards.length > 0) throw new Error('the amounts are not proved');
  for (let warm = 0; warm < 3; warm++) await parse(completed).sign([key]);
  const [believed, proved, signed, limit] = [
    await spent(() => parse(transaction)),
    await spent(() => parse(completed)),
    await spent(() => unsigned.sign([key])),
    await spent(bare),
  ];
  const hashed = await spent(() => {
    for (const { raw } of previous) twice(raw);
  });
  const size = `${Math.round(previous[0].raw.length / 100) / 10} kB`;
  const text = `${Math.round(completed.length / 1000)} kB`;
  rows.push({
    what: `${COUNT} inputs, each from a transaction of ${size}: decode with proof (text of ${text})`,
    figure: `${proved.toFixed(1)} ms`,
    limit: `hashing ${hashed.toFixed(1)} ms; without proof ${believed.toFixed(1)} ms`,
    ratio: proved / limit,
    goal: '<= 1 of 100 bare signatures',
    met: proved <= limit,
  });
  rows.push({
    what: 'the same: all signatures',
    figure: `${signed.toFixed(1)} ms`,
    limit: `${limit.toFixed(1)} ms`,
    ratio: signed / limit,
  });
}
report('sweep', rows);
