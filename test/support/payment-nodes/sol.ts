import { associatedTokenAddress } from '../../../src/chains/solana/address.js';
import type { NodeAnswers, PaymentCase } from './node.js';

export const from = '7EcDhSYGxXyscszYEp35KHN8vvw3svAuLKTzXwCFLtV';
export const to = '9WzDXwBbmkg8ZTbNMqUxvQRAyrZzDsGYdLVL9zYtAWWM';
/** A wallet that has no account for the token yet. */
export const other = 'J1S9H3QjnRtBbbuD4HjPV6RpRhwuk4zKbxsnCHuTgh9w';
export const mint = 'EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v';
const spl = 'TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA';
const system = '11111111111111111111111111111111';

const mintBytes = Buffer.alloc(82);
mintBytes[44] = 6;
mintBytes[45] = 1;

function account(owner: string, data = Buffer.alloc(0)): unknown {
  return { data: [data.toString('base64'), 'base64'], executable: false, lamports: 2_039_280, owner, rentEpoch: 0 };
}

const accounts: Readonly<Record<string, unknown>> = {
  [mint]: account(spl, mintBytes),
  [from]: account(system),
  [to]: account(system),
  [other]: account(system),
  [associatedTokenAddress(to, mint, spl)]: account(spl, Buffer.alloc(165)),
};

/** Answers in the shape of a Solana node. */
export const answers: NodeAnswers = {
  getGenesisHash: '5eykt4UsFv8P8NJdTREpY1vzqKqZKvdpKuc147dw2N9d',
  getLatestBlockhash: {
    context: { slot: 300_000_000 },
    value: { blockhash: 'EkSnNWid2cvwEVnVx9aBqawnmiCNiDgp3gUdkDPTKN1N', lastValidBlockHeight: 280_000_000 },
  },
  getMinimumBalanceForRentExemption: 890_880,
  getAccountInfo: ([address]: readonly [string]) => ({
    context: { slot: 300_000_000 },
    value: accounts[address] ?? null,
  }),
};

const payment = { chain: 'SOL', network: 'mainnet', answers } as const;

export const solPayments: readonly PaymentCase[] = [
  { ...payment, name: 'coins', request: { from: { address: from }, to, amount: '12.5' } },
  {
    ...payment,
    name: 'coins with a memo',
    request: { from: { address: from }, to, amount: '12.5', memo: 'Miete für May' },
  },
  { ...payment, name: 'a token', request: { from: { address: from }, to, amount: '12.5', token: mint } },
  {
    ...payment,
    name: 'a token for a wallet without an account for it',
    request: { from: { address: from }, to: other, amount: '12.5', token: mint, decimals: 6, maxFee: '0.001' },
  },
];
