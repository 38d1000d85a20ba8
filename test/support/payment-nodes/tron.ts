import type { NodeAnswers, PaymentCase } from './node.js';

export const from = 'TJRabPrwbZy45sbavfcjinPJC18kjpRTv8';
export const to = 'TKzxdSv2FZKQrEqkKVgp5DcwEXBEKMg2Ax';
/** The contract of USDT. */
export const usdt = 'TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t';

const word = (digits: string) => digits.padStart(64, '0');

/** Answers in the shape of java-tron's HTTP interface. */
export const answers: NodeAnswers = {
  '/wallet/getnowblock': {
    blockID: '0000000004b8f1d4c9c8e6f14a0c7d2b5a3f0e1d2c3b4a5968778695a4b3c2d1',
    block_header: { raw_data: { number: 79_229_396, timestamp: 1_796_025_600_000 } },
  },
  '/wallet/triggerconstantcontract': ({ data }: { data: string }) => ({
    result: { result: true },
    energy_used: data.startsWith('313ce567') ? 541 : 64_285,
    constant_result: [data.startsWith('313ce567') ? word('6') : word('1')],
    transaction: { ret: [{}], visible: false },
  }),
  '/wallet/getcontract': { bytecode: '6080604052' },
  '/wallet/getchainparameters': {
    chainParameter: [
      { key: 'getMaintenanceTimeInterval', value: 21_600_000 },
      { key: 'getEnergyFee', value: 100 },
    ],
  },
  '/wallet/getassetissuebyid': ({ value }: { value: string }) => ({
    id: value,
    name: '4254',
    precision: 6,
    total_supply: 1,
  }),
};

const payment = { chain: 'TRON', network: 'mainnet', answers } as const;

export const tronPayments: readonly PaymentCase[] = [
  { ...payment, name: 'coins', request: { from: { address: from }, to, amount: '12.5' } },
  {
    ...payment,
    name: 'coins with a memo',
    request: { from: { address: from }, to, amount: '1', memo: 'Miete für May' },
  },
  {
    ...payment,
    name: 'a TRC-20 token',
    request: { from: { address: from }, to, amount: '12.5', token: usdt, decimals: 6, maxFee: '10' },
  },
  {
    ...payment,
    name: 'a TRC-10 token',
    request: { from: { address: from }, to, amount: '12.5', token: '1002000', decimals: 6 },
  },
];
