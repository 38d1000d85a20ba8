import { createHash } from 'node:crypto';
import type { Effect } from '../../../src/core/chain/effect.js';
import { parseChainId } from '../../../src/core/ids.js';
import type { Approval, SignedApproval } from '../../../src/core/policy/approval.js';
import type { Constitution, PersonSignature } from '../../../src/core/policy/constitution.js';
import { publicKey, sign } from '../../../src/crypto/ed25519.js';
import { approvalText } from '../../../src/policy/approval-text.js';
import type { Asked } from '../../../src/policy/approvals.js';
import { constitutionOf } from '../../../src/policy/constitution.js';
import { intentOf } from '../../../src/policy/intent.js';
import { signatureText } from '../../../src/policy/persons/key.js';
import { personKeyText } from '../../../src/policy/persons/key-text.js';
import { constitutionDecree, decreeLines } from '../../../src/policy/quorum.js';

export const store = '00112233445566778899aabbccddeeff';
export const now = Date.parse('2026-01-01T12:00:00Z');
const HOUR = 3_600_000;

/** A key pair that a name gives. */
export function keyOf(name: string) {
  const seed = new Uint8Array(createHash('sha256').update(name).digest());
  const point = publicKey(seed);
  const text = personKeyText({ kind: 'ed25519', bytes: point });
  const signed = (lines: string): string => signatureText(sign(Buffer.from(lines), seed, point));
  return { seed, point, text, signed };
}

/** What somebody writes down: two admins, three approvers of which one has two keys, and an operator. */
export const written = {
  custosConstitution: 1,
  store,
  version: 1,
  previous: null as string | null,
  persons: {
    ada: { roles: ['admin'], keys: [keyOf('ada').text], initiates: [] as string[] },
    alan: { roles: ['admin'], keys: [keyOf('alan').text], initiates: [] },
    bea: { roles: ['approver'], keys: [keyOf('bea').text, keyOf('bea 2').text], initiates: [] },
    bob: { roles: ['approver'], keys: [keyOf('bob').text], initiates: ['token:game'] },
    ben: { roles: ['approver', 'operator'], keys: [keyOf('ben').text], initiates: [] },
    oli: { roles: ['operator'], keys: [keyOf('oli').text], initiates: [] },
  } as Record<string, { roles: string[]; keys: string[]; initiates: string[] }>,
  groups: { board: ['ada', 'alan'], treasury: ['bea', 'bob', 'ben'], risk: ['ben', 'oli'] } as Record<string, string[]>,
  thresholds: {
    constitution: '2 of board',
    widen: '2 of board',
    narrow: '1 of board',
    unfreeze: '2 of treasury',
  } as Record<string, string>,
};

export const constitution = constitutionOf(written);

/** Signatures of keys over a constitution. */
export function signaturesOf(next: Constitution, keys: readonly string[]): PersonSignature[] {
  return keys.map((name) => {
    const key = keyOf(name);
    return { key: key.text, signature: key.signed(decreeLines(constitutionDecree(next), key.text)) };
  });
}

export const payment: readonly Effect[] = [
  { op: 'transfer', from: '0xfrom', to: '0xto', asset: 'ETH', amount: 5n * 10n ** 18n },
  { op: 'fee', from: '0xfrom', asset: 'ETH', amount: 1000n, args: [{ name: 'nonce', value: '7' }] },
];

const { intent, effects, fee } = intentOf(payment);

export const asked: Asked = {
  store,
  pending: 'p-1',
  chain: parseChainId('ETH'),
  network: 'mainnet',
  intent,
  fee,
  policy: { version: 3, hash: `sha256:${'0a'.repeat(32)}` },
  demands: [{ count: 2, group: 'treasury' }],
  initiator: 'token:shop',
  now,
  attempt: '0',
};

/** An approval by a key, as `asked` wants it but for what is given. */
export function approvalBy(key: string, change: Partial<Approval> = {}): SignedApproval {
  const { store: of, pending, chain, network, policy, demands, initiator } = asked;
  const approval: Approval = {
    store: of,
    pending,
    chain,
    network,
    intent,
    effects,
    feeAtMost: fee,
    ...(policy && { policy }),
    demands,
    ...(initiator !== undefined && { initiator }),
    decision: 'approve',
    notBefore: now - 1000,
    expires: now + HOUR,
    nonce: createHash('md5')
      .update(`${key} ${JSON.stringify(Object.keys(change))}`)
      .digest('hex'),
    key: keyOf(key).text,
    ...change,
  };
  const text = approvalText(approval);
  return { text, signature: keyOf(key).signed(text) };
}
