import { hex } from '@scure/base';
import { RawOldTx, RawTx } from '@scure/btc-signer/script.js';
import { hexOf, invalid, listOf, objectOf, readObject, smallOf, textOf, wholeOf } from '../shared/fields.js';

/** An output that is spent. */
export interface UtxoInput {
  /** 64 digits, as shown (reversed). */
  readonly txId: string;
  readonly index: number;
  readonly sequence: number;
  /** Smallest unit. */
  readonly amount: bigint;
  /** Script of the output; absent where the form has none and the order of the keys decides. */
  readonly script?: Uint8Array;
}

export interface UtxoOutput {
  readonly amount: bigint;
  readonly script: Uint8Array;
}

/** A transaction without signatures. */
export interface UtxoTransaction {
  readonly version: number;
  readonly lockTime: number;
  readonly inputs: readonly UtxoInput[];
  readonly outputs: readonly UtxoOutput[];
}

/** What unlocks one input. */
export interface Unlocking {
  readonly scriptSig: Uint8Array;
  readonly witness: readonly Uint8Array[];
}

const MAX_COUNT = 5000;
/** 21 million coins of 10^8 units, and for Dogecoin the largest exact number in JSON. */
const MAX_AMOUNT = BigInt(Number.MAX_SAFE_INTEGER);

/** Reads the JSON form of bitcore: inputs with the outputs that they spend. @throws CustosError TRANSACTION_INVALID */
export function readBitcore(text: string): UtxoTransaction {
  const fields = readObject(text);
  const transaction = {
    version: smallOf(fields['version'], 'version', 0x7fffffff),
    lockTime: smallOf(fields['nLockTime'], 'nLockTime'),
    inputs: listOf(fields['inputs'], 'inputs').map(readInput),
    outputs: listOf(fields['outputs'], 'outputs').map(readOutput),
  };
  const { fee } = fields;
  // The fee beside the amounts is only a remark; one that contradicts them shows that something is not as it was meant.
  if (fee !== undefined && fee !== null && wholeOf(fee, 'fee') !== feeOf(transaction)) {
    throw invalid(
      `the fee is said to be ${wholeOf(fee, 'fee')}, but inputs and outputs differ by ${feeOf(transaction)}`,
    );
  }
  return transaction;
}

function readInput(value: unknown, at: number): UtxoInput {
  const name = `input ${at + 1}`;
  const fields = objectOf(value, name);
  const script = fields['script'];
  if (script !== undefined && script !== '') throw invalid(`${name} has a script already`);
  const output = readOutput(fields['output'], at);
  return {
    txId: hex.encode(hexOf(fields['prevTxId'], `prevTxId of ${name}`, 32)),
    index: smallOf(fields['outputIndex'], `outputIndex of ${name}`),
    sequence: smallOf(fields['sequenceNumber'], `sequenceNumber of ${name}`),
    amount: output.amount,
    script: output.script,
  };
}

function readOutput(value: unknown, at: number): UtxoOutput {
  const fields = objectOf(value, `output ${at + 1}`);
  return {
    amount: wholeOf(fields['satoshis'], `satoshis ${at + 1}`, MAX_AMOUNT),
    script: hexOf(fields['script'], `script ${at + 1}`),
  };
}

/** Reads `<unsigned transaction in hexadecimal digits>:<JSON list of the amounts of the inputs>`. @throws CustosError TRANSACTION_INVALID */
export function readHexWithAmounts(text: string): UtxoTransaction {
  const cut = text.indexOf(':');
  if (cut < 0) throw invalid('the transaction has no amounts behind it');
  const bytes = hexOf(text.slice(0, cut), 'the transaction');
  const amounts = listOf(parseList(text.slice(cut + 1)), 'the amounts').map((one, at) =>
    wholeOf(one, `amount ${at + 1}`, MAX_AMOUNT),
  );
  const raw = decodeOld(bytes);
  if (raw.inputs.length !== amounts.length) {
    throw invalid(`the transaction has ${raw.inputs.length} inputs and ${amounts.length} amounts`);
  }
  const inputs = raw.inputs.map(({ txid, index, sequence, finalScriptSig }, at) => {
    if (finalScriptSig.length > 0) throw invalid(`input ${at + 1} has a script already`);
    return { txId: hex.encode(txid), index, sequence, amount: amounts[at] ?? 0n };
  });
  return { version: raw.version, lockTime: raw.lockTime, inputs, outputs: raw.outputs };
}

