import { Keypair, Networks, type Transaction, TransactionBuilder } from '@stellar/stellar-sdk';
import { utils } from 'tronweb';
import { decode, deriveXAddress, hashes, validate, verifySignature, xAddressToClassicAddress } from 'xrpl';
import { answers as tronAnswers } from './payment-nodes/tron.js';
import { answers as xlmAnswers } from './payment-nodes/xlm.js';
import { xrpPayments } from './payment-nodes/xrp.js';

/** What a node says; an `Error` is its refusal, with status 400 or as the error of JSON-RPC. */
export type NodeSays = (name: string, asked: unknown) => unknown;

/** A network that takes what its account signed, as the official library of the chain checks it. */
export interface Ledger<Taken> {
  /** By the id. */
  readonly taken: Map<string, Taken>;
  readonly says: NodeSays;
}

interface TronTransaction {
  readonly txID: string;
  readonly raw_data_hex: string;
  readonly signature: readonly string[];
  readonly raw_data: {
    readonly contract: readonly [
      {
        readonly type: string;
        readonly parameter: { readonly value: Record<string, unknown> & { readonly owner_address: string } };
      },
    ];
  };
}

/** Speaks as java-tron does. */
export function tronLedger(): Ledger<Record<string, unknown>> {
  const taken = new Map<string, Record<string, unknown>>();
  const submit = (transaction: TronTransaction) => {
    const { txID, raw_data, signature } = transaction;
    const again = utils.transaction.txJsonToPb(transaction as never);
    const [{ type, parameter }] = raw_data.contract;
    const isWhole = utils.transaction.txPbToTxID(again) === `0x${txID}`;
    const signer = utils.crypto.ecRecover(txID, signature[0] ?? '').toUpperCase();
    if (taken.has(txID)) return { result: false, code: 'DUP_TRANSACTION_ERROR' };
    if (!isWhole || signer !== parameter.value.owner_address.toUpperCase()) return { result: false, code: 'SIGERROR' };
    taken.set(txID, { ...parameter.value, type });
    return { result: true, txid: txID };
  };
  return {
    taken,
    says(name, asked) {
      if (name === '/wallet/broadcasttransaction') return submit(asked as TronTransaction);
      const found = tronAnswers[name];
      return typeof found === 'function' ? found(asked) : (found ?? {});
    },
  };
}

/** A ledger in which one account has a number. */
export interface NumberedLedger<Taken> extends Ledger<Taken> {
  /** The number of the next transaction. */
  next(): bigint;
}

/** Speaks as rippled does. */
export function xrpLedger(address: string): NumberedLedger<Record<string, unknown>> {
  const taken = new Map<string, Record<string, unknown>>();
  const answers = xrpPayments[0]?.answers ?? {};
  let sequence = 4711;
  const submit = (blob: string) => {
    const fields = decode(blob);
    const publicKey = String(fields['SigningPubKey']);
    const { classicAddress } = xAddressToClassicAddress(deriveXAddress({ publicKey, tag: false, test: true }));
    if (fields['Account'] !== address || classicAddress !== address || !verifySignature(blob)) return 'tefBAD_AUTH';
    if (fields['Sequence'] !== sequence) return Number(fields['Sequence']) > sequence ? 'terPRE_SEQ' : 'tefPAST_SEQ';
    validate(fields);
    sequence += 1;
    taken.set(hashes.hashSignedTx(blob), fields);
    return 'tesSUCCESS';
  };
  return {
    taken,
    next: () => BigInt(sequence),
    says(name, params) {
      const [asked = {}] = params as readonly Record<string, string>[];
      if (name === 'submit') return { engine_result: submit(String(asked['tx_blob'])) };
      if (name === 'tx') return { error: 'txnNotFound', status: 'error' };
      if (name !== 'account_info') return answers[name] ?? new Error('Unknown method.');
      const account_data = { Account: asked['account'], Flags: 0, Sequence: sequence };
      return { account_data, ledger_current_index: 93_000_000, status: 'success' };
    },
  };
}

/** Speaks as Horizon does. */
export function xlmLedger(address: string): NumberedLedger<Transaction> {
  const taken = new Map<string, Transaction>();
  let sequence = 41n;
  const refusal = (code: string) => {
    const extras = { result_codes: { transaction: code } };
    return new Error(JSON.stringify({ title: 'Transaction Failed', status: 400, extras }));
  };
  const submit = (envelope: string) => {
    const transaction = TransactionBuilder.fromXDR(envelope, Networks.TESTNET) as Transaction;
    const signature = transaction.signatures[0]?.signature() ?? Buffer.alloc(64);
    const isSigned = Keypair.fromPublicKey(address).verify(transaction.hash(), signature);
    if (!isSigned || transaction.source !== address) return refusal('tx_bad_auth');
    if (BigInt(transaction.sequence) !== sequence + 1n) return refusal('tx_bad_seq');
    sequence += 1n;
    const hash = transaction.hash().toString('hex');
    taken.set(hash, transaction);
    return { hash, ledger: 7 };
  };
  return {
    taken,
    next: () => sequence + 1n,
    says(name, asked) {
      if (name === '/transactions') return submit(new URLSearchParams(String(asked)).get('tx') ?? '');
      if (name === `/accounts/${address}`) return { sequence: `${sequence}`, balances: [], data: {} };
      if (name.startsWith('/ledgers')) return { _embedded: { records: [{ closed_at: new Date().toISOString() }] } };
      const found = xlmAnswers[name];
      if (found === undefined || found instanceof Error) return new Error('{"title":"Resource Missing","status":404}');
      return found;
    },
  };
}
