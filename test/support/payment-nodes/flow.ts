import type { NodeAnswers, PaymentCase } from './node.js';

/** Public key of secp256k1 for the private key 1: the generator. */
const publicKey =
  '79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8';
export const account = '0xf8d6e0586b0a20c7';
export const to = '0x01cf0e2f2f715450';
export const token = 'A.b19436aae4d94622.FiatToken';

const keys = [
  {
    index: '0',
    public_key: `0x${publicKey}`,
    signing_algorithm: 'ECDSA_secp256k1',
    hashing_algorithm: 'SHA3_256',
    sequence_number: '42',
    weight: '1000',
    revoked: false,
  },
];

/** Answers in the shape of the Access API. */
export const answers: NodeAnswers = {
  '/v1/network/parameters': { chain_id: 'flow-mainnet' },
  '/v1/blocks?height=sealed&expand=payload': [
    { header: { id: 'ab'.repeat(32), height: '90000000', parent_id: 'cd'.repeat(32) } },
  ],
  [`/v1/accounts/${account.slice(2)}?block_height=sealed&expand=keys`]: { address: account, balance: '100', keys },
  [`/v1/accounts/${to.slice(2)}?block_height=sealed&expand=keys`]: { address: to, balance: '1', keys: [] },
};

const payment = { chain: 'FLOW', network: 'mainnet', answers } as const;
const from = { address: publicKey, account };

export const flowPayments: readonly PaymentCase[] = [
  { ...payment, name: 'coins', request: { from, to, amount: '12.5' } },
  { ...payment, name: 'a fungible token', request: { from, to, amount: '12.5', token, maxFee: '0.5' } },
];
