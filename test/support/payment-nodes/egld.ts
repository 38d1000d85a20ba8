import type { NodeAnswers, PaymentCase } from './node.js';

export const from = 'erd1qyu5wthldzr8wx5c9ucg8kjagg0jfs53s8nr3zpz3hypefsdd8ssycr6th';
export const to = 'erd1spyavw0956vq68xj8y4tenjpq2wd5a9p2c6j8gsz7ztyrnpxrruqzu66jx';
export const token = 'USDC-c76f1f';

const property = (text: string) => Buffer.from(text).toString('base64');

/** Answers in the shape of a gateway's interface. */
export const answers: NodeAnswers = {
  '/network/config': {
    data: {
      config: {
        erd_chain_id: '1',
        erd_min_gas_price: 1_000_000_000,
        erd_min_transaction_version: 1,
        erd_min_gas_limit: 50_000,
      },
    },
    code: 'successful',
  },
  [`/address/${from}/nonce`]: { data: { nonce: 42 }, code: 'successful' },
  '/transaction/cost': ({ data }: { data?: string }) => ({
    data: { txGasUnits: data === undefined ? 50_000 : 170_000, returnMessage: '' },
    code: 'successful',
  }),
  '/vm-values/query': {
    data: {
      data: {
        returnCode: 'ok',
        returnData: ['USDC', 'FungibleESDT', 'owner', '1', '0', 'NumDecimals-6', 'IsPaused-false'].map(property),
      },
    },
    code: 'successful',
  },
};

const payment = { chain: 'EGLD', network: 'mainnet', answers } as const;

export const egldPayments: readonly PaymentCase[] = [
  { ...payment, name: 'coins', request: { from: { address: from }, to, amount: '12.5' } },
  {
    ...payment,
    name: 'coins with a message',
    request: { from: { address: from }, to, amount: '1', memo: 'Miete für May' },
  },
  {
    ...payment,
    name: 'a fungible token',
    request: { from: { address: from }, to, amount: '12.5', token, decimals: 6, maxFee: '0.001' },
  },
];
