import { randomUUID } from 'node:crypto';
import { asCustosError, CustosError } from '../../core/errors.js';
import { parseSignatureId, type SignatureId } from '../../core/ids.js';
import { inParallel } from '../../core/parallel.js';
import type { ImportRequest, MadeWallet, Vault } from '../../core/signing/vault.js';
import type { KeyRef, Wallet } from '../../core/signing/wallet.js';
import type { Store } from '../../core/store/store.js';
import { walletEvents } from '../audit/wallets.js';
import { compareWithStore } from './compare.js';
import type { ImportItem } from './import-format.js';
import { type OpenWallets, STRETCHED_AT_ONCE } from './open-wallets.js';

export interface Imported {
  readonly wallet: Wallet;
  /** False if the store already had the same wallet. */
  readonly added: boolean;
}

/** Callbacks of an import. */
export interface ImportSteps {
  progress?(done: number, total: number): void;
  /** Sees each wallet with its address (of index 0) before anything is stored; a throw stores nothing. */
  review?(derived: readonly { readonly wallet: Wallet; readonly address: string }[]): Promise<void>;
}

interface Problem {
  readonly label: string;
  readonly error: CustosError;
}

/**
 * Imports all wallets in one transaction, or none.
 * @param open - called after every item was readable
 * @throws CustosError IMPORT_INVALID with every problem in the message and `details.problems`; a single problem keeps its own code
 */
export async function importWallets(
  open: () => Promise<OpenWallets>,
  items: readonly ImportItem[],
  { progress = () => undefined, review }: ImportSteps = {},
): Promise<readonly Imported[]> {
  const problems: Problem[] = [];
  const requests: ImportRequest[] = [];
  for (const item of items) {
    if (item.kind === 'problem') problems.push(item);
    else requests.push(item.request);
  }
  problems.push(...sameIdTwice(requests));
  // Unreadable items are reported before the password prompt and before a store is made.
  if (problems.length > 0) throw asOneError(problems, items.length);

  const { store, vault } = await open();
  const made = await makeAll({ vault, requests, problems, progress });
  const imported = await compare({ store, vault, made, problems });
  if (problems.length > 0) throw asOneError(problems, items.length);
  await review?.(
    made.map(({ wallet, sealed }) => ({ wallet, address: vault.identify(sealed, firstKey(wallet)).address })),
  );
  const fresh = imported.filter(({ added }) => added);
  const sealed = new Map(made.map((item) => [item.wallet.signatureId, item.sealed]));
  await store.wallets.add(
    fresh.flatMap(({ wallet }) => sealed.get(wallet.signatureId) ?? []),
    walletEvents(
      'wallet.imported',
      fresh.map(({ wallet }) => wallet.signatureId),
    ),
  );
  return imported;
}

function firstKey({ signatureId, kind }: Wallet): KeyRef {
  return kind === 'hd' ? { signatureId, index: 0 } : { signatureId };
}

function sameIdTwice(requests: readonly ImportRequest[]): Problem[] {
  const seen = new Set<SignatureId>();
  return requests.flatMap(({ signatureId }) => {
    if (signatureId === undefined) return [];
    if (seen.has(signatureId)) {
      const error = new CustosError('IMPORT_INVALID', 'the signature ID comes twice in the input');
      return [{ label: `wallet ${signatureId}`, error }];
    }
    seen.add(signatureId);
    return [];
  });
}

interface MakeAll {
  readonly vault: Vault;
  readonly requests: readonly ImportRequest[];
  readonly problems: Problem[];
  progress(done: number, total: number): void;
}

async function makeAll({ vault, requests, problems, progress }: MakeAll): Promise<MadeWallet[]> {
  let done = 0;
  const made = await inParallel(requests, STRETCHED_AT_ONCE, async (request, at) => {
    const signatureId = request.signatureId ?? parseSignatureId(randomUUID());
    const label = request.signatureId === undefined ? `entry ${at + 1}` : `wallet ${signatureId}`;
    try {
      return await vault.import({ ...request, signatureId });
    } catch (thrown) {
      problems.push({ label, error: asCustosError(thrown) });
      return undefined;
    } finally {
      progress(++done, requests.length);
    }
  });
  return made.filter((item) => item !== undefined);
}

interface Compare {
  readonly store: Store;
  readonly vault: Vault;
  readonly made: readonly MadeWallet[];
  readonly problems: Problem[];
}

/** Finds signature IDs that exist: the same secret is not an error, a different one is. */
async function compare({ store, vault, made, problems }: Compare): Promise<Imported[]> {
  const standingOf = await compareWithStore(store.wallets, vault, made);
  return made.map((item) => {
    const { wallet } = item;
    const standing = standingOf(item);
    if (standing === 'other') {
      const error = new CustosError('SIGNATURE_ID_EXISTS', 'the signature ID already belongs to another wallet');
      problems.push({ label: `wallet ${wallet.signatureId}`, error });
    }
    return { wallet, added: standing === 'new' };
  });
}

function asOneError(problems: readonly Problem[], total: number): CustosError {
  const lines = problems.map(({ label, error }) => `${label}: ${error.message} (${error.code})`);
  const details = { problems: lines };
  const [only] = problems;
  if (problems.length === 1 && only !== undefined) {
    return new CustosError(only.error.code, `${only.label}: ${only.error.message}`, { details });
  }
  const shown = lines.slice(0, 20).join('; ');
  const more = lines.length > 20 ? `; and ${lines.length - 20} more` : '';
  return new CustosError('IMPORT_INVALID', `${lines.length} of ${total} wallets cannot be imported: ${shown}${more}`, {
    details,
  });
}
