import type { NodeAnswers, PaymentCase } from './node.js';

export const from = '0x7567d83b7b8d80addcb281a71d54fc7b3364ffed';
export const to = '0xd3ae78222beadb038203be21ed5ce7c9b1bff602';
/** A VIP-180 token. */
export const token = '0x0ce6661b4ba86a0ea7ca2bd86a0de87b0b860f14';

const id = (first: string) => `0x${first}${'5'.repeat(56)}`;

/** Answers in the shape of thor's interface. */
export const answers: NodeAnswers = {
  '/blocks/0': { number: 0, id: `0x00000000851caf3cfdb6e899cf5958bfb1ac3413d346d43539627e6be7ec1b4a`, size: 170 },
  '/blocks/best': { number: 20_000_000, id: id('01312d00'), gasLimit: 40_000_000, isFinalized: false },
  [`/accounts/${token}`]: { balance: '0x0', energy: '0x0', hasCode: true },
  '/accounts/0x0000000000000000000000000000456e65726779': { balance: '0x0', energy: '0x0', hasCode: true },
  '/accounts/*?revision=best': ({ clauses }: { clauses: readonly { data: string }[] }) =>
    clauses.map(({ data }) => ({
      data: data === '0x313ce567' ? `0x${'12'.padStart(64, '0')}` : `0x${'1'.padStart(64, '0')}`,
      events: [],
      transfers: [],
      gasUsed: data === '0x' ? 0 : 15_000,
      reverted: false,
      vmError: '',
    })),
};

const payment = { chain: 'VET', network: 'mainnet', answers } as const;

export const vetPayments: readonly PaymentCase[] = [
  { ...payment, name: 'coins', request: { from: { address: from }, to, amount: '12.5' } },
  { ...payment, name: 'VTHO', request: { from: { address: from }, to, amount: '12.5', token: 'VTHO', maxFee: '1' } },
  {
    ...payment,
    name: 'a VIP-180 token',
    request: { from: { address: from }, to, amount: '12.5', token, decimals: 18 },
  },
];