function decodeOld(bytes: Uint8Array) {
  try {
    const raw = RawOldTx.decode(bytes);
    const again = RawOldTx.encode(raw);
    if (again.every((byte, at) => byte === bytes[at]) && again.length === bytes.length) return raw;
  } catch (error) {
    throw invalid('the transaction does not decode', error);
  }
  throw invalid('the transaction is not in its one form');
}

function parseList(text: string): unknown {
  try {
    return JSON.parse(textOf(text, 'the amounts'));
  } catch (error) {
    throw invalid('the amounts are not JSON', error);
  }
}

/** What inputs have more than outputs; may be negative. */
export function feeOf({ inputs, outputs }: UtxoTransaction): bigint {
  const sum = (list: readonly { readonly amount: bigint }[]) => list.reduce((total, { amount }) => total + amount, 0n);
  return sum(inputs) - sum(outputs);
}

/** @throws CustosError TRANSACTION_INVALID: nothing in, nothing out, too much, or the same output spent twice */
export function checkShape({ inputs, outputs }: UtxoTransaction): void {
  if (inputs.length === 0 || outputs.length === 0) throw invalid('the transaction has no inputs or no outputs');
  if (inputs.length > MAX_COUNT || outputs.length > MAX_COUNT)
    throw invalid('the transaction has too many inputs or outputs');
  const seen = new Set<string>();
  for (const { txId, index } of inputs) {
    const outpoint = `${txId}:${index}`;
    if (seen.has(outpoint)) throw invalid(`the transaction spends ${outpoint} twice`);
    seen.add(outpoint);
  }
}

/** The bytes that are broadcast, with the witnesses where there are some (BIP-144), and those that the id is the hash of. */
export function encodeSigned(transaction: UtxoTransaction, unlockings: readonly Unlocking[]) {
  const { version, lockTime, outputs } = transaction;
  const inputs = rawInputs(transaction, (at) => unlockings[at]?.scriptSig ?? new Uint8Array(0));
  const old = { version, inputs, outputs: [...outputs], lockTime };
  const stripped = RawOldTx.encode(old);
  const witnesses = unlockings.map(({ witness }) => [...witness]);
  if (witnesses.every((witness) => witness.length === 0)) return { raw: stripped, stripped };
  return { raw: RawTx.encode({ ...old, segwitFlag: true, witnesses }), stripped };
}

/** Bytes of a signed transaction as its id is the hash of them. @throws CustosError TRANSACTION_INVALID */
export function withoutWitnesses(bytes: Uint8Array): Uint8Array {
  try {
    const { version, inputs, outputs, lockTime } = RawTx.decode(bytes);
    return RawOldTx.encode({ version, inputs, outputs, lockTime });
  } catch (error) {
    throw invalid('the signed transaction does not decode', error);
  }
}

/** What signed bytes spend, and how many outputs they make. @throws CustosError TRANSACTION_INVALID */
export function readOutpoints(bytes: Uint8Array) {
  try {
    const { inputs, outputs } = RawTx.decode(bytes);
    return {
      inputs: inputs.map(({ txid, index }) => ({ txId: hex.encode(txid), index })),
      outputs: outputs.length,
    };
  } catch (error) {
    throw invalid('the signed transaction does not decode', error);
  }
}

/** Inputs in the library's form, with the script that `scriptSig` gives to each. */
export function rawInputs({ inputs }: UtxoTransaction, scriptSig: (at: number) => Uint8Array) {
  return inputs.map(({ txId, index, sequence }, at) => ({
    txid: hex.decode(txId),
    index,
    sequence,
    finalScriptSig: scriptSig(at),
  }));
}
