import { shownValue } from '../../app/config/shown-value.js';
import { backupStore, restoreStore } from '../../app/store/backup.js';
import { readRecoveryShares } from '../../app/store/recovery-shares.js';
import type { SlotsOfStore, StoreKey } from '../../app/store/store-key.js';
import { verifyStore } from '../../app/store/verify.js';
import { CustosError } from '../../core/errors.js';
import type { Run } from '../spec.js';

export const backup: Run = async ({ args, house, out }) => {
  const store = await house.store();
  const bar = await out.progress('records', await store.wallets.count({}));
  try {
    const file = args[0] ?? '';
    const made = await backupStore(store, await house.rootKey(), { file, progress: (done) => bar.update(done) });
    bar.stop();
    out.note(`Wrote and read back ${made.wallets} wallets and ${made.transactions} transactions to ${file}.`);
  } finally {
    bar.stop();
  }
  return 0;
};

export const restore: Run = async ({ args, options, house, out }) => {
  let key: StoreKey | undefined;
  const password = async (find: () => Promise<SlotsOfStore>) => {
    key = options.keys.fromShares ? { secret: await readRecoveryShares(house.terminal) } : await house.key(find);
    return key;
  };
  const made = await restoreStore(args[0] ?? '', { password, location: house.location() }).finally(() =>
    key?.secret.wipe(),
  );
  out.note(
    `Made ${shownValue(house.config.store)} with ${made.wallets} wallets and ${made.transactions} transactions.`,
  );
  out.note(
    'What was signed, denied or withdrawn since the backup is not in it: before a daemon starts, see docs/operations/back-up.md.',
  );
  return 0;
};

export const verify: Run = async ({ options, house, out }) => {
  const store = await house.store();
  const vault = await house.vault();
  const bar = await out.progress('wallets', await store.wallets.count({}));
  const result = await verifyStore(store, { vault, chains: house.chains, progress: (done) => bar.update(done) });
  bar.stop();
  if (options.json) out.json(result);
  else {
    for (const { signatureId, code, message } of result.problems) out.line(`${signatureId}  ${code}  ${message}`);
    out.note(`${result.checked} wallets checked, ${result.problems.length} problems.`);
  }
  if (result.problems.length > 0) {
    throw new CustosError('RECORD_DAMAGED', `${result.problems.length} of ${result.checked} records are damaged`);
  }
  return 0;
};
