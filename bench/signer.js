// Processor time of a signer process for each signature: in a drain of many wallets, of one wallet again and again, and while it is new.
import { readFileSync, writeFileSync } from 'node:fs';
import { keeperProgram, signerProgramBelow } from '../dist/app/signer/program.js';
import { createRegistry } from '../dist/chains/registry.js';
import { silentLog } from '../dist/core/log.js';
import { Secret } from '../dist/core/secret.js';
import { createSignerClient } from '../dist/signing/signer-client.js';
import { makeRootKey, makeSlot, makeStoreId } from '../dist/vault/key-slots.js';
import { openVault } from '../dist/vault/vault.js';
import { report } from './support.js';

const SENDERS = 4_000;
const ROUND = 2_000;
/** Unanswered at a time, as a daemon has them that drains. */
const OPEN = 64;
/** Milliseconds of a tick in which Linux counts processor time. */
const TICK = 10;
const GOAL = 0.45;

const chains = createRegistry();
const [rootKey, storeId, password] = [makeRootKey(), makeStoreId(), Secret.text('bench password')];
const vault = openVault({ rootKey, storeId, chains });
const signer = createSignerClient({
  ...signerProgramBelow(keeperProgram().nodeFlags),
  slots: [await makeSlot(rootKey, password, { kind: 'password', storeId })],
  storeId,
  password,
  rules: new Map(),
  count: 1,
  log: silentLog,
  // The machine may stand still while another benchmark is measured.
  timeouts: { sign: 300_000, start: 300_000 },
});
await signer.unlock();
const pid = Number(/\d+/.exec(signer.name)[0]);

/** Milliseconds of processor time so far. */
function spent() {
  const [user, system] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ').slice(11);
  return (Number(user) + Number(system)) * TICK;
}

async function sendersOf(kind, count, index) {
  const made = [];
  for (let at = 0; at < count; at++) {
    const { wallet, sealed } = await vault.create('ETH', 'testnet', { kind });
    const ref = { signatureId: wallet.signatureId, ...(index !== undefined && { index }) };
    made.push({ sealed, ref, from: vault.identify(sealed, ref).address });
  }
  return made;
}

const requestOf = ({ sealed, ref, from }, nonce) => ({
  pending: { chain: 'ETH', network: 'testnet', keys: [ref] },
  sealed: [sealed],
  completed: JSON.stringify({
    type: '0x0',
    chainId: '11155111',
    nonce: String(nonce),
    from,
    to: `0x${'12'.repeat(20)}`,
    value: '1000',
    data: '0x',
    gas: '21000',
    gasPrice: '1000000000',
  }),
});

/** Milliseconds of the signer's processor time for each of these signatures. */
async function timeOf(requests) {
  const before = spent();
  let next = 0;
  const work = async () => {
    while (next < requests.length) await signer.sign(requests[next++]);
  };
  await Promise.all(Array.from({ length: OPEN }, work));
  return (spent() - before) / requests.length;
}

const repeated = (sender, count) => Array.from({ length: count }, (_, nonce) => requestOf(sender, nonce));
const ms = (value) => `${value.toFixed(3)} ms`;

const start = spent();
// Its peak is that of scrypt until here.
writeFileSync(`/proc/${pid}/clear_refs`, '5');
const many = await sendersOf('key', SENDERS);
const [[hot], [index]] = [await sendersOf('key', 1), await sendersOf('hd', 1, 7)];
const first = await timeOf(repeated(hot, 1_000));
const requests = [0, 1].flatMap((nonce) => many.map((sender) => requestOf(sender, nonce)));
const rounds = [];
for (let at = 0; at < requests.length; at += ROUND) rounds.push(await timeOf(requests.slice(at, at + ROUND)));
const last = rounds.at(-1);
const [again, derived] = [await timeOf(repeated(hot, ROUND)), await timeOf(repeated(index, ROUND))];
const peak = Number(/VmHWM:\s*(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024;
await signer.close();
report('signer', [
  { what: 'a signature in a drain, the last 2,000 of 8,000', figure: ms(last), goal: `< ${GOAL} ms`, met: last < GOAL },
  { what: 'the rounds of 2,000 before', figure: rounds.slice(0, -1).map(ms).join(', ') },
  { what: 'a signature of one private-key wallet', figure: ms(again) },
  { what: 'a signature of one index of a mnemonic', figure: ms(derived) },
  { what: 'each of the first 1,000 signatures of a process', figure: ms(first) },
  { what: 'start of the process, with scrypt', figure: ms(start) },
  { what: 'peak memory while it signs', figure: `${Math.round(peak)} MB`, goal: '< 150 MB', met: peak < 150 },
]);
process.exit(0);
