import type { Chain } from '../core/chain/chain.js';

// Together with the definitions of the chains: every operation of the documented API (version 3.18.3 has 607), and the extra
// subscriptions of its version 4. A line is a method with paths below the prefix: `.` is the prefix itself, `:` any one segment,
// `*` the rest of a path.
const data =
  'GET balances blocks blocks/latest collections events metadata owners owners/address tokens transactions transactions/hash utxos';

/** Operations of several chains or none; the definitions of the chains have their own operations. */
const table: Readonly<Record<string, readonly string[]>> = {
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
    'POST account/:/address account/:/address/: account/address/batch blockchain/estimate token/: token/:/:',
    'POST withdrawal withdrawal/broadcast',
    'PUT withdrawal/:/:',
    'DELETE account/:/address/: withdrawal/:',
  ],
  'v3/record': ['GET .', 'POST .'],
  'v3/security': ['GET address/:'],
  'v3/subscription v4/subscription': ['GET . count report/: webhook webhook/count', 'POST .', 'PUT . :', 'DELETE . :'],
  'v3/tatum': ['GET rate/: usage version', 'POST rate', 'PUT freeze', 'DELETE freeze'],
  'v3/trade': ['GET : buy history sell', 'POST . buy chart history matched sell', 'DELETE : account/:'],
};

/** One documented operation. */
interface Operation {
  readonly method: string;
  readonly segments: readonly string[];
}

/** The documented operations of an API that has these chains. */
export interface DocumentedOperations {
  /**
   * @param path - begins with a slash; an operation that is documented for one chain is known for all
   * @returns the methods of the documented API at this path; empty for an unknown path
   */
  methodsAt(path: string): readonly string[];
  /** All operations, as `GET v3/kms/:`, for a check of the table. */
  readonly all: readonly string[];
}

/** Collects the documented operations: those of each chain and the common ones. */
export function documentedOperations(chains: readonly Chain[]): DocumentedOperations {
  const operations = [
    ...Object.entries(table).flatMap(([prefixes, lines]) =>
      prefixes.split(' ').flatMap((prefix) => lines.flatMap((line) => operationsOf(prefix, line))),
    ),
    ...chains.flatMap(operationsOfChain),
  ];
  const slugs = new Set(chains.map(({ slug }) => slug));
  return {
    methodsAt(path) {
      const [version, area = '', ...given] = path.slice(1).split('/');
      const found = operations.filter(({ segments: [ofVersion, ofArea = '', ...rest] }) => {
        const isNamed = area === ofArea || (slugs.has(area) && slugs.has(ofArea));
        return version === ofVersion && isNamed && fits(rest, given);
      });
      return [...new Set(found.map(({ method }) => method))];
    },
    all: operations.map(({ method, segments }) => `${method} ${segments.join('/')}`),
  };
}

function operationsOfChain({ slug, tatum }: Chain): readonly Operation[] {
  const { operations = [], ledgerOperations = [] } = tatum ?? {};
  return [
    ...operations.flatMap((line) => operationsOf(`v3/${slug}`, line)),
    ...ledgerOperations.flatMap((path) => operationsOf('v3/offchain', `POST ${path}`)),
  ];
}

function operationsOf(prefix: string, line: string): readonly Operation[] {
  const [method = '', ...paths] = line.split(' ');
  return paths.map((path) => ({ method, segments: (path === '.' ? prefix : `${prefix}/${path}`).split('/') }));
}

function fits(segments: readonly string[], given: readonly string[]): boolean {
  const isOpen = segments.at(-1) === '*';
  if (isOpen ? given.length < segments.length : given.length !== segments.length) return false;
  return segments.every((segment, at) => {
    const one = given[at] ?? '';
    return segment === one || (one !== '' && (segment === ':' || segment === '*'));
  });
}
