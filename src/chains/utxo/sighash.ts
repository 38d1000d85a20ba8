import { hex } from '@scure/base';
import { RawOldTx, RawOutput } from '@scure/btc-signer/script.js';
import { CustosError } from '../../core/errors.js';
import { sha256 } from '../../crypto/hash.js';
import { rawInputs, type UtxoTransaction } from './format.js';

/** SIGHASH_ALL, and with the mark of Bitcoin Cash that keeps its transactions apart from Bitcoin's. */
export const ALL = 0x01;
export const ALL_FORK_ID = 0x41;

/** One input to be signed. */
export interface SighashInput {
  readonly at: number;
  /** Script that stands for the output: its own, or p2pkh of the key hash in a segwit input. */
  readonly scriptCode: Uint8Array;
  readonly hashType: number;
}

/** The hash of the oldest form: all inputs, with the script only in the one that is signed. @returns 32 bytes */
export function legacySighash(transaction: UtxoTransaction, { at, scriptCode, hashType }: SighashInput): Uint8Array {
  const { version, lockTime, outputs } = transaction;
  const inputs = rawInputs(transaction, (place) => (place === at ? scriptCode : new Uint8Array(0)));
  const bytes = RawOldTx.encode({ version, inputs, outputs: [...outputs], lockTime });
  return twice(join(bytes, uint32(hashType)));
}

/** The hash that commits to the amount (BIP-143; on Bitcoin Cash for all inputs). @returns 32 bytes */
export function amountSighash(transaction: UtxoTransaction, { at, scriptCode, hashType }: SighashInput): Uint8Array {
  const { version, lockTime, inputs, outputs } = transaction;
  const input = inputs[at];
  if (input === undefined) throw new CustosError('INTERNAL', `there is no input ${at}`);
  const script = RawOutput.encode({ amount: input.amount, script: scriptCode });
  return twice(
    join(
      uint32(version),
      twice(join(...inputs.map(outpoint))),
      twice(join(...inputs.map(({ sequence }) => uint32(sequence)))),
      outpoint(input),
      // The output's coding is amount, then script; here the script comes first.
      script.subarray(8),
      script.subarray(0, 8),
      uint32(input.sequence),
      twice(join(...outputs.map((output) => RawOutput.encode(output)))),
      uint32(lockTime),
      uint32(hashType),
    ),
  );
}

/** The hash of a taproot input by its key path, with the default hash type (BIP-341). @param scripts - of all spent outputs */
export function taprootSighash(transaction: UtxoTransaction, at: number, scripts: readonly Uint8Array[]): Uint8Array {
  const { version, lockTime, inputs, outputs } = transaction;
  const spent = inputs.map(({ amount }, place) =>
    RawOutput.encode({ amount, script: scripts[place] ?? new Uint8Array(0) }),
  );
  const tag = sha256(new TextEncoder().encode('TapSighash'));
  return sha256(
    join(
      ...[tag, tag, Uint8Array.of(0, 0), uint32(version), uint32(lockTime)],
      sha256(join(...inputs.map(outpoint))),
      sha256(join(...spent.map((output) => output.subarray(0, 8)))),
      sha256(join(...spent.map((output) => output.subarray(8)))),
      sha256(join(...inputs.map(({ sequence }) => uint32(sequence)))),
      sha256(join(...outputs.map((output) => RawOutput.encode(output)))),
      Uint8Array.of(0),
      uint32(at),
    ),
  );
}

/** Double SHA-256. */
export function twice(bytes: Uint8Array): Uint8Array {
  return sha256(sha256(bytes));
}

export function join(...parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}

function outpoint({ txId, index }: { readonly txId: string; readonly index: number }): Uint8Array {
  return join(hex.decode(txId).reverse(), uint32(index));
}

function uint32(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value, true);
  return bytes;
}
