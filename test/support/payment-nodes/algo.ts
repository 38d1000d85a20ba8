import type { NodeAnswers, PaymentCase } from './node.js';

export const from = 'GD64YIY3TWGDMCNPP553DZPPR6LDUSFQOIJVFDPPXWEG3FVOJCCDBBHU5A';
export const to = 'EW64GC6F24M7NDSC5R3ES4YUVE3ZXXNMARJHDCCCLIHZU6TBEOC7XRSBG4';

/** Answers in the shape of algod v2. */
export const answers: NodeAnswers = {
  '/v2/transactions/params': {
    'consensus-version': 'https://github.com/algorandfoundation/specs/tree/925a46433742afb0b51bb939354bd907fa88bf95',
    fee: 0,
    'genesis-hash': 'wGHE2Pwdvd7S12BL5FaOP20EGYesN73ktiC1qzkkit8=',
    'genesis-id': 'mainnet-v1.0',
    'last-round': 55_000_000,
    'min-fee': 1000,
  },
  '/v2/assets/31566704': {
    index: 31566704,
    params: { creator: to, decimals: 6, name: 'USDC', total: 18446744073709551615n },
  },
  [`/v2/accounts/${to}/assets/31566704`]: {
    'asset-holding': { amount: 0, 'asset-id': 31566704, 'is-frozen': false },
    round: 1,
  },
};

const payment = { chain: 'ALGO', network: 'mainnet', answers } as const;

export const algoPayments: readonly PaymentCase[] = [
  { ...payment, name: 'coins', request: { from: { address: from }, to, amount: '12.5' } },
  {
    ...payment,
    name: 'coins with a note',
    request: { from: { address: from }, to, amount: '0.000001', memo: 'Miete für May' },
  },
  {
    ...payment,
    name: 'an asset',
    request: { from: { address: from }, to, amount: '12.5', token: '31566704', decimals: 6, maxFee: '0.001' },
  },
];
