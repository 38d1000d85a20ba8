import type { Chain, HdScheme, NodeClient } from '../core/chain.js';
import { CustosError } from '../core/errors.js';
import { parseChainId } from '../core/ids.js';
import { publicKey } from '../crypto/secp256k1.js';
import { bip32Scheme } from './families/bip32-scheme.js';
import { decodePrivateKey } from './families/evm.js';
import { bytesToHex } from './families/evm-hex.js';
import { type Fields, isObject, readObject } from './families/fields.js';
import { countIn, includedAt } from './families/finality.js';
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
    const { code: found } = answer;
    const code = typeof found === 'string' ? found.slice(0, 60) : 'no result';
    if (code === 'DUP_TRANSACTION_ERROR') return txId;
    const isBusy = ['SERVER_BUSY', 'NO_CONNECTION', 'NOT_ENOUGH_EFFECTIVE_CONNECTION', 'BLOCK_UNSOLIDIFIED'].includes(
      code,
    );
    throw new CustosError(isBusy ? 'NODE_UNREACHABLE' : 'BROADCAST_REFUSED', `the TRON node refused it: ${code}`);
  },
  async fate({ txId, completed }, node) {
    if (await isFound(txId, node)) return 'known';
    return (await blockNow(node)).time > readTransaction(completed).expiration + MARGIN ? 'dead' : 'open';
  },
  async inclusion({ txId }, node) {
    const now = await blockNow(node);
    const info = objectOf(await node.http({ path: '/wallet/gettransactioninfobyid', body: { value: txId } }));
    // An empty object: it is in no block that the chain keeps.
    if (info['id'] === undefined) return { kind: (await isFound(txId, node)) ? 'waiting' : 'absent' };
    if (info['id'] !== txId) throw new CustosError('NODE_ANSWER_INVALID', 'the TRON node told of another transaction');
    const number = countIn(info['blockNumber'], 'block number');
    return includedAt({ block: `${number}`, number, reverted: info['result'] === 'FAILED' }, now.number);
  },
  expiry: 'final',
};

async function isFound(txId: string, node: NodeClient): Promise<boolean> {
  return objectOf(await node.http({ path: '/wallet/gettransactionbyid', body: { value: txId } }))['txID'] === txId;
}

async function blockNow(node: NodeClient): Promise<{ time: bigint; number: number }> {
  const block = objectOf(await node.http({ path: '/wallet/getnowblock' }));
  const header = isObject(block['block_header']) ? block['block_header']['raw_data'] : undefined;
  const { timestamp: time, number = 0 } = isObject(header) ? header : {};
  if (typeof time === 'number' && Number.isSafeInteger(time)) {
    return { time: BigInt(time), number: countIn(number, 'block number') };
  }
  throw new CustosError('NODE_ANSWER_INVALID', 'the TRON node answered with no block');
}

function objectOf(answer: unknown): Fields {
  if (isObject(answer)) return answer;
  throw new CustosError('NODE_ANSWER_INVALID', 'the TRON node answered with no object');
}
