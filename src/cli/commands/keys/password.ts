import { shownValue } from '../../../app/config/shown-value.js';
import { programsOf } from '../../../app/store/outside-key.js';
import {
  addPassword,
  changePassword,
  initStore,
  type PasswordParts,
  recoverPassword,
  renewRecoveryKey,
  replaceRootKey,
} from '../../../app/store/passwords.js';
import type { RekeyProgress } from '../../../app/store/rekey.js';
import type { Secret } from '../../../core/secret.js';
import type { Progress } from '../../output.js';
import type { Call, Run } from '../../spec.js';

export const init: Run = async (call) => {
  const key = await initStore(call.house.location, call.house.passwords);
  call.out.note(`The wallet store ${shownValue(call.house.config.store)} is ready.`);
  showRecoveryKey(call, key);
  return 0;
};

export const changePasswordCommand: Run = async (call) => {
  const rekey = () => isRekeyWanted(call);
  const parts = await partsOf(call.house);
  const key = await withBar(call, (progress) => changePassword(parts, { rekey, progress }));
  if (key !== undefined) return tellRekeyed(call, key);
  call.out.note('The password is changed. Copies and backups made before still open with the old one.');
  call.out.note(
    'The old password and an old key slot also open wallets made from now on: `custos rekey` prevents this.',
  );
  return 0;
};

export const addPasswordCommand: Run = async ({ house, out }) => {
  await addPassword({ ...(await partsOf(house)), opened: await house.opened() });
  out.note('The new password also opens the store from now on.');
  return 0;
};

export const recover: Run = async (call) => {
  const rekey = () => isRekeyWanted(call);
  const parts = await partsOf(call.house);
  const key = await withBar(call, (progress) =>
    recoverPassword(parts, { rekey, progress, isShared: call.options.keys.fromShares }),
  );
  if (key !== undefined) return tellRekeyed(call, key);
  call.out.note('The new password is set; all old passwords have ended. The recovery key stays valid.');
  call.out.note(
    'An old password and an old key slot also open wallets made from now on: `custos rekey` prevents this.',
  );
  return 0;
};

export const rekey: Run = async (call) => {
  const parts = await partsOf(call.house);
  const programs = programsOf(call.options.keys);
  const key = await withBar(call, (progress) => replaceRootKey(parts, progress, programs));
  return tellRekeyed(call, key);
};

export const newRecoveryKey: Run = async (call) => {
  showRecoveryKey(call, await renewRecoveryKey({ ...(await partsOf(call.house)), opened: await call.house.opened() }));
  return 0;
};

/** What every change of passwords needs, including the open store. */
async function partsOf({ store, passwords, log }: Call['house']): Promise<PasswordParts> {
  return { store: await store(), passwords, log };
}

/** Decided by the flag, or by a yes on a terminal. */
async function isRekeyWanted({ options, house: { terminal } }: Call): Promise<boolean> {
  if (options.rekey || !terminal.interactive) return options.rekey;
  terminal.note(
    'A new root key seals every wallet again, so that an old password opens nothing from now on, even with',
  );
  terminal.note(
    'an old key slot. It ends all other passwords and makes a new recovery key. No daemon may run meanwhile.',
  );
  return terminal.confirm('Make a new root key too?');
}

async function withBar<T>({ out }: Call, work: (progress: RekeyProgress) => Promise<T>): Promise<T> {
  let bar: Progress | undefined;
  let last = 0;
  const starting: Promise<unknown>[] = [];
  const show = (done: number, total: number) => {
    last = done;
    if (starting.length > 0) return bar?.update(done);
    starting.push(
      out.progress('wallets', total).then((made) => {
        bar = made;
        bar.update(last);
      }),
    );
  };
  try {
    return await work(show);
  } finally {
    await Promise.all(starting);
    bar?.stop();
  }
}

function tellRekeyed(call: Call, key: Secret): 0 {
  call.out.note('The store has a new root key. Old passwords, recovery keys and key slots no longer open it.');
  call.out.note('Older backups still open with the old passwords: make a new backup and put the old ones away.');
  showRecoveryKey(call, key);
  return 0;
}

/** Shown once and never stored: on a terminal with an explanation, otherwise as JSON. */
function showRecoveryKey({ options, house, out }: Call, key: Secret): void {
  const recoveryKey = key.exposeText();
  key.wipe();
  if (options.json || !house.terminal.interactive) {
    out.json({ store: shownValue(house.config.store), recoveryKey });
    return;
  }
  out.line('Recovery key, shown only once. Write it down and keep it away from this machine:');
  out.line('');
  out.line(`  ${recoveryKey}`);
  out.line('');
  out.line('It opens the store if the password is lost: custos password recover');
}
