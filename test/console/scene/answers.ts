import type * as api from '../../../src/client/operations.js';
import { allScopes } from '../../../src/core/access/scopes.js';

/** The moment of every picture. */
export const NOW = Date.parse('2026-11-29T14:20:00Z');
const MINUTE = 60_000;
const ago = (minutes: number) => new Date(NOW - minutes * MINUTE).toISOString();
const ahead = (minutes: number) => ago(-minutes);

const shop = '0x52908400098527886E0F7030069857D2E4169EE7';
const hot = '0x27b1fdb04752bbc536007a920d24acb045561c26';
const wallet = '26d3883e-4e17-48b3-a0ee-09a3e484ac83';
const hash = `sha256:${'5be1'.repeat(16)}`;
const id = (n: number) => n.toString(16).padStart(24, '6');

function transaction(n: number, more: Partial<api.Transaction> = {}): api.Transaction {
  return {
    ...{ id: id(n), kind: 'transaction', state: 'completed', chain: 'ETH', network: 'mainnet' },
    summary: { text: `${hot} sends ${n / 4} ETH to ${shop}; the fee is at most 0.000042 ETH` },
    ...{ sender: hot, error: null, reference: `payout-${4100 + n}`, expiresAt: null },
    ...{ createdAt: ago(3 * n + 1), updatedAt: ago(3 * n), policy: null, approvals: null, wallets: [wallet] },
    ...{ digest: hash, nonce: String(900 - n), txId: `0x${'ab12'.repeat(16)}`, delivery: 'broadcast', signed: null },
    ...more,
  };
}

const standing: api.ApprovalsStanding = {
  state: 'missing',
  text: '1 of 2 of treasury',
  missing: [{ rule: 'large', demand: '2 of treasury', approved: ['ben'], open: ['bea', 'cora'] }],
  votes: [{ person: 'ben', decision: 'approve', expiresAt: ahead(55) }],
};
const verdict: api.PolicyVerdict = {
  ...{ version: 7, hash, verdict: 'hold', reasons: ['the permit "large" needs 2 of treasury'] },
  rules: ['large', 'daily'],
  charges: [{ limit: 'daily', amount: '12.5', used: '61', max: '80', fits: 'yes' }],
};
const waitingOne = transaction(50, { state: 'held', policy: verdict, approvals: standing, txId: null, nonce: null });
const waiting: api.WaitingApproval = {
  ...{ id: id(50), kind: 'transaction', chain: 'ETH', network: 'mainnet', wallets: [wallet] },
  text: waitingOne.summary?.text ?? '',
  ...{ reference: 'payout-4150', createdAt: ago(18), policy: verdict, approvals: standing },
};
const stuck = transaction(9, {
  ...{ state: 'claimed', txId: null, nonce: null },
  error: { code: 'NODE_UNREACHABLE', detail: 'the node of SOL gives no answer' },
  chain: 'SOL',
});
const denied = transaction(3, {
  ...{ state: 'denied', txId: null },
  error: { code: 'POLICY_DENIED', detail: 'the forbid "sanctioned" covers the receiver' },
});
const latest = [
  transaction(1, { state: 'broadcast' }),
  transaction(2),
  denied,
  ...[4, 5, 6, 7, 8].map((n) => transaction(n, n % 3 === 0 ? { chain: 'BTC' } : {})),
];

