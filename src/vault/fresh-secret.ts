import { randomBytes } from 'node:crypto';
import type { Chain } from '../core/chain/chain.js';
import { CustosError } from '../core/errors.js';
import type { Network } from '../core/ids.js';
import type { ImportRequest, WordsRequest } from '../core/signing/vault.js';
import type { OpenSecret, Wallet } from '../core/signing/wallet.js';
import { parseMnemonic } from '../crypto/mnemonic.js';
import { type Derivation, deriveAccount, hdAddress, schemeOf } from './derivation.js';
import { derive } from './lending/lending.js';
import { equalBytes } from './open-secret.js';

/** A secret that is not sealed yet, and its public side. */
export interface FreshSecret {
  readonly secret: OpenSecret;
  readonly shown: Pick<Wallet, 'xpub' | 'address' | 'derivation'>;
}

/** The account of a mnemonic. @returns the caller wipes the secret */
export async function mnemonicSecret(mnemonic: string, derivation: Derivation): Promise<FreshSecret> {
  const { node, ...shown } = await deriveAccount(mnemonic, derivation);
  const { name } = derivation;
  return {
    secret: { kind: 'hd', mnemonic: new TextEncoder().encode(mnemonic), node },
    shown: { ...shown, ...(name !== undefined && { derivation: name }) },
  };
}

/** A random private key. @returns the caller wipes the secret */
export function newPrivateKey(chain: Chain, network: Network): FreshSecret {
  for (;;) {
    const random = new Uint8Array(randomBytes(32));
    try {
      const privateKey = chain.keys.newPrivateKey?.(random) ?? random.slice();
      return keySecret(chain, privateKey, network);
    } catch (error) {
      // Zero or at least the curve order: once in 2^128 draws.
      if (!(error instanceof CustosError) || error.code !== 'PRIVATE_KEY_INVALID') throw error;
    } finally {
      random.fill(0);
    }
  }
}

function keySecret(chain: Chain, privateKey: Uint8Array, network: Network): FreshSecret {
  const address = chain.keys.address(chain.keys.publicKey(privateKey), network);
  return { secret: { kind: 'key', privateKey }, shown: { address } };
}

/** Reads an imported secret. @returns the caller wipes the secret. @throws CustosError PRIVATE_KEY_INVALID, MNEMONIC_INVALID, SECRET_UNSUPPORTED */
export async function readSecret(chain: Chain, { secret, network, derivation }: ImportRequest): Promise<FreshSecret> {
  if (secret.kind === 'privateKey') {
    return keySecret(chain, chain.keys.decodePrivateKey(secret.privateKey.exposeText().trim(), network), network);
  }
  const text = secret.mnemonic.exposeText();
  const own = chain.keys.decodeMnemonic?.(text);
  if (own !== undefined) return keySecret(chain, own, network);
  return mnemonicSecret(parseMnemonic(text), { chain, name: derivation, network });
}

/** Stretches words letter for letter. @throws CustosError MNEMONIC_INVALID: the chain derives from the entropy of the words */
export async function readWords(
  chain: Chain,
  { words, network, derivation: name }: WordsRequest,
): Promise<FreshSecret> {
  const derivation = { chain, name, network };
  const text = words.exposeText();
  if (schemeOf(derivation).source === 'entropy') parseMnemonic(text);
  return mnemonicSecret(text, derivation);
}

/** @throws CustosError ADDRESS_MISMATCH: the mnemonic gives another first key than the one that was stated */
export function checkStatedKey(chain: Chain, request: ImportRequest, { secret, shown }: FreshSecret): void {
  if (request.secret.kind !== 'mnemonic' || request.secret.privateKey === undefined) return;
  const stated = chain.keys.decodePrivateKey(request.secret.privateKey.exposeText().trim(), request.network);
  const first = derive(secret, { chain, name: shown.derivation, index: 0 });
  const same = equalBytes(stated, first);
  for (const key of [stated, first]) key.fill(0);
  if (!same) throw new CustosError('ADDRESS_MISMATCH', 'the mnemonic does not give the stated private key');
}

type Stated = Pick<ImportRequest, 'xpub' | 'address' | 'network'>;

/** @throws CustosError ADDRESS_MISMATCH: the secret gives another address or xpub than the one that was stated */
export function checkStated(chain: Chain, { xpub, address, network }: Stated, { shown }: FreshSecret): void {
  const derivation = { chain, name: shown.derivation, network };
  if (xpub !== undefined && xpub !== shown.xpub) {
    const given = shown.xpub ?? 'none at all';
    throw new CustosError('ADDRESS_MISMATCH', `the secret gives the xpub ${given}, not the stated ${xpub}`);
  }
  if (address === undefined) return;
  const stated = chain.keys.normalizeAddress(address, network);
  if (shown.address === stated) return;
  // An address beside a mnemonic with an xpub counts as the one of index 0.
  const first = shown.xpub === undefined ? undefined : schemeOf(derivation).publicKey?.(shown.xpub, 0);
  if (first !== undefined && hdAddress(first, derivation) === stated) return;
  const given = first === undefined ? shown.address : hdAddress(first, derivation);
  throw new CustosError('ADDRESS_MISMATCH', `the secret gives the address ${given}, not the stated ${stated}`);
}
