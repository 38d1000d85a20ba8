// How many approvals are verified a second on one core, as a ratio to the bare verification of their Ed25519 signatures.
import { createPublicKey, verify } from 'node:crypto';
import { publicKey, sign } from '../dist/crypto/ed25519.js';
import { approvalText } from '../dist/policy/approval-text.js';
import { checkApproval, verifyApproval } from '../dist/policy/approvals.js';
import { constitutionOf } from '../dist/policy/constitution.js';
import { signatureText } from '../dist/policy/persons/key.js';
import { personKeyText } from '../dist/policy/persons/key-text.js';
import { randomHex, report } from './support.js';

const APPROVALS = 2_000;
const ROUNDS = 5;
const PERSONS = 20;
const HOUR = 3_600_000;
const now = Date.now();
const hash = `sha256:${'0a'.repeat(32)}`;
const store = '00'.repeat(16);

const people = Array.from({ length: PERSONS }, (_, place) => {
  const seed = new Uint8Array(32).fill(place + 1);
  const point = publicKey(seed);
  return { name: `p${place}`, seed, point, text: personKeyText({ kind: 'ed25519', bytes: point }) };
});

const constitution = constitutionOf({
  custosConstitution: 1,
  store,
  version: 1,
  previous: null,
  persons: Object.fromEntries([
    ...people.slice(1).map(({ name, text }) => [name, { roles: ['approver'], keys: [text], initiates: [] }]),
    [people[0].name, { roles: ['admin'], keys: [people[0].text], initiates: [] }],
  ]),
  groups: { board: [people[0].name], ops: people.slice(1).map(({ name }) => name) },
  thresholds: { constitution: '1 of board', widen: '1 of board', narrow: '1 of board', unfreeze: '2 of ops' },
});

const asked = {
  store,
  chain: 'ETH',
  network: 'mainnet',
  intent: hash,
  fee: { asset: 'ETH', amount: 1000n },
  policy: { version: 1, hash },
  demands: [{ count: 2, group: 'ops' }],
  now,
  attempt: '0',
};

const approvals = Array.from({ length: APPROVALS }, (_, place) => {
  const { seed, point, text: key } = people[1 + (place % (PERSONS - 1))];
  const pending = `p-${place}`;
  const { chain, network, intent, policy, demands } = asked;
  const text = approvalText({
    ...{ store, pending, chain, network, intent, policy, demands, key },
    effects: hash,
    feeAtMost: asked.fee,
    decision: 'approve',
    notBefore: now - 1,
    expires: now + HOUR,
    nonce: randomHex(16),
  });
  const bytes = sign(Buffer.from(text), seed, point);
  const x = Buffer.from(point).toString('base64url');
  const bare = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
  return { pending, signed: { text, signature: signatureText(bytes) }, text: Buffer.from(text), bytes, bare };
});

/** Runs a second of this process's own time. */
function rate(work) {
  const start = process.cpuUsage();
  for (const one of approvals) work(one);
  const { user, system } = process.cpuUsage(start);
  return (APPROVALS * 1e6) / (user + system);
}

const rounds = Array.from({ length: ROUNDS }, () => ({
  limit: rate(({ text, bare, bytes }) => {
    if (!verify(null, text, bare, bytes)) throw new Error('a signature does not verify');
  }),
  figure: rate(({ pending, signed }) => checkApproval(verifyApproval(constitution, signed), { ...asked, pending })),
}));
rounds.sort((one, other) => one.figure / one.limit - other.figure / other.limit);
const { figure, limit } = rounds[Math.floor(ROUNDS / 2)];

report('approvals', [
  {
    what: 'approvals verified a second',
    figure: Math.round(figure),
    limit: Math.round(limit),
    ratio: figure / limit,
    goal: 'at least 5,000',
    met: figure >= 5_000,
  },
]);