const quarters = Array.from({ length: 96 }, (_, at) => at);
const wave = (at: number, most: number) => Math.round(most * (0.55 + 0.45 * Math.sin((at - 30) / 15)));
const activity: api.Activity = {
  data: quarters.map((at) => ({
    from: ago((96 - at) * 15 - 5),
    ...{ accepted: wave(at, 44), signed: wave(at, 42), completed: wave(at, 41) },
    ...{ held: at % 7 === 0 ? 3 : at % 3, denied: at % 11 === 0 ? 2 : 0, failed: 0 },
    signedAfter: { half: 300 + 9 * wave(at, 30), most: 900 + 40 * wave(at, 50) },
  })),
};
const chains: api.ChainStandings = {
  data: [
    ['BTC', 0, 2, null],
    ['ETH', 3, 1, null],
    ['SOL', 14, 9, ago(6)],
  ].map(([chain, count, polled, shutAt]) => ({
    chain: String(chain),
    open: [
      { state: 'claimed', count: Number(count) },
      { state: 'held', count: chain === 'ETH' ? 1 : 0 },
    ],
    oldestAt: count === 0 ? null : ago(27),
    way: { polledAt: ago(Number(polled)), failedPolls: shutAt === null ? 0 : 5, shutAt: shutAt as string | null },
  })),
};
const budget = (limit: string, part: string | null, [used, max]: readonly [number, number]) => ({
  ...{ limit, part, asset: 'ETH', used: String(used), max: String(max), since: ago(1440) },
  thousandths: Math.floor((used * 1000) / max),
});
const findings: api.Findings = {
  at: ago(0),
  data: [
    {
      check: 'wallet store',
      state: 'ok',
      text: 'postgres://db/custos: 1204 mainnet and 0 testnet wallets',
      remedy: null,
    },
    {
      ...{ check: 'node SOL', state: 'problem', text: 'http://10.0.0.7:8899 gives no answer (NODE_UNREACHABLE)' },
      remedy: 'start the node, or name another one with --node',
    },
    {
      check: 'recovery key',
      state: 'warning',
      text: 'the store has none',
      remedy: 'run `custos password recovery-key`',
    },
    { check: 'node ETH', state: 'ok', text: 'answers, and is of mainnet', remedy: null },
    { check: 'Node.js', state: 'ok', text: 'v24.9.0', remedy: null },
  ],
};
const policy: api.Policy = {
  ...{ version: 7, hash, state: 'in force', publishedAt: ago(9000), effectiveAt: ago(8000), signedBy: ['ed25519:…'] },
  lines: [
    'Policy version 7, times of Europe/Berlin',
    '  asset ETH: network mainnet; chain ETH; decimals 18',
    '  permit small: asset ETH; to any; max 1',
    '  permit large: asset ETH; to any; max 20; needs 2 of treasury',
    '  forbid sanctioned: to book:sanctioned',
    '  limit daily: asset ETH; rolling 24h; max 80',
  ],
  policy: { custosPolicy: 1, version: 7 },
};
const { lines: _, policy: __, ...version } = policy;
const shownWallet: api.Wallet = {
  ...{ id: wallet, chain: 'ETH', network: 'mainnet', kind: 'key', address: hot, xpub: null, label: 'hot wallet' },
  ...{ owner: 'user-17', slot: null, tags: ['hot', 'payouts'], requireUserToken: false, state: 'active' },
  ...{ createdAt: ago(40_000), index: null },
};
const owner: api.CountedOwner = {
  ...{ id: 'user-17', mostWallets: 5, mostRequests: 60, mostSpent: null, createdAt: ago(40_000), wallets: 1 },
};
const events: api.AuditEvents = {
  data: ['transaction.signed', 'approval.given', 'transaction.reserved', 'freeze.ended', 'freeze.made'].map(
    (event, at) => ({
      ...{ id: `main:${812 - at}`, at: ago(3 * at), event, hash: 'q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA=' },
      detail: { process: 'front-1', transaction: id(at + 1), chain: 'ETH' },
    }),
  ),
};
const webhook: api.Webhook = {
  ...{ id: 'wh_1', url: 'https://shop.example.com/custos', types: ['transaction.completed'], enabled: true },
  ...{ publicKey: 'whpk_q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA=', createdAt: ago(50_000) },
};
const token: api.Token = {
  ...{ id: 'shop1', name: 'shop', scopes: ['wallets:read', 'transactions:create'], chains: null, wallets: null },
  ...{
    owners: null,
    from: null,
    rate: 600,
    createdAt: ago(50_000),
    expiresAt: null,
    revokedAt: null,
    lastUsedAt: ago(1),
  },
};
const freeze: api.Freeze = {
  ...{ id: 'f1', scope: 'chain SOL', reason: 'the node answers nonsense', state: 'active', at: NOW - 6 * MINUTE },
  text: 'custos-freeze/1\n',
};
const key = `passkey:localhost:${'Aq'.repeat(43)}`;

