import type { ChainRegistry } from '../../core/chain/chain.js';
import { asCustosError } from '../../core/errors.js';
import type { Store } from '../../core/store/store.js';
import { openVault } from '../../vault/vault.js';
import type { Config } from '../config/config.js';
import { keyHolders } from '../hsm/holders.js';
import { pageSealed } from '../wallets/find.js';
import { type Finding, problem } from './finding.js';

interface KeyParts {
  readonly config: Config;
  readonly chains: ChainRegistry;
  readonly store: Store;
  /** 32 bytes; absent where nothing opened the store: then nobody knows where keys are. */
  readonly rootKey: Uint8Array | undefined;
}

/** Keys that are asked; a store with more is asked through some of them. */
const MOST = 50;

/** Whether each key outside answers, and still is the key of its wallet. Nothing is signed. */
export async function keyFindings({ config, chains, store, rootKey }: KeyParts): Promise<readonly Finding[]> {
  if (rootKey === undefined || config.options.offline) return [];
  const vault = openVault({ rootKey, storeId: store.storeId, chains });
  const holders = keyHolders({ config });
  const findings: Finding[] = [];
  let left = 0;
  try {
    for await (const page of pageSealed(store.wallets, {})) {
      for (const sealed of page.filter(({ kind }) => kind === 'remote')) {
        if (vault.control(sealed).state === 'destroyed') continue;
        if (findings.length >= MOST) left += 1;
        else findings.push(await finding(sealed));
      }
    }
  } finally {
    holders.close();
    vault.wipe();
  }
  const text = `${left} more keys outside were not asked`;
  return left === 0 ? findings : [...findings, { check: 'keys elsewhere', state: 'ok', text }];

  async function finding(sealed: Parameters<typeof vault.keyUri>[0]): Promise<Finding> {
    const check = `key of ${sealed.signatureId}`;
    try {
      const held = await holders.key(vault.keyUri(sealed) ?? '');
      const { signatureId, chain, network } = sealed;
      const { address } = vault.identify(sealed, { signatureId });
      // Made again as when it was attached, and compared.
      const made = vault.attach({ chain, network, uri: vault.keyUri(sealed) ?? '', held, address });
      return { check, state: 'ok', text: `answers for ${made.wallet.address}` };
    } catch (thrown) {
      const { code, message } = asCustosError(thrown);
      return problem(check, code, message);
    }
  }
}
