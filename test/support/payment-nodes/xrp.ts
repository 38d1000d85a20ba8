import type { NodeAnswers, PaymentCase } from './node.js';

const from = 'rHb9CJAWyB4rj91VRWn96DkukG4bwdtyTh';
const to = 'rPT1Sjq2YGrBMTttX4GZHjKu9dyfzbpAYe';
export const issuer = 'rhub8VRN55s94qWKDv6jmDy1pUykJzF3wq';

/** Answers in the shape of rippled 2.x. */
const answers: NodeAnswers = {
  account_info: ([{ account }]: readonly [{ account: string }]) => ({
    account_data: { Account: account, Balance: '100000000', Flags: 0, LedgerEntryType: 'AccountRoot', Sequence: 4711 },
    ledger_current_index: 93_000_000,
    status: 'success',
    validated: false,
  }),
  ledger_current: { ledger_current_index: 93_000_000, status: 'success' },
  fee: {
    drops: { base_fee: '10', median_fee: '5000', minimum_fee: '10', open_ledger_fee: '10' },
    ledger_current_index: 93_000_000,
    status: 'success',
  },
};

const payment = { chain: 'XRP', network: 'mainnet', answers } as const;

export const xrpPayments: readonly PaymentCase[] = [
  { ...payment, name: 'coins', request: { from: { address: from }, to, amount: '12.5' } },
  {
    ...payment,
    name: 'coins with a tag and a memo',
    request: { from: { address: from }, to, amount: '0.000001', tag: '4711', memo: 'rent für May', maxFee: '0.001' },
  },
  {
    ...payment,
    name: 'an issued currency',
    request: { from: { address: from }, to, amount: '12.5', token: `USD.${issuer}` },
  },
  {
    ...payment,
    name: 'a multi-purpose token',
    request: { from: { address: from }, to, amount: '12.5', token: `00${'a1'.repeat(23)}`, decimals: 2 },
  },
];
