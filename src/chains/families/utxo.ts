import { hex } from '@scure/base';
import type { Chain, HdScheme, ParseContext, UnsignedTransaction } from '../../core/chain.js';
import { CustosError } from '../../core/errors.js';
import { type Network, parseChainId, parseIndex } from '../../core/ids.js';
import type { KeyRequest } from '../../core/pending.js';
import type { Summary } from '../../core/summary.js';
import { formatUnits } from '../../core/units.js';
import type { KeyRef } from '../../core/wallet.js';
import { hash160 } from '../../crypto/hash.js';
import { publicKey, tweakedPublicKey } from '../../crypto/secp256k1.js';
import { type Bip32Account, bip32Scheme } from './bip32-scheme.js';
import { isObject } from './fields.js';
import { isHashId } from './transaction-id.js';
import { type BuildRules, buildSpend } from './utxo-build.js';
import { checkShape, readBitcore, readHexWithAmounts, type UtxoTransaction } from './utxo-format.js';
import { utxoFate, utxoInclusion, utxoRefusal } from './utxo-inclusion.js';
import { broadcast } from './utxo-node.js';
import { checkFee, type FeeRules, virtualSize } from './utxo-rules.js';
import {
  addressOf,
  decodeWif,
  encodeWif,
  readScript,
  scriptOfAddress,
  scriptsAmong,
  scriptsOfHash,
  tapTweak,
  type UtxoNetwork,
  writeScript,
} from './utxo-script.js';
import { readSigned, type SignatureForm, signInputs } from './utxo-sign.js';

/** What sets one chain of unspent outputs apart from the others. */
export interface UtxoChainDefinition {
  readonly id: string;
  readonly name: string;
  readonly slug: string;
  readonly networks: Readonly<Record<Network, UtxoNetwork>>;
  readonly accounts: Readonly<Record<Network, Bip32Account>>;
  /** Form of the addresses of mnemonic wallets; those of private keys are p2pkh. */
  readonly hdAddress: 'pkh' | 'wpkh';
  readonly derivations?: Readonly<
    Record<string, { readonly accounts: Readonly<Record<Network, Bip32Account>>; readonly address: 'wpkh' | 'tr' }>
  >;
  readonly form: SignatureForm;
  readonly fees: FeeRules;
  /** The most that a fee may be unless the operator says otherwise, in whole coins. */
  readonly feeCeiling: string;
  /** `bitcore`: JSON with the spent outputs. `hex-with-amounts`: the keys in the order of the inputs, all p2pkh. */
  readonly request: 'bitcore' | 'hex-with-amounts';
  /** How the gateway builds: `usualRate` in smallest units for a virtual byte, where the node cannot tell. */
  readonly build: Pick<BuildRules, 'usualRate'> & Partial<Pick<BuildRules, 'version' | 'maturity'>>;
}

const DECIMALS = 8;
const COINBASE_MATURITY = 100;

/** Makes a chain of the Bitcoin family from what sets it apart. */
export function utxoChain(definition: UtxoChainDefinition): Chain {
  const { networks, accounts, derivations = {} } = definition;
  const keyAddress = (type: 'pkh' | 'wpkh' | 'tr') => (key: Uint8Array, network: Network) =>
    addressOfKey(type, key, networks[network]);
  const scheme = (where: Readonly<Record<Network, Bip32Account>>, type: 'pkh' | 'wpkh' | 'tr'): HdScheme => ({
    ...bip32Scheme(where),
    address: keyAddress(type),
  });
  return {
    id: parseChainId(definition.id),
    name: definition.name,
    slug: definition.slug,
    curve: 'secp256k1',
    coin: definition.id,
    decimals: DECIMALS,
    feeCeiling: definition.feeCeiling,
    hd: scheme(accounts, definition.hdAddress),
    derivations: Object.fromEntries(
      Object.entries(derivations).map(([name, one]) => [name, scheme(one.accounts, one.address)]),
    ),
    address: keyAddress('pkh'),
    publicKey,
    encodePrivateKey: (key, network) => encodeWif(key, networks[network]),
    decodePrivateKey: (text, network) => decodeWif(text, networks[network], network),
    normalizeAddress: (text, network) => addressOf(scriptOfAddress(text, networks[network]), networks[network]) ?? text,
    keyRefs,
    isTransactionId: isHashId,
    async complete(pending) {
      // Inputs, outputs and fee are all there: nothing is asked.
      return pending.serialized;
    },
    parse: (completed, context) => parseTransaction(definition, completed, context),
    spend: (request, context) => buildSpend(request, context, buildRules(definition, context.network)),
    readSigned,
    broadcast,
    fate: utxoFate,
    inclusion: utxoInclusion,
    refusal: utxoRefusal,
  };
}

function buildRules(definition: UtxoChainDefinition, network: Network): BuildRules {
  const { networks, fees, request, build } = definition;
  const parse = (completed: string, context: ParseContext) => parseTransaction(definition, completed, context);
  return { network: networks[network], fees, request, maturity: COINBASE_MATURITY, version: 2, ...build, parse };
}

