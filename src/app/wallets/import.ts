import { randomUUID } from 'node:crypto';
import { asCustosError, CustosError } from '../../core/errors.js';
import { parseSignatureId, type SignatureId } from '../../core/ids.js';
import type { ImportRequest, MadeWallet, Vault } from '../../core/signing/vault.js';
import type { KeyRef, Wallet } from '../../core/signing/wallet.js';
import type { Store } from '../../core/store/store.js';
import type { House } from '../house.js';
import type { ImportItem } from './import-format.js';

export interface Imported {
  readonly wallet: Wallet;
  /** False when the store had this very wallet already. */
  readonly added: boolean;
}

/** What happens on the way of an import. */
export interface ImportSteps {
  progress?(done: number, total: number): void;
  /** Sees each wallet with its address (of index 0) before anything is stored; a throw stores nothing. */
  review?(derived: readonly { readonly wallet: Wallet; readonly address: string }[]): Promise<void>;
}

interface Problem {
  readonly label: string;
  readonly error: CustosError;
}

/** Key stretchings at the same time; they run on Node's thread pool. */
const PARALLEL = 8;

/**
 * Imports all wallets in one transaction, or none.
 * @throws CustosError IMPORT_INVALID with every problem in the message and `details.problems`; a single problem keeps its own code
 */
export async function importWallets(
  house: House,
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
  // What is unreadable is said before a password is asked or a store made.
  if (problems.length > 0) throw asOneError(problems, items.length);

  const store = await house.storeForAdding();
  const vault = await house.vault();
  const made = await makeAll({ vault, requests, problems, progress });
  const imported = await compare({ store, vault, made, problems });
  if (problems.length > 0) throw asOneError(problems, items.length);
  await review?.(
    made.map(({ wallet, sealed }) => ({ wallet, address: vault.identify(sealed, firstKey(wallet)).address })),
  );
  const fresh = imported.filter(({ added }) => added);
  const sealed = new Map(made.map((item) => [item.wallet.signatureId, item.sealed]));
  await store.wallets.add(fresh.flatMap(({ wallet }) => sealed.get(wallet.signatureId) ?? []));
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
  const made: (MadeWallet | undefined)[] = new Array(requests.length).fill(undefined);
  let next = 0;
  let done = 0;
  const lane = async () => {
    for (let at = next++; at < requests.length; at = next++) {
      const request = requests[at];
      if (request === undefined) return;
      const signatureId = request.signatureId ?? parseSignatureId(randomUUID());
      try {
        made[at] = await vault.import({ ...request, signatureId });
      } catch (thrown) {
        const label = request.signatureId === undefined ? `entry ${at + 1}` : `wallet ${signatureId}`;
        problems.push({ label, error: asCustosError(thrown) });
      }
      progress(++done, requests.length);
    }
  };
  await Promise.all(Array.from({ length: PARALLEL }, lane));
  return made.filter((item) => item !== undefined);
}

interface Compare {
  readonly store: Store;
  readonly vault: Vault;
  readonly made: readonly MadeWallet[];
  readonly problems: Problem[];
}

/** Finds signature IDs that exist: with the same secret they are no error, with another one they are. */
async function compare({ store, vault, made, problems }: Compare): Promise<Imported[]> {
  const existing = new Map(
    (await store.wallets.get(made.map(({ wallet }) => wallet.signatureId))).map((record) => [
      record.signatureId,
      record,
    ]),
  );
  return made.map(({ wallet, sealed }) => {
    const record = existing.get(wallet.signatureId);
    if (record === undefined) return { wallet, added: true };
    const same = record.chain === sealed.chain && record.network === sealed.network && vault.sameSecret(record, sealed);
    if (!same) {
      const error = new CustosError('SIGNATURE_ID_EXISTS', 'the signature ID already belongs to another wallet');
      problems.push({ label: `wallet ${wallet.signatureId}`, error });
    }
    return { wallet, added: false };
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
