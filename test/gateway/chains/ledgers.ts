import { Transaction as CardanoTransaction, FixedTransaction } from '@emurgo/cardano-serialization-lib-nodejs';
import { Transaction, TransactionComputer, UserPublicKey, UserVerifier } from '@multiversx/sdk-core';
import { ed25519 } from '@noble/curves/ed25519.js';
import { HexUInt, Transaction as VechainTransaction } from '@vechain/sdk-core';
import algosdk from 'algosdk';
import { testGenesis } from '../../chains/algorand/asking.js';
import { transactionOf } from '../../chains/cardano/completed.js';
import { answersOf, type Held, parameters } from '../../support/payment-nodes/ada.js';
import type { TestKey } from '../../support/test-key.js';
import { type Question, refused } from './carrying.js';

/** A network behind a node: it takes what the official library of its chain reads and verifies, once. */
interface ChainLedger {
  says(question: Question): unknown;
}

/** An asset of Algorand in these tests. */
export const ASSET = 31566704;

interface AlgorandLedger extends ChainLedger {
  readonly taken: Map<string, algosdk.Transaction>;
  round: number;
  /** What the node says otherwise than usual. */
  told: { readonly genesis?: string; readonly decimals?: number; readonly optedIn?: boolean };
}

/** Speaks as algod does. @param receiver - has opted in */
export function algorandLedger(key: TestKey, receiver: string): AlgorandLedger {
  const ledger: AlgorandLedger = { taken: new Map(), round: 50_000, told: {}, says };
  return ledger;

  function says({ path, bytes }: Question): unknown {
    if (path === '/v2/transactions/params') {
      const { genesis = testGenesis } = ledger.told;
      const rounds = { 'last-round': ledger.round, 'genesis-hash': genesis, 'genesis-id': 'testnet-v1.0' };
      return { fee: 0, 'min-fee': 1000, ...rounds };
    }
    if (path === `/v2/assets/${ASSET}`) return { index: ASSET, params: { decimals: ledger.told.decimals ?? 6 } };
    if (path === `/v2/accounts/${receiver}/assets/${ASSET}`) {
      if (ledger.told.optedIn === false) throw refused('account asset info not found');
      return { 'asset-holding': { amount: 0 } };
    }
    if (path === '/v2/transactions') return { txId: take(bytes) };
    throw refused(`no such path ${path}`);
  }

  function take(bytes: Uint8Array): string {
    const { taken, round } = ledger;
    const { txn, sig } = algosdk.decodeSignedTransaction(bytes);
    const id = txn.txID();
    if (taken.has(id)) throw refused('transaction already in ledger');
    if (round < txn.firstValid || round > txn.lastValid) throw refused('txn dead');
    if (!ed25519.verify(sig!, txn.bytesToSign(), key.publicKey)) throw refused('bad signature');
    taken.set(id, txn);
    return id;
  }
}

interface VechainLedger extends ChainLedger {
  readonly taken: Map<string, VechainTransaction>;
  /** Last byte of the first block. */
  genesis: string;
}

/** Speaks as Thor does. @param token - address of a contract */
export function vechainLedger(token: string): VechainLedger {
  const ledger: VechainLedger = { taken: new Map(), genesis: '27', says };
  return ledger;

  function says({ path, body }: Question): unknown {
    if (path === '/blocks/0') return { number: 0, id: `0x${'0'.repeat(62)}${ledger.genesis}` };
    if (path === '/blocks/best') return { number: 20_000_000, id: `0x01312d00${'5'.repeat(56)}` };
    if (path === `/accounts/${token}`) return { balance: '0x0', energy: '0x0', hasCode: true };
    if (path.startsWith('/accounts/0x')) return { balance: '0x1', energy: '0x1', hasCode: false };
    if (path === '/accounts/*?revision=best') {
      const clauses = body.clauses as readonly { data: string }[];
      const spent = (data: string) => (data === '0x' ? 0 : 15_000);
      return clauses.map(({ data }) => ({ data: '0x', gasUsed: spent(data), reverted: false, vmError: '' }));
    }
    if (path !== '/transactions') throw refused(`no such path ${path}`);
    const transaction = VechainTransaction.decode(HexUInt.of(body.raw).bytes, true);
    const id = transaction.id.toString();
    if (ledger.taken.has(id)) throw refused('tx rejected: known transaction');
    ledger.taken.set(id, transaction);
    return { id };
  }
}

