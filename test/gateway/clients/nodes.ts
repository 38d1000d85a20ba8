import { toFunctionSelector as functionSelector } from 'viem';
import { createRegistry } from '../../../src/chains/registry.js';
import { scripts } from '../../chains/utxo/making.js';
import { allPayments } from '../../support/payment-nodes/all.js';
import type { NodeAnswers } from '../../support/payment-nodes/node.js';
import { made } from '../../support/payment-nodes/utxo.js';

const registry = createRegistry();
const hash = `0x${'ab'.repeat(32)}`;
const payer = '0x9d8a62f656a8d1615c1294fd71e9cfb3e4855a4f';
const payee = '0x687422eea2cb73b5d3e242ba5456b782919afc85';
/** Makes wallets on Ethereum. */
export const factory = '0x5b38da6a701c568545dcfcb03fcb875f56beddc4';
const wallet = functionSelector('getWallet(address,uint256)');
const auction = functionSelector('getAuction(string)');
const word = (value: number) => `0x${value.toString(16).padStart(64, '0')}`;

/** Code with the methods of the cloud's own contracts, each behind PUSH4. */
const contract = `0x${['423f6cef', 'ae28b68c', '368b2842', '50bb4e7f', 'd74b8c42'].map((one) => `63${one}`).join('')}`;

/** Answers of a node of the Ethereum family that payments do not ask for. */
const ethereum: NodeAnswers = {
  eth_blockNumber: '0x10',
  eth_getCode: contract,
  eth_getStorageAt: word(0),
  // A call, or the creation of a contract.
  eth_estimateGas: ([{ to }]: readonly [{ to?: string }]) => (to === undefined ? '0x4c4b40' : '0xfde8'),
  eth_getBalance: '0xde0b6b3a7640000',
  eth_feeHistory: {
    oldestBlock: '0xf',
    baseFeePerGas: ['0x3b9aca00', '0x3b9aca00'],
    gasUsedRatio: [0.5],
    reward: [['0x3b9aca00', '0x3b9aca00', '0x3b9aca00']],
  },
  eth_getTransactionByHash: {
    ...{ hash, from: payer, to: payee, value: '0xde0b6b3a7640000', gas: '0x5208', gasPrice: '0x3b9aca00' },
    ...{ nonce: '0x1', input: '0x', blockHash: hash, blockNumber: '0x10', transactionIndex: '0x0', type: '0x0' },
  },
  eth_getTransactionReceipt: {
    ...{ transactionHash: hash, blockHash: hash, blockNumber: '0x10', transactionIndex: '0x0', status: '0x1' },
    ...{ gasUsed: '0x5208', cumulativeGasUsed: '0x5208', effectiveGasPrice: '0x3b9aca00', logs: [] },
    ...{ from: payer, to: payee, contractAddress: payee },
  },
  eth_getBlockByNumber: block(),
  eth_getBlockByHash: block(),
  // The reads of a contract: which standard it follows, who owns a token, and else its decimals.
  eth_call: ([{ data = '' }]: readonly [{ data?: string }]) => {
    if (data.startsWith('0x01ffc9a7')) return word(1);
    if (data.startsWith('0x6352211e')) return `0x${payer.slice(2).padStart(64, '0')}`;
    if (data.startsWith(wallet)) return walletOf(data);
    // An auction: its values are not zero, and coins pay in it.
    if (data.startsWith(auction))
      return `0x${[1, 1, 1, 1, 1, 1, 0, 1, 1, 1, 1].map((one) => word(one).slice(2)).join('')}`;
    return word(6);
  },
};

/** What a factory says of the wallet of an owner: its address, and that nobody has made it. */
function walletOf(data: string): string {
  const { builder } = registry.get('ETH');
  if (builder?.kind !== 'evm') throw new Error('Ethereum has contracts');
  const owner = `0x${data.slice(34, 74)}`;
  const [address = ''] = builder.walletAddresses({ factory, owner }, [BigInt(`0x${data.slice(74)}`)]);
  return `0x${address.slice(2).padStart(64, '0')}${'0'.repeat(128)}`;
}

