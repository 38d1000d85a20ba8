import { jsonOption, rekeyOption, sharesOption, storeOptions, weakPasswordOption, yesOption } from '../../options.js';
import type { CommandSpec, OptionSpec } from '../../spec.js';

const password = () => import('./password.js');
const slots = () => import('./key-slots.js');
const ceremony = () => import('./ceremony.js');

/** Programs of a `command` slot that is made. */
const programOptions: readonly OptionSpec[] = [
  {
    flags: '--wrap-command <command>',
    about: 'program that wraps the key of a new `command` slot: 32 bytes in, wrapped key out',
  },
  { flags: '--unwrap-command <command>', about: 'program that unwraps it, as --key-command later' },
];

/** These print nothing but a recovery key, and that only with a new root key. */
const rekeyedUnseen =
  'the store has a new root key, but its new recovery key was not shown: `custos password recovery-key` makes another one';

/** What opens the store: passwords, the recovery key, and keys outside of the store. */
export const keyCommands: readonly CommandSpec[] = [
  {
    path: 'password change',
    done: rekeyedUnseen,
    about: 'change the password of the store; wallets stay unchanged',
    options: [rekeyOption, weakPasswordOption, ...storeOptions],
    load: async () => (await password()).changePasswordCommand,
  },
  {
    path: 'password add',
    about: 'add another password that opens the store',
    options: [weakPasswordOption, ...storeOptions],
    unlocks: true,
    load: async () => (await password()).addPasswordCommand,
  },
  {
    path: 'password recover',
    done: rekeyedUnseen,
    about: 'set a new password with the recovery key, or with shares of it',
    options: [sharesOption, rekeyOption, weakPasswordOption, ...storeOptions],
    load: async () => (await password()).recover,
  },
  {
    path: 'password recovery-key',
    done: 'the old recovery key has ended, but the new one was not shown: run the command again',
    about: 'make a new recovery key and print it once; the old one ends',
    options: [jsonOption, ...storeOptions],
    unlocks: true,
    load: async () => (await password()).newRecoveryKey,
  },
  {
    path: 'password recovery-shares',
    done: 'the former recovery key has ended, but the shares were not shown: run the command again',
    about: 'make a new recovery key, and hand it out as shares of which some are needed (docs/ceremony.md)',
    options: [
      { flags: '--threshold <number>', about: 'shares that are needed, from 2 up' },
      { flags: '--shares <number>', about: 'shares that are made, at most 16' },
      jsonOption,
      ...storeOptions,
    ],
    unlocks: true,
    load: async () => (await ceremony()).recoveryShares,
  },
  {
    path: 'rekey',
    done: rekeyedUnseen,
    about: 'give the store a new root key and seal every wallet again; all other passwords end',
    options: [jsonOption, ...programOptions, ...storeOptions],
    notes:
      'Stop the daemon first. Prints the new recovery key once. Opened by a key slot, the store gets a new slot of that key.',
    load: async () => (await password()).rekey,
  },
  {
    path: 'key-slot list',
    about: 'list what opens the store: passwords, the recovery key, and keys outside of the store',
    options: [jsonOption, ...storeOptions],
    load: async () => (await slots()).listKeySlots,
  },
  {
    path: 'key-slot add',
    args: '<key>',
    done: 'the key slot is there; `custos key-slot list` shows it',
    about: 'let a key outside of the store open it: KMS, TPM, HSM or a program (docs/key-slots.md)',
    options: [...programOptions, ...storeOptions],
    unlocks: true,
    load: async () => (await slots()).addKeySlot,
  },
  {
    path: 'key-slot rotate',
    args: '<key>',
    done: 'the key slot is new; `custos key-slot list` shows it',
    about: 'replace the slot of this key by one with a new slot key',
    options: [...programOptions, ...storeOptions],
    unlocks: true,
    load: async () => (await slots()).rotateKeySlot,
  },
  {
    path: 'key-slot remove',
    args: '<id>',
    about: 'end a password or a key slot; the store has to be opened by another one',
    options: [yesOption, ...storeOptions],
    unlocks: true,
    load: async () => (await slots()).removeKeySlot,
  },
];
