import { addPassword, changePassword, initStore, recoverPassword, renewRecoveryKey } from '../../app/key-work.js';
import { shownValue } from '../../app/shown-value.js';
import type { Secret } from '../../core/secret.js';
import type { Call, Run } from '../spec.js';

export const init: Run = async (call) => {
  const key = await initStore(call.house);
  call.out.note(`The wallet store ${shownValue(call.house.config.store)} is ready.`);
  showRecoveryKey(call, key);
  return 0;
};

export const changePasswordCommand: Run = async ({ house, out }) => {
  await changePassword(house);
  out.note('The password is changed. Backups made before still open with the old one.');
  return 0;
};

export const addPasswordCommand: Run = async ({ house, out }) => {
  await addPassword(house);
  out.note('The further password opens the store from now on.');
  return 0;
};

export const recover: Run = async ({ house, out }) => {
  await recoverPassword(house);
  out.note('The new password is set; all former passwords have ended. The recovery key stays valid.');
  return 0;
};

export const newRecoveryKey: Run = async (call) => {
  showRecoveryKey(call, await renewRecoveryKey(call.house));
  return 0;
};

/** Shown once and kept nowhere: on a terminal with words around it, else as JSON. */
function showRecoveryKey({ flags, house, out }: Call, key: Secret): void {
  const recoveryKey = key.exposeText();
  key.wipe();
  if (flags['json'] === true || !house.terminal.interactive) {
    out.json({ store: shownValue(house.config.store), recoveryKey });
    return;
  }
  out.line('Recovery key, shown this once. Write it down and keep it away from this machine:');
  out.line('');
  out.line(`  ${recoveryKey}`);
  out.line('');
  out.line('It opens the store when the password is lost: custos password recover');
}