function block(): unknown {
  const texts = { hash, parentHash: hash, miner: payee, number: '0x10', timestamp: '0x65000000' };
  return { ...texts, gasLimit: '0x1c9c380', gasUsed: '0x5208', baseFeePerGas: '0x3b9aca00', transactions: [] };
}

/** Answers in the shape of bitcoind that payments do not ask for: a transaction with its parts, as new versions show it. */
const outputs: NodeAnswers = {
  getrawtransaction: ([txId, isVerbose]: readonly [string, boolean | undefined]) => {
    const one = made.find((each) => each.txId === txId);
    if (one === undefined || isVerbose !== true) return one?.hex;
    const value = one === made[0] ? 20 : 30;
    const vout = [{ value, n: 0, scriptPubKey: { hex: scripts[0], type: 'pubkeyhash' } }];
    const vin = [{ txid: '77'.repeat(32), vout: 1, scriptSig: { hex: '' }, sequence: 4_294_967_295 }];
    return { txid: txId, hash: txId, version: 2, size: 85, vsize: 85, locktime: 0, vin, vout, hex: one.hex };
  },
  getblockchaininfo: {
    chain: 'main',
    blocks: 900_000,
    headers: 900_000,
    time: 1_796_025_600,
    bestblockhash: '0f'.repeat(32),
  },
};

/** Answers of other nodes that payments do not ask for. */
const others: Readonly<Record<string, NodeAnswers>> = {
  TRON: {
    '/wallet/getaccount': { address: '415cbdd86a2fa8dc4bddd8a8f69dba48572eec07fb', balance: 1_500_000 },
    '/wallet/getassetissuebyid': { id: '1002000', name: '4254', precision: 6, total_supply: 1 },
  },
  XRP: {
    ledger_closed: { ledger_hash: 'AB'.repeat(32), ledger_index: 93_000_000, status: 'success' },
    ledger: { ledger_hash: 'AB'.repeat(32), ledger_index: 93_000_000, status: 'success' },
    account_lines: { lines: [{ account: 'rhub8VRN55s94qWKDv6jmDy1pUykJzF3wq', balance: '3', currency: 'USD' }] },
    tx: { hash: 'AB'.repeat(32), status: 'success', validated: true },
  },
  ADA: {
    '/search/transactions': { transactions: [] },
  },
  XLM: {
    '/ledgers?order=desc&limit=1': { _embedded: { records: [{ sequence: 7, closed_at: '2026-11-29T08:00:00Z' }] } },
  },
  ALGO: {
    '/v2/accounts/GD64YIY3TWGDMCNPP553DZPPR6LDUSFQOIJVFDPPXWEG3FVOJCCDBBHU5A': { amount: 1_500_000 },
    '/v2/status': { 'last-round': 55_000_000 },
  },
  SOL: { getSlot: 300_000_000, getBalance: { context: { slot: 1 }, value: 1_500_000_000 } },
  VET: {
    '/accounts/0x7567d83b7b8d80addcb281a71d54fc7b3364ffed': { balance: '0x14d1120d7b160000', energy: '0x0' },
  },
  EGLD: {
    '/address/erd1qyu5wthldzr8wx5c9ucg8kjagg0jfs53s8nr3zpz3hypefsdd8ssycr6th/balance': {
      data: { balance: '1500000000000000000' },
    },
    '/network/status/4294967295': { data: { status: { erd_nonce: 9 } } },
  },
};

/** What the node of each chain says, by the chain's ticker: what payments ask, and what applications ask beside. */
export const answersByChain: ReadonlyMap<string, NodeAnswers> = new Map(
  registry.ids.map((id) => {
    const { kind } = registry.get(id).builder ?? {};
    const family = kind === 'evm' ? ethereum : kind === 'bitcoind' ? outputs : (others[id] ?? {});
    const said = allPayments.find(({ chain }) => chain === id)?.answers ?? {};
    return [id, { ...said, ...family }];
  }),
);
