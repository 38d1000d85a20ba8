// Every operation of the documented API (version 3.18.3 has 607), and the subscriptions that its version 4 has besides. A line
// is a method with paths below the prefix: `.` is the prefix itself, `:` any one segment, `*` the rest of a path.
const account = 'account/balance/:';
const block = 'block/current block/:';
const derived = 'address/:/: wallet';

/** What all chains of the Ethereum family have, besides `POST gas`. */
const contracts = [
  `GET ${account} ${block} ${derived} transaction/: transaction/count/:`,
  'POST broadcast smartcontract transaction wallet/priv web3/:',
];
const outputs = [
  `GET address/:/: block/hash/: block/: info transaction/: transaction/address/: wallet`,
  'POST broadcast node transaction wallet/priv',
];
const coins = 'GET address/balance/: address/balance/batch mempool utxo/:/:';
const data =
  'GET balances blocks blocks/latest collections events metadata owners owners/address tokens transactions transactions/hash utxos';

const table: Readonly<Record<string, readonly string[]>> = {
  'v3/avalanche v3/base v3/bsc v3/celo v3/cronos v3/ethereum v3/flare v3/kcs v3/klaytn v3/one v3/optimism v3/polygon v3/xdc':
    [...contracts, 'POST gas'],
  'v3/fantom': contracts,
  'v3/celo v3/ethereum v3/polygon': ['GET account/transaction/:'],
  'v3/ethereum': ['GET account/transaction/internal/:', 'POST gas/batch'],
  'v3/one': ['GET address/format/:'],
  'v3/bcash v3/bitcoin v3/dogecoin v3/litecoin': outputs,
  'v3/bitcoin v3/dogecoin v3/litecoin': [coins],
  'v3/bitcoin': ['POST transaction/address/batch'],
  'v3/ada': [
    'GET account/: address/:/: block/: info transaction/: transaction/address/: wallet :/utxos',
    'POST broadcast transaction wallet/priv',
  ],
  'v3/algorand': [
    `GET ${account} address/: ${block} node/algod/:/* node/indexer/:/* transaction/: transactions/:/: wallet`,
    'POST asset/receive broadcast node/algod/:/* transaction',
  ],
  'v3/bnb': [
    'GET account account/: account/transaction/: block/current block/: transaction/:',
    'POST broadcast transaction',
  ],
  'v3/egld': [
    `GET ${account} ${block} ${derived} node/:/* transaction/: transaction/address/: transaction/count/:`,
    'POST broadcast gas node/:/* transaction wallet/priv',
  ],
  'v3/flow': [
    `GET account/: ${block} block/events ${derived} pubkey/:/: transaction/:`,
    'POST account transaction transaction/custom wallet/priv',
    'PUT account',
  ],
  'v3/solana': [`GET ${account} ${block} transaction/: wallet`, 'POST broadcast/confirm transaction web3/:'],
  'v3/tron': [
    `GET account/: block/: ${derived} info transaction/: transaction/account/: transaction/account/:/trc20 trc10/detail/:`,
    'POST broadcast freezeBalance transaction trc10/deploy trc10/transaction trc20/deploy trc20/transaction',
    'POST unfreezeBalance wallet/priv',
  ],
  'v3/vet': [
    `GET ${account} account/energy/: ${block} ${derived} transaction/: transaction/:/receipt`,
    'POST broadcast transaction transaction/gas wallet/priv',
  ],
  'v3/xlm v3/xrp': ['GET account account/: account/tx/: fee info transaction/:', 'POST broadcast transaction trust'],
  'v3/xlm': ['GET ledger/: ledger/:/transaction'],
  'v3/xrp': ['GET account/:/balance ledger/:', 'POST account/settings'],
  'v3/blockchain': [
    'GET auction/time/:/: auction/:/:/fee auction/:/:/recipient auction/:/:/: fee/:',
    'GET marketplace/listing/:/: marketplace/listing/:/:/fee marketplace/listing/:/:/listing/:',
    'GET marketplace/listing/:/:/recipient marketplace/listing/:/:/: node/:/:/*',
    'GET sc/address/:/: sc/custodial/:/: token/address/:/: token/balance/:/:/: token/transaction/:/:/:',
    'POST auction auction/approve auction/bid auction/cancel auction/sell auction/settle estimate node/:/:/*',
    'POST marketplace/listing marketplace/listing/buy marketplace/listing/cancel marketplace/listing/sell',
    'POST marketplace/withdraw/fee marketplace/withdraw/treasury',
    'POST sc/custodial sc/custodial/approve sc/custodial/batch sc/custodial/transfer sc/custodial/transfer/batch',
    'POST token/approve token/burn token/deploy token/mint token/transaction',
    'PUT auction/fee auction/recipient marketplace/listing marketplace/listing/fee marketplace/listing/recipient node/:/:/*',
  ],
  'v3/custodial': ['GET wallet wallet/:', 'POST transaction wallet', 'DELETE wallet/:'],
  'v3/data v4/data': [data, 'POST utxos/batch'],
  'v3/gas-pump': ['GET activated/:/:/: address/:/:', 'POST . activate'],
  'v3/ipfs': ['GET :', 'POST .'],
  'v3/kms': ['GET pending/: :', 'POST pending/:', 'PUT :/:', 'DELETE :'],
  'v3/ledger': [
    'GET account account/: account/:/balance account/block/: account/block/:/detail account/count account/customer/:',
    'GET customer customer/: deposits deposits/count transaction/reference/: virtualCurrency/:',
    'POST account account/batch account/block/: transaction transaction/account transaction/batch',
    'POST transaction/customer transaction/ledger virtualCurrency',
    'PUT account/: account/:/activate account/:/deactivate account/:/freeze account/:/unfreeze account/block/:',
    'PUT customer/: customer/:/activate customer/:/deactivate customer/:/disable customer/:/enable',
    'PUT virtualCurrency virtualCurrency/mint virtualCurrency/revoke',
    'DELETE account/block/: account/block/account/:',
  ],
  'v3/multitoken v3/nft': [
    'GET address/:/: address/balance/:/: metadata/:/:/: transaction/:/: transaction/:/:/:',
    'POST burn deploy mint mint/add mint/batch transaction',
  ],
  'v3/multitoken': ['GET balance/:/:/:/: balance/batch/:/:', 'POST burn/batch transaction/batch'],
  'v3/nft': ['GET balance/:/:/: collection/:/: transaction/tokenId/:/:/:', 'POST verify'],
  'v3/offchain': [
    'GET account/:/address account/address/:/: withdrawal',
    'POST account/:/address account/:/address/: account/address/batch algo/erc20/deploy blockchain/estimate',
    'POST bnb/asset bsc/bep20 bsc/bep20/deploy celo/erc20 celo/erc20/deploy celo/erc20/:/: ethereum/erc20',
    'POST ethereum/erc20/deploy ethereum/erc20/transfer kcs/erc20/deploy klaytn/erc20/deploy one/hrm20 one/hrm20/deploy',
    'POST token/: token/:/: tron/trc tron/trc/deploy tron/trc/:/: withdrawal withdrawal/broadcast xdc/erc20',
    'POST xdc/erc20/deploy xlm/asset xrp/asset',
    'PUT withdrawal/:/:',
    'DELETE account/:/address/: withdrawal/:',
    ...'ada algorand bcash bitcoin bnb bsc celo dogecoin egld ethereum flow kcs klaytn litecoin one polygon solana tron xdc xlm xrp'
      .split(' ')
      .map((chain) => `POST ${chain}/transfer`),
  ],
  'v3/record': ['GET .', 'POST .'],
  'v3/security': ['GET address/:'],
  'v3/subscription v4/subscription': ['GET . count report/: webhook webhook/count', 'POST .', 'PUT . :', 'DELETE . :'],
  'v3/tatum': ['GET rate/: usage version', 'POST rate', 'PUT freeze', 'DELETE freeze'],
  'v3/trade': ['GET : buy history sell', 'POST . buy chart history matched sell', 'DELETE : account/:'],
};

