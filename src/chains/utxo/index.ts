import type { Chain } from '../../core/chain/chain.js';
import type { ParseContext } from '../../core/chain/codec.js';
import type { HdScheme } from '../../core/chain/keys.js';
import type { TatumFacts } from '../../core/chain/tatum.js';
import { CustosError } from '../../core/errors.js';
import { type Network, parseChainId, parseIndex } from '../../core/ids.js';
import type { KeyRequest } from '../../core/signing/pending.js';
import type { KeyRef } from '../../core/signing/wallet.js';
import { hash160 } from '../../crypto/hash.js';
import { publicKey } from '../../crypto/secp256k1.js';
import { taprootKey } from '../../crypto/taproot.js';
import { type Bip32Account, bip32Scheme } from '../shared/bip32-scheme.js';
import { isObject } from '../shared/fields.js';
import { isHashId } from '../shared/transaction-id.js';
import { type BuildRules, buildSpend } from './build.js';
import { completeSpend } from './complete.js';
import { utxoFate, utxoInclusion, utxoRefusal } from './inclusion.js';
import { broadcast, checkNetwork } from './node.js';
import { type ParseRules, parseTransaction, readers } from './parse.js';
import type { FeeRules } from './rules.js';
import { addressOf, decodeWif, encodeWif, scriptOfAddress, type UtxoNetwork } from './script.js';
import { readSigned, type SignatureForm } from './sign.js';
import { outputOperations } from './tatum.js';

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
  readonly build: Pick<BuildRules, 'usualRate'> & Partial<Pick<BuildRules, 'version' | 'maturity' | 'leastRate'>>;
  readonly tatum?: TatumFacts;
}

const DECIMALS = 8;
const COINBASE_MATURITY = 100;
const USUAL_VERSION = 2;

/** Makes a chain of the Bitcoin family from what sets it apart. */
export function utxoChain(definition: UtxoChainDefinition): Chain {
  const { networks, accounts, derivations = {} } = definition;
  const keyAddress = (type: 'pkh' | 'wpkh' | 'tr') => (key: Uint8Array, network: Network) =>
    addressOfKey(type, key, networks[network]);
  const scheme = (where: Readonly<Record<Network, Bip32Account>>, type: 'pkh' | 'wpkh' | 'tr'): HdScheme => ({
    ...bip32Scheme(where),
    address: keyAddress(type),
  });
  const parse = (completed: string, context: ParseContext) => parseTransaction(completed, rulesOf(definition, context));
  return {
    id: parseChainId(definition.id),
    name: definition.name,
    slug: definition.slug,
    tatum: { operations: outputOperations, ...definition.tatum },
    coin: definition.id,
    decimals: DECIMALS,
    feeCeiling: definition.feeCeiling,
    keys: {
      curves: ['secp256k1'],
      hd: scheme(accounts, definition.hdAddress),
      derivations: Object.fromEntries(
        Object.entries(derivations).map(([name, one]) => [name, scheme(one.accounts, one.address)]),
      ),
      address: keyAddress('pkh'),
      publicKey,
      encodePrivateKey: (key, network) => encodeWif(key, networks[network]),
      decodePrivateKey: (text, network) => decodeWif(text, networks[network], network),
      normalizeAddress: (text, network) =>
        addressOf(scriptOfAddress(text, networks[network]), networks[network]) ?? text,
    },
    codec: {
      keyRefs,
      isTransactionId: isHashId,
      parse,
      readSigned,
    },
    node: {
      complete: (pending, { node, allowUnproved = false }) =>
        completeSpend(pending.serialized, {
          node,
          chain: definition.id,
          allowsUnproved: allowUnproved,
          read: readers[definition.request],
        }),
      broadcast,
      fate: utxoFate,
      inclusion: utxoInclusion,
      refusal: utxoRefusal,
      checkNode: (node, { network }) => checkNetwork(node, network),
    },
    builder: {
      kind: 'bitcoind',
      spend: (request, context) => buildSpend(request, context, buildRules(definition, context.network)),
    },
  };
}

function rulesOf(definition: UtxoChainDefinition, context: ParseContext): ParseRules {
  const { id, networks, form, fees, request, build } = definition;
  const usualVersion = build.version ?? USUAL_VERSION;
  return { context, network: networks[context.network], asset: id, form, fees, request, usualVersion };
}

function buildRules(definition: UtxoChainDefinition, network: Network): BuildRules {
  const { networks, fees, request, build } = definition;
  const parse = (completed: string, context: ParseContext) => parseTransaction(completed, rulesOf(definition, context));
  return {
    network: networks[network],
    fees,
    request,
    maturity: COINBASE_MATURITY,
    version: USUAL_VERSION,
    ...build,
    parse,
  };
}

function addressOfKey(type: 'pkh' | 'wpkh' | 'tr', key: Uint8Array, network: UtxoNetwork): string {
  const script = type === 'tr' ? ({ type, pubkey: taprootKey(key) } as const) : ({ type, hash: hash160(key) } as const);
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
