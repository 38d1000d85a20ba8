import type { NodeAnswers, PaymentCase } from './node.js';

export const from = 'GAAZI4TCR3TY5OJHCTJC2A4QSY6CJWJH5IAJTGKIN2ER7LBNVKOCCWN7';
export const to = 'GCEZWKCA5VLDNRLN3RPRJMRZOX3Z6G5CHCGSNFHEYVXM3XOJMDS674JZ';
export const absent = 'GDQP2KPQGKIHYJGXNUIYOMHARUARCA7DJT5FO2FFOOKY3B2WSQHG4W37';
export const issuer = 'GA5ZSEJYB37JRC5AVCIA5MOP4RHTM335X2KGX3IHOJAPP5RE34K4KZVN';

/** Answers in the shape of Horizon, with the members that are read, and some that are not. */
function account(id: string): unknown {
  return {
    id,
    account_id: id,
    sequence: '103420918407103888',
    subentry_count: 1,
    thresholds: { low_threshold: 0, med_threshold: 0, high_threshold: 0 },
    balances: [
      { balance: '100.0000000', limit: '922337203685.4775807', asset_code: 'USDC', asset_issuer: issuer },
      { balance: '9872.1360000', asset_type: 'native' },
    ],
    data: {},
  };
}

export const answers: NodeAnswers = {
  [`/accounts/${from}`]: account(from),
  [`/accounts/${to}`]: account(to),
  [`/accounts/${absent}`]: new Error('Resource Missing (404)'),
  '/fee_stats': {
    last_ledger: '60000000',
    last_ledger_base_fee: '100',
    ledger_capacity_usage: '0.42',
    fee_charged: { max: '20000', min: '100', mode: '100', p10: '100', p50: '100', p90: '200', p95: '300', p99: '4000' },
    max_fee: { max: '1000000', min: '100', mode: '10000', p10: '100', p50: '10000', p95: '100000' },
  },
};

const payment = { chain: 'XLM', network: 'mainnet', answers } as const;

export const xlmPayments: readonly PaymentCase[] = [
  { ...payment, name: 'lumens', request: { from: { address: from }, to, amount: '12.5' } },
  {
    ...payment,
    name: 'lumens with a text',
    request: { from: { address: from }, to, amount: '1', memo: 'Miete für May' },
  },
  {
    ...payment,
    name: 'lumens for a new account',
    request: { from: { address: from }, to: absent, amount: '2', tag: '7' },
  },
  {
    ...payment,
    name: 'an asset with a number',
    request: { from: { address: from }, to, amount: '0.0000001', token: `USDC:${issuer}`, tag: '18446744073709551615' },
  },
];
