import { hex } from '@scure/base';
import type { ParseContext, UnsignedTransaction } from '../../core/chain/codec.js';
import { CustosError } from '../../core/errors.js';
import { checkShape, readBitcore, readHexWithAmounts, type UtxoTransaction } from './format.js';
import { prove, readProven } from './previous.js';
import { checkFee, type FeeRules } from './rules.js';
import { readScript, scriptOfAddress, scriptsAmong, scriptsOfHash, type UtxoNetwork, writeScript } from './script.js';
import { type SignatureForm, signInputs } from './sign.js';
import { summarize } from './summary.js';

/** What a chain's transactions are decoded by. */
export interface ParseRules {
  readonly context: ParseContext;
  readonly network: UtxoNetwork;
  /** Symbol of the coin. */
  readonly asset: string;
  readonly form: SignatureForm;
  readonly fees: FeeRules;
  readonly request: keyof typeof readers;
  readonly usualVersion: number;
}

/** The request forms: `bitcore` is JSON with the spent outputs, `hex-with-amounts` names the keys in the order of the inputs. */
export const readers = {
  bitcore: readBitcore,
  'hex-with-amounts': readHexWithAmounts,
} as const satisfies Readonly<Record<string, (text: string) => UtxoTransaction>>;

/** Decodes a completed form, as far as it goes by proved amounts and scripts. @throws CustosError as `Chain.parse` */
export function parseTransaction(completed: string, rules: ParseRules): UnsignedTransaction {
  const { context, network, fees, form, request: kind } = rules;
  const { request, previous } = readProven(completed);
  const given = readers[kind](request);
  checkShape(given);
  checkKeyCount(given, rules);
  const transaction = prove(given, previous);
  const scripts = scriptsOfInputs(transaction, context, network);
  const named = [...scripts, ...transaction.outputs.map(({ script }) => script)];
  const own = context.signers.map(({ address, publicKey: key }) => {
    const scripts = key === undefined ? knownScripts(address, network) : scriptsAmong(named, key);
    return scripts.filter((script) => isSigned(script, network));
  });
  checkKeys(transaction, scripts, { own, rules });
  const fee = checkFee(transaction, scripts, fees);
  const mine = new Set([...own.flat(), ...scripts].map((script) => hex.encode(script)));
  return {
    summary: summarize(transaction, { ...rules, scripts, mine, fee }),
    spends: transaction.inputs.map(({ txId, index }) => `${txId}:${index}`),
    sign: (keys) => signInputs(transaction, scripts, { keys, form }),
  };
}

/** Scripts of an address's key as far as the address tells: of a hash all but the taproot one. */
function knownScripts(address: string, network: UtxoNetwork): readonly Uint8Array[] {
  const script = scriptOfAddress(address, network);
  return script.type === 'pkh' || script.type === 'wpkh' ? scriptsOfHash(script.hash) : [writeScript(script)];
}

/** Where the request does not tell the spent scripts, each input is meant to have a key of its own. */
function checkKeyCount({ inputs }: UtxoTransaction, { context: { signers } }: ParseRules): void {
  if (signers.length <= inputs.length || inputs.every(({ script }) => script !== undefined)) return;
  throw new CustosError('TRANSACTION_INVALID', `${signers.length} keys are named for ${inputs.length} inputs`);
}

/** Where neither request nor proof tells the spent script, key number i belongs to input number i. */
function scriptsOfInputs(
  transaction: UtxoTransaction,
  { signers }: ParseContext,
  network: UtxoNetwork,
): readonly Uint8Array[] {
  return transaction.inputs.map(({ script }, at) => {
    const address = signers[at]?.address;
    if (script !== undefined) return script;
    if (address === undefined) throw new CustosError('KEY_MISSING', `no key is named for input ${at + 1}`);
    return writeScript(scriptOfAddress(address, network));
  });
}

/** @throws CustosError KEY_MISSING: an input can belong to none of the keys; TRANSACTION_UNSUPPORTED: nobody signs such inputs here */
function checkKeys(
  transaction: UtxoTransaction,
  scripts: readonly Uint8Array[],
  { own, rules: { context, network } }: { own: readonly (readonly Uint8Array[])[]; rules: ParseRules },
): void {
  const known = new Set(own.flat().map((script) => hex.encode(script)));
  const isWholeKnown = context.signers.every(({ publicKey: key }) => key !== undefined);
  scripts.forEach((script, at) => {
    const name = `input ${at + 1} (${transaction.inputs[at]?.txId}:${transaction.inputs[at]?.index})`;
    if (!isSigned(script, network))
      throw new CustosError('TRANSACTION_UNSUPPORTED', `the script of ${name} is of a form that is not signed`);
    // Only the signer sees all public keys, and so all taproot scripts.
    if (known.has(hex.encode(script)) || (readScript(script).type === 'tr' && !isWholeKnown)) return;
    throw new CustosError('KEY_MISSING', `${name} belongs to none of the named keys`);
  });
}

/**
 * True for forms of scripts that a key spends here. A network without segwit knows neither p2wpkh nor its p2sh form: what
 * goes there is no change, but everybody's who has seen the public key.
 */
function isSigned(script: Uint8Array, { bech32 }: UtxoNetwork): boolean {
  const { type } = readScript(script);
  return type === 'pkh' || (bech32 !== undefined && ['sh', 'wpkh', 'tr'].includes(type));
}
