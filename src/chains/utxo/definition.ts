import type { TatumFacts } from '../../core/chain/tatum.js';
import type { Network } from '../../core/ids.js';
import type { Bip32Account } from '../shared/bip32-scheme.js';
import type { FeeRules } from './rules.js';
import type { UtxoNetwork } from './script.js';
import type { SignatureForm } from './sign.js';

/** Decimals of every chain's coin. */
export const DECIMALS = 8;
/** Version of a transaction (BIP-68), unless the chain says otherwise. */
export const USUAL_VERSION = 2;

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
  /** Beginning of signed messages; by default that of Bitcoin. */
  readonly messagePrefix?: string;
  readonly fees: FeeRules;
  /** The most that a fee may be unless the operator says otherwise, in whole coins. */
  readonly feeCeiling: string;
  /** `bitcore`: JSON with the spent outputs. `hex-with-amounts`: the keys in the order of the inputs, all p2pkh. */
  readonly request: 'bitcore' | 'hex-with-amounts';
  /** How the gateway builds: `usualRate` in smallest units for a virtual byte, if the node has no estimate. */
  readonly build: {
    readonly usualRate: number;
    readonly version?: number;
    readonly maturity?: number;
    readonly leastRate?: number;
  };
  readonly tatum?: TatumFacts;
}
