import type { ChainRegistry } from '../../core/chain/chain.js';
import { asCustosError, type ErrorCode } from '../../core/errors.js';
import type { SignatureId } from '../../core/ids.js';
import type { Vault } from '../../core/signing/vault.js';
import type { SealedWallet } from '../../core/signing/wallet.js';
import type { Store } from '../../core/store/store.js';
import { deriveAccount } from '../../vault/derivation.js';
import { pageSealed } from '../wallets/find.js';

interface VerifyProblem {
  readonly signatureId: SignatureId;
  readonly code: ErrorCode;
  readonly message: string;
}

export interface VerifyResult {
  readonly checked: number;
  readonly problems: readonly VerifyProblem[];
}

export interface VerifyOptions {
  readonly vault: Vault;
  readonly chains: ChainRegistry;
  readonly progress?: (done: number, total: number) => void;
}

const PAGE = 200;

/**
 * Checks the database, opens every record, and derives its xpub or address again from the secret.
 * @throws CustosError STORE_DAMAGED: the database itself is damaged
 */
export async function verifyStore(store: Store, options: VerifyOptions): Promise<VerifyResult> {
  await store.check();
  const total = await store.wallets.count({});
  const problems: VerifyProblem[] = [];
  let checked = 0;
  for await (const page of pageSealed(store.wallets, {}, PAGE)) {
    const found = await Promise.all(page.map((sealed) => verifyOne(sealed, options)));
    problems.push(...found.filter((problem) => problem !== undefined));
    checked += page.length;
    options.progress?.(checked, total);
  }
  return { checked, problems };
}

async function verifyOne(sealed: SealedWallet, options: VerifyOptions): Promise<VerifyProblem | undefined> {
  const { signatureId } = sealed;
  const problem = (code: ErrorCode, message: string) => ({ signatureId, code, message });
  try {
    // Also compares it with its copy. A destroyed wallet has no secret to derive anything from.
    if (options.vault.control(sealed).state === 'destroyed') return undefined;
    const derived = await derivePublic(sealed, options);
    const wallet = options.vault.wallet(sealed);
    const recorded = wallet.xpub ?? wallet.address;
    if (derived === recorded) return undefined;
    return problem('ADDRESS_MISMATCH', `the secret gives ${derived}, and ${recorded} is recorded`);
  } catch (thrown) {
    const error = asCustosError(thrown);
    return problem(error.code, error.message);
  }
}

async function derivePublic(sealed: SealedWallet, { vault, chains }: VerifyOptions): Promise<string | undefined> {
  const chain = chains.get(sealed.chain);
  // Lending the key also compares a private key, or the sealed parent node, with the public half.
  const ref = { signatureId: sealed.signatureId, ...(sealed.kind === 'hd' && { index: 0 }) };
  const address = await vault.use([sealed], [ref], ([key]) => key?.address);
  if (sealed.kind !== 'hd') return address;
  const { mnemonic = '', derivation: name } = vault.export(sealed);
  const account = await deriveAccount(mnemonic, { chain, name, network: sealed.network });
  account.node.fill(0);
  return account.xpub ?? account.address;
}
