import { CustosError } from '../../core/errors.js';
import { feeOf, type UtxoTransaction } from './format.js';
import { readScript, type Script } from './script.js';

/** What a network relays and what this program signs, in smallest units. */
export interface FeeRules {
  /** The least for a virtual byte, as nodes relay it; 0 leaves it to them. */
  readonly leastRate: number;
  /** Below this amount an output is dust; segwit outputs are cheaper to spend and so may be smaller. */
  readonly dust: bigint;
  readonly segwitDust: bigint;
}

/** Virtual bytes of an input of each form, with its signature. */
const inputSizes: Readonly<Record<Script['type'], number>> = {
  pkh: 148,
  sh: 91,
  sh32: 91,
  wpkh: 68,
  wsh: 68,
  tr: 57.5,
  other: 148,
};

/** Size of the signed transaction, estimated to a few bytes. */
export function virtualSize({ inputs, outputs }: UtxoTransaction, scripts: readonly Uint8Array[]): number {
  const spent = inputs.reduce(
    (sum, _input, at) => sum + inputSizes[readScript(scripts[at] ?? new Uint8Array(0)).type],
    0,
  );
  return 10.5 + spent + outputs.reduce((sum, { script }) => sum + 9 + script.length, 0);
}

/** The least that an output of this script may hold. */
export function dustLimit(script: Uint8Array, { dust, segwitDust }: FeeRules): bigint {
  const { type } = readScript(script);
  return type === 'wpkh' || type === 'wsh' || type === 'tr' ? segwitDust : dust;
}

/**
 * @returns the fee
 * @throws CustosError AMOUNT_INVALID: more goes out than in, or an output is dust; FEE_INVALID: too small to be relayed
 */
export function checkFee(transaction: UtxoTransaction, scripts: readonly Uint8Array[], rules: FeeRules): bigint {
  const fee = feeOf(transaction);
  if (fee < 0n) throw new CustosError('AMOUNT_INVALID', `the outputs are ${-fee} more than the inputs`);
  const least = Math.ceil(virtualSize(transaction, scripts) * rules.leastRate);
  if (fee < BigInt(least)) throw new CustosError('FEE_INVALID', `the fee is ${fee}, nodes relay from ${least} up`);
  transaction.outputs.forEach(({ amount, script }, at) => {
    const dust = dustLimit(script, rules);
    // OP_RETURN carries data, not coins.
    if (script[0] !== 0x6a && amount < dust) {
      throw new CustosError('AMOUNT_INVALID', `output ${at + 1} is ${amount}, below the dust limit of ${dust}`);
    }
  });
  return fee;
}