interface MultiversxLedger extends ChainLedger {
  readonly taken: Transaction[];
  chainId: string;
}

/** Speaks as a gateway of MultiversX does, and takes the numbers of one account in their order. */
export function multiversxLedger({ address, publicKey }: TestKey): MultiversxLedger {
  const computer = new TransactionComputer();
  const verifier = new UserVerifier(new UserPublicKey(publicKey));
  const ledger: MultiversxLedger = { taken: [], chainId: 'D', says };
  return ledger;

  function says({ path, body }: Question): unknown {
    const next = 42 + ledger.taken.length;
    if (path === '/network/config') {
      const prices = { erd_min_gas_price: 1_000_000_000, erd_min_transaction_version: 1 };
      return { data: { config: { erd_chain_id: ledger.chainId, ...prices } }, code: 'successful' };
    }
    if (path === `/address/${address}/nonce`) return { data: { nonce: next }, code: 'successful' };
    if (path === '/transaction/cost') return { data: { txGasUnits: 'data' in body ? 170_000 : 50_000 } };
    if (path !== '/transaction/send') throw refused(`no such path ${path}`);
    const transaction = Transaction.fromPlainObject(body);
    const isSigned = verifier.verify(computer.computeBytesForSigning(transaction), transaction.signature);
    if (transaction.nonce !== BigInt(next) || !isSigned) throw refused('transaction generation failed');
    ledger.taken.push(transaction);
    return { data: { txHash: Buffer.from(computer.computeTransactionHash(transaction)).toString('hex') } };
  }
}

interface Output extends Held {
  readonly address: string;
}

interface CardanoLedger extends ChainLedger {
  /** The unspent outputs of the network. */
  outputs: Output[];
  taken: CardanoTransaction[];
}

/** Speaks as Rosetta does; the official library says what a transaction does with the outputs. */
export function cardanoLedger(): CardanoLedger {
  const ledger: CardanoLedger = { outputs: [], taken: [], says };
  return ledger;

  function says({ path, body }: Question): unknown {
    if (path === '/search/transactions') {
      const { hash } = body.transaction_identifier;
      const operations = ledger.outputs
        .filter(({ txId }) => txId === hash)
        .map(({ address, txId, index = 0 }) => ({
          ...{ type: 'output', account: { address } },
          coin_change: { coin_identifier: { identifier: `${txId}:${index}` }, coin_action: 'coin_created' },
        }));
      const transactions = operations.length === 0 ? [] : [{ transaction: { operations } }];
      return { transactions, total_count: transactions.length };
    }
    if (path === '/construction/submit') return { transaction_identifier: { hash: take(body.signed_transaction) } };
    const address = body.account_identifier?.address;
    const known = answersOf(
      ledger.outputs.filter((one) => one.address === address),
      parameters,
    )[path];
    if (known === undefined) throw refused(`no such path ${path}`);
    return typeof known === 'function' ? known(body) : known;
  }

  /** Spends outputs that are there, each by the key of its address, and keeps the sums. */
  function take(raw: string): string {
    const transaction = CardanoTransaction.from_hex(transactionOf(raw));
    const body = transaction.body();
    const inputs = Array.from({ length: body.inputs().len() }, (_, at) => body.inputs().get(at));
    const spent = inputs.map((input) => {
      const place = `${input.transaction_id().to_hex()}:${input.index()}`;
      const found = ledger.outputs.find(({ txId, index = 0 }) => `${txId}:${index}` === place);
      if (found === undefined) throw refused(`BadInputsUTxO ${place}`);
      return found;
    });
    const made = Array.from({ length: body.outputs().len() }, (_, at) => body.outputs().get(at));
    const sum = made.reduce((total, one) => total + BigInt(one.amount().coin().to_str()), 0n);
    const held = spent.reduce((total, { amount }) => total + amount, 0n);
    if (held !== sum + BigInt(body.fee().to_str())) throw refused('ValueNotConservedUTxO');
    const hash = FixedTransaction.from_hex(transactionOf(raw)).transaction_hash().to_hex();
    const opened = made.map((one, index) => ({
      ...{ txId: hash, index, address: one.address().to_bech32() },
      amount: BigInt(one.amount().coin().to_str()),
    }));
    ledger.outputs = [...ledger.outputs.filter((one) => !spent.includes(one)), ...opened];
    ledger.taken.push(transaction);
    return hash;
  }
}
