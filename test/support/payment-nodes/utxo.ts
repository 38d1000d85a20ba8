import { createRegistry } from '../../../src/chains/registry.js';
import { keyOf } from '../../chains/signing.js';
import { madeBy, scripts } from '../../chains/utxo/making.js';
import type { NodeAnswers, PaymentCase } from './node.js';

const [script = ''] = scripts;
const registry = createRegistry();
/** Two transactions that pay the address. */
export const made = [
  madeBy([{ satoshis: 2_000_000_000, script }], 1),
  madeBy([{ satoshis: 3_000_000_000, script }], 2),
] as const;

/** Answers in the shape of bitcoind. */
export const answers: NodeAnswers = {
  getblockchaininfo: { chain: 'main', blocks: 900_000 },
  estimatesmartfee: { feerate: 0.00002, blocks: 6 },
  scantxoutset: {
    success: true,
    unspents: made.map(({ txId }, at) => ({ txid: txId, vout: 0, amount: 20 + at * 10, scriptPubKey: script })),
  },
  gettxout: ([txId]: readonly [string]) => {
    const at = made.findIndex((one) => one.txId === txId);
    const value = 20 + at * 10;
    return at < 0 ? null : { value, confirmations: 6, coinbase: false, scriptPubKey: { hex: script } };
  },
  getrawtransaction: ([txId]: readonly [string]) => made.find((one) => one.txId === txId)?.hex,
};

export const utxoPayments: readonly PaymentCase[] = ['BTC', 'LTC', 'DOGE', 'BCH'].map((id) => {
  const chain = registry.get(id);
  const [from = '', to = ''] = [0x11, 0x22].map((fill) => chain.keys.address(keyOf(chain, fill).publicKey, 'mainnet'));
  const request = { from: { address: from }, to, amount: '12.5' };
  return { chain: id, network: 'mainnet', answers, name: 'coins', request };
});
