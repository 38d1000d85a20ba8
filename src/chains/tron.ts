import type { Chain, HdScheme, NodeClient } from '../core/chain.js';
import { CustosError } from '../core/errors.js';
import { parseChainId } from '../core/ids.js';
import { publicKey } from '../crypto/secp256k1.js';
import { bip32Scheme } from './families/bip32-scheme.js';
import { decodePrivateKey } from './families/evm.js';
import { bytesToHex } from './families/evm-hex.js';
import { type Fields, isObject, readObject } from './families/fields.js';
import { addressOf, readAddress, showAddress } from './families/tron-address.js';
import { parseTransaction, readTransaction } from './families/tron-transaction.js';

const account = { path: "m/44'/195'/0'/0", version: 0x0488b21e };
/** Milliseconds behind the end of a transaction's life after which no fork can bring it back: more than 19 blocks. */
const MARGIN = 90_000n;

const hd: HdScheme = bip32Scheme({ mainnet: account, testnet: account });

/** Tron. Coin type 195 (SLIP-44) on both networks. Nodes speak java-tron's HTTP interface. */
export const tron: Chain = {
  id: parseChainId('TRON'),
  name: 'Tron',
  slug: 'tron',
  curve: 'secp256k1',
  coin: 'TRX',
  decimals: 6,
  hd,
  address: addressOf,
  publicKey,
  encodePrivateKey: (key) => bytesToHex(key).slice(2),
  decodePrivateKey,
  normalizeAddress: (text) => showAddress(readAddress(text)),
  async complete(pending) {
    // Block reference, end and fee limit are set by whoever made it; its id is their hash, so nothing may be changed.
    return pending.serialized;
  },
  parse: parseTransaction,
  async broadcast({ raw, txId }, node) {
    const answer = objectOf(await node.http({ path: '/wallet/broadcasttransaction', body: readObject(raw) }));
    if (answer['result'] === true) return txId;
    const code = String(answer['code'] ?? 'no result').slice(0, 60);
    if (code === 'DUP_TRANSACTION_ERROR') return txId;
    const isBusy = ['SERVER_BUSY', 'NO_CONNECTION', 'NOT_ENOUGH_EFFECTIVE_CONNECTION', 'BLOCK_UNSOLIDIFIED'].includes(
      code,
    );
    throw new CustosError(isBusy ? 'NODE_UNREACHABLE' : 'BROADCAST_REFUSED', `the TRON node refused it: ${code}`);
  },
  async fate({ txId, completed }, node) {
    const found = objectOf(await node.http({ path: '/wallet/gettransactionbyid', body: { value: txId } }));
    if (found['txID'] === txId) return 'known';
    return (await blockTime(node)) > readTransaction(completed).expiration + MARGIN ? 'dead' : 'open';
  },
  expiry: 'final',
};

async function blockTime(node: NodeClient): Promise<bigint> {
  const block = objectOf(await node.http({ path: '/wallet/getnowblock' }));
  const header = isObject(block['block_header']) ? block['block_header']['raw_data'] : undefined;
  const time = isObject(header) ? header['timestamp'] : undefined;
  if (typeof time === 'number' && Number.isSafeInteger(time)) return BigInt(time);
  throw new CustosError('NODE_ANSWER_INVALID', 'the TRON node answered with no block');
}

function objectOf(answer: unknown): Fields {
  if (isObject(answer)) return answer;
  throw new CustosError('NODE_ANSWER_INVALID', 'the TRON node answered with no object');
}