/** What a server answers that has a busy day: as the API has it, but for what only the page asks. */
export const answers: Readonly<Record<string, unknown>> = {
  '/health': { status: 'ok', version: '0.1.0', network: 'mainnet' } satisfies api.Health,
  '/console/data/session': {
    ...{ person: 'bea', roles: ['approver', 'operator', 'admin'], scopes: allScopes, expiresAt: ahead(400) },
    keys: [{ id: 'AAAA', name: 'laptop', key, isEnacted: true }],
  },
  '/console/data/site': { origin: 'http://localhost', hasPasskeys: true },
  '/console/data/persons': {
    ...{
      version: 3,
      hash,
      thresholds: { constitution: '2 of board', widen: '2 of board', narrow: '1 of board', unfreeze: '2 of treasury' },
    },
    groups: { board: ['ada', 'otto'], treasury: ['bea', 'ben', 'cora'] },
    persons: [
      { name: 'ada', roles: ['admin'], keys: [key], passkeys: 1 },
      { name: 'bea', roles: ['approver'], keys: [key], passkeys: 2 },
    ],
  },
  '/errors/NODE_UNREACHABLE': {
    ...{ code: 'NODE_UNREACHABLE', status: 502, retryable: true },
    hint: 'check that the node runs and can be reached from here; it is asked again by itself',
  } satisfies api.ErrorKind,
  '/errors/POLICY_DENIED': {
    ...{ code: 'POLICY_DENIED', status: 403, retryable: false },
    hint: 'ask for something that the policy permits, or publish another one',
  } satisfies api.ErrorKind,
  '/v1/approvals': { data: [waiting], next: null } satisfies api.WaitingApprovalPage,
  [`/v1/approvals/${id(50)}`]: {
    ...waiting,
    lines: [`1. ${hot} sends 12.5 ETH to ${shop}`, '2. fee: at most 0.000042 ETH', 'First payment to this receiver'],
    effects: [
      { op: 'transfer', from: hot, to: shop, amount: '12500000000000000000' },
      { op: 'fee', from: hot, amount: '42000000000000' },
    ],
    request: { custosApprovalRequest: 1 },
  } satisfies api.ApprovalRequest,
  '/v1/transactions': { data: latest, next: null } satisfies api.TransactionPage,
  '/v1/transactions?state=claimed': { data: [stuck], next: null } satisfies api.TransactionPage,
  '/v1/transactions?state=held': { data: [], next: null } satisfies api.TransactionPage,
  '/v1/transactions?state=signed': { data: [], next: null } satisfies api.TransactionPage,
  '/v1/transactions?state=broadcast': { data: [], next: null } satisfies api.TransactionPage,
  [`/v1/transactions/${id(3)}`]: denied,
  [`/v1/transactions/${id(3)}/events`]: {
    data: [
      { at: ago(10), event: 'accepted', fact: {} },
      { at: ago(10), event: 'filled', fact: { nonce: '897' } },
      { at: ago(9), event: 'denied', fact: { errorCode: 'POLICY_DENIED' } },
    ],
  } satisfies api.TransactionEvents,
  [`/v1/approvals/${id(3)}/decisions`]: {
    data: [{ person: 'ben', key, decision: 'approve', at: ago(10), isSpent: false }],
  } satisfies api.DecisionsMade,
  '/v1/freezes': { data: [freeze], next: null } satisfies api.FreezePage,
  '/v1/activity': activity,
  '/v1/chains': chains,
  '/v1/budgets': {
    data: [
      budget('daily', null, [76, 80]),
      budget('wallet', `wallet ${wallet}`, [31, 60]),
      budget('count', null, [3, 25]),
    ],
  } satisfies api.Budgets,
  '/v1/findings': findings,
  '/v1/wallets': { data: [shownWallet], next: null } satisfies api.WalletPage,
  [`/v1/wallets/${wallet}`]: shownWallet,
  [`/v1/wallets/${wallet}/addresses`]: { data: [{ index: 0, address: hot }], next: null } satisfies api.AddressPage,
  '/v1/owners': { data: [owner], next: null },
  '/v1/owners/user-17': owner,
  '/v1/policies/current': policy,
  '/v1/policies': { data: [version] } satisfies api.PolicyVersions,
  '/v1/policies/7': policy,
  '/v1/audit': events,
  '/v1/webhooks': { data: [webhook] } satisfies api.WebhookList,
  '/v1/webhooks/wh_1': webhook,
  '/v1/webhooks/wh_1/deliveries': {
    data: [{ delivery: '7', state: 'delivered', attempts: 1, answer: '200', nextAt: null }],
  } satisfies api.DeliveryList,
  '/v1/tokens': { data: [token], next: null } satisfies api.TokenPage,
};

/** Every screen, by its path. */
export const screens: readonly (readonly [name: string, path: string])[] = [
  ['overview', ''],
  ['approvals', 'approvals'],
  ['approval', `approvals/${id(50)}`],
  ['transactions', 'transactions'],
  ['story', `transactions/${id(3)}`],
  ['wallets', 'wallets'],
  ['wallet', `wallets/${wallet}`],
  ['owners', 'owners'],
  ['owner', 'owners/user-17'],
  ['policies', 'policies'],
  ['policy', 'policies/7'],
  ['freezes', 'freezes'],
  ['audit', 'audit'],
  ['webhooks', 'webhooks'],
  ['webhook', 'webhooks/wh_1'],
  ['tokens', 'tokens'],
  ['persons', 'persons'],
  ['health', 'health'],
];