function addressOfKey(type: 'pkh' | 'wpkh' | 'tr', key: Uint8Array, network: UtxoNetwork): string {
  const script =
    type === 'tr'
      ? ({ type, pubkey: tweakedPublicKey(key, tapTweak(key)) } as const)
      : ({ type, hash: hash160(key) } as const);
  return addressOf(script, network) ?? '';
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

function parseTransaction(
  definition: UtxoChainDefinition,
  completed: string,
  context: ParseContext,
): UnsignedTransaction {
  const network = definition.networks[context.network];
  const transaction = definition.request === 'bitcore' ? readBitcore(completed) : readHexWithAmounts(completed);
  checkShape(transaction);
  const scripts = scriptsOfInputs(transaction, context, network);
  const named = [...scripts, ...transaction.outputs.map(({ script }) => script)];
  const own = context.signers.map(({ address, publicKey: key }) =>
    key === undefined ? knownScripts(address, network) : scriptsAmong(named, key),
  );
  checkKeys(scripts, { own, context, transaction });
  const fee = checkFee(transaction, scripts, definition.fees);
  const mine = new Set([...own.flat(), ...scripts].map((script) => hex.encode(script)));
  return {
    summary: summarize(transaction, { definition, context, scripts, mine, fee }),
    spends: transaction.inputs.map(({ txId, index }) => `${txId}:${index}`),
    sign: (keys) => signInputs(transaction, scripts, { keys, form: definition.form }),
  };
}

/** Scripts of an address's key as far as the address tells: of a hash all but the taproot one. */
function knownScripts(address: string, network: UtxoNetwork): readonly Uint8Array[] {
  const script = scriptOfAddress(address, network);
  return script.type === 'pkh' || script.type === 'wpkh' ? scriptsOfHash(script.hash) : [writeScript(script)];
}

/** Where the request does not tell the spent scripts, key number i belongs to input number i, and there are as many. */
function scriptsOfInputs(
  transaction: UtxoTransaction,
  { signers }: ParseContext,
  network: UtxoNetwork,
): readonly Uint8Array[] {
  if (transaction.inputs.some(({ script }) => script === undefined) && signers.length > transaction.inputs.length) {
    const text = `${signers.length} keys are named for ${transaction.inputs.length} inputs`;
    throw new CustosError('TRANSACTION_INVALID', text);
  }
  return transaction.inputs.map(({ script }, at) => {
    const address = signers[at]?.address;
    if (script !== undefined) return script;
    if (address === undefined) throw new CustosError('KEY_MISSING', `no key is named for input ${at + 1}`);
    return writeScript(scriptOfAddress(address, network));
  });
}

/** @throws CustosError KEY_MISSING: an input can belong to none of the keys; TRANSACTION_UNSUPPORTED: nobody signs such inputs here */
function checkKeys(
  scripts: readonly Uint8Array[],
  {
    own,
    context,
    transaction,
  }: { own: readonly (readonly Uint8Array[])[]; context: ParseContext; transaction: UtxoTransaction },
): void {
  const known = new Set(own.flat().map((script) => hex.encode(script)));
  const isWholeKnown = context.signers.every(({ publicKey: key }) => key !== undefined);
  scripts.forEach((script, at) => {
    const { type } = readScript(script);
    const name = `input ${at + 1} (${transaction.inputs[at]?.txId}:${transaction.inputs[at]?.index})`;
    if (type === 'other')
      throw new CustosError('TRANSACTION_UNSUPPORTED', `the script of ${name} is of a form that is not signed`);
    // Only the signer sees all public keys, and so all taproot scripts.
    if (known.has(hex.encode(script)) || (type === 'tr' && !isWholeKnown)) return;
    throw new CustosError('KEY_MISSING', `${name} belongs to none of the named keys`);
  });
}

interface SummaryParts {
  readonly definition: UtxoChainDefinition;
  readonly context: ParseContext;
  readonly scripts: readonly Uint8Array[];
  /** Scripts of the signing keys, in hexadecimal digits. */
  readonly mine: ReadonlySet<string>;
  readonly fee: bigint;
}

function summarize(transaction: UtxoTransaction, { definition, context, scripts, mine, fee }: SummaryParts): Summary {
  const network = definition.networks[context.network];
  const coins = (amount: bigint) => `${formatUnits(amount, DECIMALS)} ${definition.id}`;
  const outputs = transaction.outputs.map(({ amount, script }) => {
    const address = addressOf(readScript(script), network);
    return { ...(address !== undefined && { address }), amount, change: mine.has(hex.encode(script)) };
  });
  const inputs = transaction.inputs.map(({ txId, index, amount }, at) => {
    const address = addressOf(readScript(scripts[at] ?? new Uint8Array(0)), network);
    return { outpoint: `${txId}:${index}`, ...(address !== undefined && { address }), amount };
  });
  const paid = outputs.filter(({ change }) => !change);
  const sent = paid.reduce((sum, { amount }) => sum + amount, 0n);
  const [only] = paid;
  const list = paid.map(({ address, amount }) => `${coins(amount)} to ${address ?? 'a script without an address'}`);
  const words = list.length === 0 ? 'moves coins to itself' : `sends ${list.join(', ')}`;
  return {
    kind: 'transfer',
    from: context.from,
    ...(paid.length === 1 && only?.address !== undefined && { to: only.address }),
    value: { asset: definition.id, amount: sent },
    tokens: [],
    hazards: [],
    fee: { asset: definition.id, amount: fee },
    feeRate: Math.floor((Number(fee) / virtualSize(transaction, scripts)) * 100) / 100,
    inputs,
    outputs,
    opaque: false,
    text: `${context.from} ${words}; the fee is ${coins(fee)}`,
  };
}
