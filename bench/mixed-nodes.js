// Nodes of all chains on their test networks, as one world behind a cloud: it answers what is asked on the way of a payment.
// Preparation asks it directly, and the stub of the benchmark asks it for the daemon.
import { createHash } from 'node:crypto';
import { base58 } from '@scure/base';
import { nodePath } from '../dist/core/chain/tatum.js';

export const API_KEY = 'bench-key';
const HASH = '5'.repeat(64);
const SYSTEM = '11111111111111111111111111111111';

/** A refusal: status and body. */
const refused = (status, message) => ({ status, value: { errorCode: 'bench.refused', message } });
const answered = (value) => ({ status: 200, value });

/**
 * @param chains - chains of the registry
 * @param facts - `raws`: transactions by id; `scripts`: outputs by script; `coins`: outputs of Cardano by address; `bodies`:
 *   bodies of Cardano by their operations; `keys`: keys of Flow by account. It may grow while payments are prepared.
 */
export function createWorld(chains, facts) {
  const places = chains.map((chain) => ({ chain, prefix: `/v3/${nodePath(chain, 'testnet')}/${API_KEY}` }));
  const known = new Map();
  const state = { facts, sequences: new Map() };
  /** @returns the chain whose node has the path, and the rest of the path; no chain: the cloud, or a public service */
  function placeOf(path) {
    const [head] = /^\/v3\/.*\/bench-key/.exec(path) ?? [];
    if (head === undefined) return { rest: path };
    if (!known.has(head)) known.set(head, places.find(({ prefix }) => prefix === head)?.chain);
    return { chain: known.get(head), rest: path.slice(head.length) };
  }
  return {
    chainOf: (path) => placeOf(path).chain,
    /** @returns `{ status, value }` */
    answer({ path, body }) {
      const { chain, rest } = placeOf(path);
      if (body?.jsonrpc === undefined) return byPath(rest, body, { ...state, chain });
      const result = byMethod(chain, body, state);
      const { id } = body;
      if (result !== undefined) return answered({ jsonrpc: '2.0', id, result });
      return answered({ jsonrpc: '2.0', id, error: { code: -32601, message: `no answer to ${body.method}` } });
    },
  };
}

function byMethod(chain, { method, params }, state) {
  const family = { evm, bitcoind, solana, 'xrp-ledger': xrp }[chain?.builder?.kind];
  return family?.(method, params, { chain, ...state });
}

function evm(method, _params, { chain }) {
  const name = method.replace(/^[a-z]+_/, '').toLowerCase();
  if (name === 'chainid') return `0x${chain.builder.chainIds.testnet[0].toString(16)}`;
  return {
    gasprice: '0x3b9aca00',
    maxpriorityfeepergas: '0x3b9aca00',
    estimategas: '0x5208',
    gettransactioncount: '0x0',
  }[name];
}

function bitcoind(method, params, { facts }) {
  switch (method) {
    case 'getblockchaininfo':
      return { chain: 'test', blocks: 900_000 };
    case 'estimatesmartfee':
      return { feerate: 0.01, blocks: 6 };
    case 'scantxoutset': {
      const [, script] = /^raw\((.*)\)$/.exec(params[1][0].desc);
      return { success: true, unspents: params[1].length > 0 ? (facts.scripts[script] ?? []) : [] };
    }
    case 'gettxout': {
      const found = facts.outputs[params[0]];
      const { amount: value, scriptPubKey: hex } = found ?? {};
      return found === undefined ? null : { value, confirmations: 6, coinbase: false, scriptPubKey: { hex } };
    }
    case 'getrawtransaction':
      return facts.raws[params[0]];
    default:
      return undefined;
  }
}

function solana(method, params) {
  const context = { slot: 300_000_000 };
  const account = { data: ['', 'base64'], executable: false, lamports: 1e9, owner: SYSTEM, rentEpoch: 0 };
  switch (method) {
    case 'getGenesisHash':
      return '4uhcVJyU9pJkvQyS88uRDiswHScSCQY3XkwcoP7vFDvU';
    case 'getLatestBlockhash':
      return {
        context,
        value: { blockhash: 'EkSnNWid2cvwEVnVx9aBqawnmiCNiDgp3gUdkDPTKN1N', lastValidBlockHeight: 280_000_000 },
      };
    case 'getAccountInfo':
      return { context, value: account };
    case 'getMultipleAccounts':
      return { context, value: params[0].map(() => account) };
    case 'sendTransaction':
      // The id is the first signature.
      return base58.encode(Buffer.from(params[0], 'base64').subarray(1, 65));
    case 'getTransaction':
      return { slot: 300_000_001, meta: { err: null } };
    default:
      return undefined;
  }
}

function xrp(method, params) {
  switch (method) {
    case 'account_info':
      return {
        account_data: { Account: params[0].account, Balance: '1000000000', Flags: 0, Sequence: 4711 },
        ledger_current_index: 93_000_000,
        status: 'success',
      };
    case 'ledger_current':
      return { ledger_current_index: 93_000_000, status: 'success' };
    case 'fee':
      return { drops: { base_fee: '10', open_ledger_fee: '10' }, status: 'success' };
    default:
      return undefined;
  }
}