interface Operation {
  readonly method: string;
  readonly segments: readonly string[];
}

const operations: readonly Operation[] = Object.entries(table).flatMap(([prefixes, lines]) =>
  prefixes.split(' ').flatMap((prefix) => lines.flatMap((line) => operationsOf(prefix, line))),
);

function operationsOf(prefix: string, line: string): readonly Operation[] {
  const [method = '', ...paths] = line.split(' ');
  return paths.map((path) => ({ method, segments: (path === '.' ? prefix : `${prefix}/${path}`).split('/') }));
}

/**
 * Looks a path up among the documented operations.
 * @param path - begins with a slash
 * @param chains - names of chains in URLs: what is documented of one of them is known of all
 * @returns the methods that the documented API has there; none for a path that never was one
 */
export function documentedMethods(path: string, chains: ReadonlySet<string>): readonly string[] {
  const [version, area = '', ...given] = path.slice(1).split('/');
  const found = operations.filter(({ segments: [ofVersion, ofArea = '', ...rest] }) => {
    const isNamed = area === ofArea || (chains.has(area) && chains.has(ofArea));
    return version === ofVersion && isNamed && fits(rest, given);
  });
  return [...new Set(found.map(({ method }) => method))];
}

/** All of them, as `GET v3/kms/:`, for whoever checks the table. */
export function documentedOperations(): readonly string[] {
  return operations.map(({ method, segments }) => `${method} ${segments.join('/')}`);
}

function fits(segments: readonly string[], given: readonly string[]): boolean {
  const isOpen = segments.at(-1) === '*';
  if (isOpen ? given.length < segments.length : given.length !== segments.length) return false;
  return segments.every((segment, at) => {
    const one = given[at] ?? '';
    return segment === one || (one !== '' && (segment === ':' || segment === '*'));
  });
}
