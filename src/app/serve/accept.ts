import { CustosError } from '../../core/errors.js';
import type { Signer } from '../../core/signing/signer.js';
import type { Store } from '../../core/store/store.js';
import { openPublicVault } from '../../vault/public-vault.js';
import { viewKey as viewKeyOf } from '../../vault/vault.js';
import { recordRefusal, recordUnlock, signLog } from '../audit/unlock.js';
import { refuseProblems } from '../config/problem.js';
import { readSigningRules } from '../config/signing-rules.js';
import type { House } from '../house.js';
import { makeCloud, makeNodes } from '../network/cloud.js';
import { journalKeyFrom, openJournal } from '../store/journal.js';
import { openWithKey } from '../store/store-key.js';
import { openApiDoor } from './door.js';

/** The parts of a server that signs nothing. */
type AcceptMeans = Pick<House, 'config' | 'chains' | 'clock' | 'log' | 'store' | 'key'>;

interface AcceptRun {
  readonly signal: AbortSignal;
  readonly onListening?: (url: string) => void;
}

/** What this process keeps of what the password opens. */
interface KeptKeys {
  /** Of the public halves. */
  readonly viewKey: Uint8Array;
  /** Of the journal. */
  readonly journalKey: Uint8Array;
}

/**
 * Serves the API without signing: other daemons of the store do that. From the password it keeps two keys only, that of the
 * public halves and that of the journal; password and root key are wiped before it listens.
 * @throws CustosError PASSWORD_*, STORE_*, PORT_IN_USE
 */
export async function acceptOnly(means: AcceptMeans, { signal, onListening }: AcceptRun): Promise<void> {
  const { config, chains, clock, log } = means;
  refuseProblems(config.problems);
  const store = await means.store();
  const { viewKey, journalKey } = await openKeys(means, store);
  const lifecycle = {
    ...{ chains, clock, wallets: store.wallets, journal: store.journal },
    publicVault: openPublicVault({ viewKey, storeId: store.storeId, chains }),
    nodes: config.secrets.has('apiKey') ? makeCloud({ config, clock, log }).nodes : makeNodes({ config, clock }),
    signer: noSigner,
    rules: readSigningRules(config.daemon, chains, config.network),
  };
  const door = await openApiDoor({
    ...{ config, chains, clock, log, store, viewKey, journalKey, lifecycle },
    ...(onListening && { onListening }),
  });
  await new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
  await door.close();
}

/** @throws CustosError NOT_OFFERED */
const noSigner: Pick<Signer, 'identify'> = {
  async identify() {
    throw new CustosError('NOT_OFFERED', 'the address of this key needs its secret, and this server has no signer');
  },
};

async function openKeys(means: AcceptMeans, store: Store): Promise<KeptKeys> {
  const opening = { store, command: 'serve' };
  const key = await means.key();
  const open = async () => openWithKey({ storeId: store.storeId, slots: await store.slots.all() }, key);
  const opened = await recordUnlock(
    opening,
    await recordRefusal(opening, () => open().finally(() => key.secret.wipe())),
  );
  try {
    const journalKey = journalKeyFrom(opened, store.storeId);
    await openJournal(means, store, journalKey);
    await signLog(means, store, opened.rootKey);
    return { viewKey: viewKeyOf(opened.rootKey, store.storeId), journalKey: journalKey.key };
  } finally {
    opened.rootKey.fill(0);
  }
}
