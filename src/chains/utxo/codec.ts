import { hex } from '@scure/base';
import type { Codec, ParseContext, UnsignedTransaction } from '../../core/chain/codec.js';
import { CustosError } from '../../core/errors.js';
import { parseIndex } from '../../core/ids.js';
import { isObject } from '../../core/json.js';
import type { KeyRequest } from '../../core/signing/pending.js';
import type { KeyRef } from '../../core/signing/wallet.js';
import { isHashId } from '../shared/transaction-id.js';
import { USUAL_VERSION, type UtxoChainDefinition } from './definition.js';
import { effectsOf } from './effects/effects.js';
import { checkShape, readBitcore, readHexWithAmounts, type UtxoTransaction } from './format.js';
import { prove, readProven } from './previous.js';
import { checkFee, type FeeRules } from './rules.js';
import { readScript, scriptOfAddress, scriptsAmong, scriptsOfHash, type UtxoNetwork, writeScript } from './script.js';
import { readSigned, type SignatureForm, signInputs } from './sign.js';
import { summarize } from './summary.js';

/** Decodes completed transactions, signs them, and reads signed bytes. */
export function codecOf(definition: UtxoChainDefinition): Codec {
  return {
    keyRefs,
    isTransactionId: isHashId,
    parse: (completed, context) => parseTransaction(completed, rulesOf(definition, context)),
    readSigned,
  };
}

/** What a chain's transactions are decoded by. */
interface ParseRules {
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
function parseTransaction(completed: string, rules: ParseRules): UnsignedTransaction {
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
  const spending = spendingOf(scripts, own, context);
  const mine = new Set([...spending.own, ...scripts].map((script) => hex.encode(script)));
  const effects = effectsOf(transaction, { ...rules, from: context.from, scripts, mine, fee });
  return {
    effects,
    summary: summarize(effects, rules.usualVersion),
    spends: transaction.inputs.map(({ txId, index }) => `${txId}:${index}`),
    signedBy: spending.by,
    sign: (keys) => signInputs(transaction, scripts, { keys, form }),
  };
}

function rulesOf(definition: UtxoChainDefinition, context: ParseContext): ParseRules {
  const { id, networks, form, fees, request, build } = definition;
  const usualVersion = build.version ?? USUAL_VERSION;
  return { context, network: networks[context.network], asset: id, form, fees, request, usualVersion };
}

/** Scripts of an address's key, as far as they follow from the address: of a hash all but the taproot one. */
function knownScripts(address: string, network: UtxoNetwork): readonly Uint8Array[] {
  const script = scriptOfAddress(address, network);
  return script.type === 'pkh' || script.type === 'wpkh' ? scriptsOfHash(script.hash) : [writeScript(script)];
}

/** If the request does not name the spent scripts, each input has a key of its own. */
function checkKeyCount({ inputs }: UtxoTransaction, { context: { signers } }: ParseRules): void {
  if (signers.length <= inputs.length || inputs.every(({ script }) => script !== undefined)) return;
  throw new CustosError('TRANSACTION_INVALID', `${signers.length} keys are named for ${inputs.length} inputs`);
}

/** If neither request nor proof names the spent script, key number i belongs to input number i. */
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

/** @throws CustosError KEY_MISSING: an input belongs to none of the keys; TRANSACTION_UNSUPPORTED: such inputs are not signed here */
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
 * The keys that spend something, and their scripts. What goes to a key that is only named is no change: whoever sends the request
 * names the keys. A taproot script of which nobody known is the owner may be of any key that is not known whole.
 */
function spendingOf(
  scripts: readonly Uint8Array[],
  own: readonly (readonly Uint8Array[])[],
  { signers }: ParseContext,
): { readonly by: readonly string[]; readonly own: readonly Uint8Array[] } {
  const spent = new Set(scripts.map((script) => hex.encode(script)));
  const known = new Set(own.flat().map((script) => hex.encode(script)));
  const isUnclaimed = [...spent].some((script) => !known.has(script));
  const spends = signers.map(({ publicKey: key }, at) => {
    const isOwner = (own[at] ?? []).some((script) => spent.has(hex.encode(script)));
    return isOwner || (isUnclaimed && key === undefined);
  });
  return {
    by: signers.flatMap(({ address }, at) => (spends[at] === true ? address : [])),
    own: own.flatMap((list, at) => (spends[at] === true ? list : [])),
  };
}

/**
 * True for forms of scripts that a key spends here. A network without segwit knows neither p2wpkh nor its p2sh form: what
 * goes there is no change, but everybody's who has seen the public key.
 */
function isSigned(script: Uint8Array, { bech32 }: UtxoNetwork): boolean {
  const { type } = readScript(script);
  return type === 'pkh' || (bech32 !== undefined && ['sh', 'wpkh', 'tr'].includes(type));
}

/**
 * A ledger withdrawal names the wallet and, for each output that it spends, an index. Otherwise the keys are those of the
 * request, without a mnemonic that only stands there for keys that are named by index besides.
 */
function keyRefs({ keys, withdrawal }: KeyRequest): readonly KeyRef[] {
  if (withdrawal === undefined) {
    return keys.filter(({ signatureId, index }) => {
      return (
        index !== undefined || !keys.some((other) => other.signatureId === signatureId && other.index !== undefined)
      );
    });
  }
  const [first] = keys;
  if (first === undefined || withdrawal.responses === undefined) {
    throw new CustosError('KEY_MISSING', 'the withdrawal does not say which outputs of which wallet it spends');
  }
  const { signatureId } = first;
  const spent = withdrawal.responses.filter((response) => isObject(response) && response['vIn'] !== '-1');
  return spent.map((response) => {
    const address = isObject(response) ? response['address'] : undefined;
    const index = isObject(address) ? (address['derivationKey'] ?? 0) : 0;
    return { signatureId, index: parseIndex(index) };
  });
}