/** Questions that are told apart by their path: the first pattern that fits answers, with what its groups found. */
const paths = [
  // The cloud itself.
  [/^\/v3\/blockchain\/fee\//, () => ({ fast: 2e9, medium: 1e9, slow: 1e9 })],
  [/\/transaction\/count\//, () => 0],
  [/^\/v3\/bnb\/account\//, () => ({ account_number: 12, sequence: 40 })],
  [/^\/v3\/flow\/proposal\//, () => refused(501, 'this cloud has no account that pays')],
  // Public services.
  [/^\/api\/v1\/node-info$/, () => ({ node_info: { network: 'Binance-Chain-Ganges' } })],
  [/^\/v2$/, () => ({ fast: { maxFee: 31 } })],
  [/^\/blocks\/0$/, () => ({ number: 0, id: `0x${'0'.repeat(62)}27` })],
  [/^\/blocks\/best$/, () => ({ number: 20_000_000, id: `0x01312d00${HASH.slice(8)}` })],
  [/^\/accounts\/\*/, (_found, { clauses }) => clauses.map(() => ({ data: '0x', gasUsed: 0, reverted: false }))],
  [/^\/v1\/network\/parameters$/, () => ({ chain_id: 'flow-testnet' })],
  [/^\/v1\/blocks/, () => [{ header: { id: 'ab'.repeat(32), height: '90000000', parent_id: 'cd'.repeat(32) } }]],
  [/^\/v1\/accounts\/([0-9a-f]{16})/, ([, account], _body, state) => flowAccount(account, state)],
  [/^\/v1\/transactions$/, (_found, body, state) => flowTaken(body, state)],
  [/^\/v1\/transaction_results\//, () => ({ status: 'Sealed', status_code: 0, block_id: HASH, error_message: '' })],
  // Nodes of the chains.
  [/^\/v2\/transactions\/params$/, algorand],
  [
    /^\/account\/coins$/,
    (_found, { account_identifier: { address } }, { facts }) => cardanoCoins(facts.coins[address]),
  ],
  [/^\/construction\/preprocess$/, () => ({ options: { relative_ttl: 1000, transaction_size: 298 } })],
  [/^\/construction\/metadata$/, () => cardanoRules],
  [/^\/construction\/payloads$/, (_found, { operations }, { facts }) => cardanoBody(operations, facts)],
  [/^\/network\/config$/, () => ({ data: { config: multiversx }, code: 'successful' })],
  [/^\/address\/[^/]+\/nonce$/, () => ({ data: { nonce: 42 }, code: 'successful' })],
  [/^\/transaction\/cost$/, () => ({ data: { txGasUnits: 50_000, returnMessage: '' }, code: 'successful' })],
  [
    /^\/accounts\/(G[A-Z2-7]+)$/,
    ([, id]) => ({ id, account_id: id, sequence: '103420918407103888', balances: [], data: {} }),
  ],
  [/^\/fee_stats$/, () => ({ fee_charged: { p95: '100' } })],
  [/^\/wallet\/getnowblock$/, tronBlock],
];

function byPath(path, body, state) {
  for (const [pattern, answer] of paths) {
    const found = pattern.exec(path);
    if (found === null) continue;
    const value = answer(found, body, state);
    return value?.status === 501 ? value : answered(value);
  }
  return refused(404, `no answer to ${path}`);
}

function algorand() {
  return {
    fee: 0,
    'genesis-hash': 'SGO1GKSzyE7IEPItTxCByw9x8FmnrCDexi9/cOUJOiI=',
    'genesis-id': 'testnet-v1.0',
    'last-round': 55_000_000,
    'min-fee': 1000,
  };
}

const multiversx = {
  erd_chain_id: 'D',
  erd_min_gas_price: 1_000_000_000,
  erd_min_transaction_version: 1,
  erd_min_gas_limit: 50_000,
};

function tronBlock() {
  return {
    blockID: `0000000004b8f1d4${HASH.slice(16)}`,
    block_header: { raw_data: { number: 79_229_396, timestamp: Date.now() } },
  };
}

const cardanoRules = {
  metadata: {
    ttl: '41000000',
    protocol_parameters: {
      coinsPerUtxoSize: '4310',
      maxTxSize: 16384,
      maxValSize: 5000,
      keyDeposit: '2000000',
      minFeeCoefficient: 44,
      minFeeConstant: 155381,
      protocol: 10,
    },
  },
  suggested_fee: [{ value: '168493', currency: { symbol: 'ADA', decimals: 6 } }],
};

function cardanoCoins(held = []) {
  const coins = held.map(({ txId, amount: value }) => ({
    coin_identifier: { identifier: `${txId}:0` },
    amount: { value, currency: { symbol: 'ADA', decimals: 6 } },
  }));
  return { block_identifier: { index: 3_000_000, hash: HASH }, coins };
}

function cardanoBody(operations, facts) {
  const name = JSON.stringify(operations);
  facts.bodies[name] ??= facts.writeBody(operations);
  return { unsigned_transaction: facts.bodies[name], payloads: [] };
}

function flowAccount(account, { facts, sequences }) {
  const key = {
    index: '0',
    public_key: `0x${facts.keys[account]}`,
    signing_algorithm: 'ECDSA_secp256k1',
    hashing_algorithm: 'SHA3_256',
    sequence_number: String(sequences.get(account) ?? 42),
    weight: '1000',
    revoked: false,
  };
  return { address: `0x${account}`, balance: '100', keys: facts.keys[account] === undefined ? [] : [key] };
}

/** A block takes it at once, and the number of its account grows. */
function flowTaken(body, { sequences }) {
  const { address, sequence_number: number } = body.proposal_key;
  sequences.set(address.replace(/^0x/, ''), Number(number) + 1);
  return { id: createHash('sha256').update(JSON.stringify(body)).digest('hex') };
}
