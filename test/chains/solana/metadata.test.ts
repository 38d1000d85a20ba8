import { describe, expect, it } from 'vitest';
import {
  burnUnique,
  createMasterEdition,
  createMetadata,
  verifyInCollection,
} from '../../../src/chains/solana/building/metadata.js';
import { solana } from '../../../src/chains/solana/index.js';
import type { Instruction } from '../../../src/chains/solana/message.js';
import { keyOf } from '../signing.js';
import recorded from './metadata.json' with { type: 'json' };

const [mint = '', authority = '', payer = '', creator = '', collection = '', account = ''] = [1, 2, 3, 4, 5, 6].map(
  (fill) => keyOf(solana, fill).address,
);
const unique = { mint, authority, payer };
const rich = {
  ...{ name: 'My NFT é', symbol: 'NFT', uri: 'https://example.com/1.json', sellerFeeBasisPoints: 500 },
  creators: [
    { address: authority, share: 60 },
    { address: creator, share: 40 },
  ],
  collection,
  isMutable: true,
};
const plain = { name: 'A', symbol: '', uri: '', sellerFeeBasisPoints: 0, isMutable: false };

function shown({ program, data, accounts }: Instruction) {
  return {
    program,
    data: Buffer.from(data).toString('hex'),
    accounts: accounts.map(({ address, isSigner, isWritable }) => [address, isSigner, isWritable]),
  };
}

describe('instructions of the Token Metadata program', () => {
  it.each([
    ['create', createMetadata(unique, rich)],
    ['plain', createMetadata(unique, plain)],
    ['edition', createMasterEdition(unique)],
    ['burn', burnUnique({ mint, owner: authority, account }, collection)],
    ['verify', verifyInCollection(unique, collection)],
  ] as const)('%s is what the official library makes', (name, made) => {
    expect(shown(made)).toEqual(recorded.instructions[name]);
  });
});
