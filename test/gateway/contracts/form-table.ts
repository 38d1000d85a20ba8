const a = '0x687422eea2cb73b5d3e242ba5456b782919afc85';
const b = '0x7e5f4552091a69125d5dfcb7b8c2659029395bdf';
const contractAddress = '0x00000000000000000000000000000000000c0de5';
const one = { contractAddress, tokenId: '1' };
const range = { owner: a, from: 0, to: 1 };
const kinds = {
  ...{ enableFungibleTokens: true, enableNonFungibleTokens: true },
  ...{ enableSemiFungibleTokens: true, enableBatchTransactions: true },
};
const sold = { contractAddress, nftAddress: b, seller: a, tokenId: '1', isErc721: true };
const wallet = { custodialAddress: contractAddress };
const listing = '/v3/blockchain/marketplace/listing';
const auction = '/v3/blockchain/auction';

/** Every form on contracts with the members that it needs, beside `chain` and `signatureId`. */
export const contractForms: readonly (readonly [string, Readonly<Record<string, unknown>>])[] = [
  ['POST /v3/blockchain/token/deploy', { symbol: 'T', name: 'T', supply: '1', digits: 6, address: a }],
  ['POST /v3/blockchain/token/mint', { contractAddress, to: a, amount: '1' }],
  ['POST /v3/blockchain/token/burn', { contractAddress, amount: '1' }],
  ['POST /v3/blockchain/token/approve', { contractAddress, spender: a, amount: '1' }],
  ['POST /v3/blockchain/token/transaction', { contractAddress, to: a, amount: '1', digits: 6 }],
  ['POST /v3/nft/deploy', { name: 'N', symbol: 'N' }],
  ['POST /v3/nft/mint', { ...one, to: a, url: 'u' }],
  ['POST /v3/nft/mint/batch', { contractAddress, to: [a], tokenId: ['1'], url: ['u'] }],
  ['POST /v3/nft/mint/add', { contractAddress, minter: a }],
  ['POST /v3/nft/transaction', { ...one, to: a }],
  ['POST /v3/nft/burn', one],
  ['POST /v3/multitoken/deploy', { uri: 'u' }],
  ['POST /v3/multitoken/mint', { ...one, to: a, amount: '1' }],
  ['POST /v3/multitoken/mint/batch', { contractAddress, to: [a], tokenId: [['1']], amounts: [['1']] }],
  ['POST /v3/multitoken/mint/add', { contractAddress, minter: a }],
  ['POST /v3/multitoken/transaction', { ...one, to: a, amount: '1' }],
  ['POST /v3/multitoken/transaction/batch', { contractAddress, to: a, tokenId: ['1'], amounts: ['1'] }],
  ['POST /v3/multitoken/burn', { ...one, account: a, amount: '1' }],
  ['POST /v3/multitoken/burn/batch', { contractAddress, account: a, tokenId: ['1'], amounts: ['1'] }],
  ['POST /v3/record', { data: 'text' }],
  ['POST /v3/gas-pump/activate', range],
  ['POST /v3/blockchain/sc/custodial', kinds],
  ['POST /v3/blockchain/sc/custodial/batch', { batchCount: 1, owner: a }],
  ['POST /v3/blockchain/sc/custodial/transfer', { ...wallet, recipient: a, contractType: 3 }],
  [
    'POST /v3/blockchain/sc/custodial/transfer/batch',
    { ...wallet, recipient: [a], contractType: [3], tokenAddress: ['0'], amount: ['1'], tokenId: ['0'] },
  ],
  ['POST /v3/blockchain/sc/custodial/approve', { ...wallet, spender: a, contractType: 0, tokenAddress: b }],
  [`POST ${listing}`, { feeRecipient: a, marketplaceFee: 1 }],
  [`POST ${listing}/sell`, { ...sold, listingId: 'x', price: '1' }],
  [`POST ${listing}/buy`, { contractAddress, listingId: 'x' }],
  [`POST ${listing}/cancel`, { contractAddress, listingId: 'x' }],
  [`PUT ${listing}/fee`, { contractAddress, marketplaceFee: 1 }],
  [`PUT ${listing}/recipient`, { contractAddress, feeRecipient: a }],
  [`POST ${auction}`, { feeRecipient: a, auctionFee: 1 }],
  [`POST ${auction}/approve`, { ...one, spender: a, isErc721: true }],
  [`POST ${auction}/sell`, { ...sold, id: 'x', endedAt: 9 }],
  [`POST ${auction}/bid`, { contractAddress, id: 'x', bidValue: '1' }],
  [`POST ${auction}/cancel`, { contractAddress, id: 'x' }],
  [`POST ${auction}/settle`, { contractAddress, id: 'x' }],
  [`PUT ${auction}/fee`, { contractAddress, auctionFee: 1 }],
  [`PUT ${auction}/recipient`, { contractAddress, feeRecipient: a }],
];
