import { jsonOption, storeOptions } from './options.js';
import type { CommandSpec, OptionSpec } from './spec.js';

const freezes = () => import('./commands/freezes.js');

const keyOption: OptionSpec = {
  flags: '--key <file>',
  about: 'your key, as `approver key` made it; no password of the store is needed',
};

const controlOption: OptionSpec = {
  flags: '--control-socket <path>',
  about: 'talk to the control socket of a `custos signer` or daemon, and not to the store',
};

/** Commands that stop signing, and let it go on. */
export const freezeCommands: readonly CommandSpec[] = [
  {
    path: 'freeze',
    done: 'signing is frozen; `custos freezes` shows it',
    about: 'stop signing at once, and print the id of the freeze',
    options: [
      { flags: '--all', about: 'stop everything' },
      { flags: '--chain <chain>', about: 'stop one chain' },
      // Wallets take several tags, so the command itself refuses more than one.
      { flags: '--tag <tag>', about: 'stop the wallets with this tag', many: true },
      { flags: '--wallet <id>', about: 'stop one wallet, by its signature ID' },
      { flags: '--reason <text>', about: 'why: everyone who looks will see it' },
      keyOption,
      controlOption,
      ...storeOptions,
    ],
    notes: 'One person can do it: with the password of the store, or with a key that the constitution names.',
    load: async () => (await freezes()).freeze,
  },
  {
    path: 'freezes',
    about: 'show what is frozen, and what was',
    options: [jsonOption, controlOption, ...storeOptions],
    load: async () => (await freezes()).list,
  },
  {
    path: 'unfreeze',
    args: '[id] [signatures...]',
    done: 'with --key the end was signed, otherwise the freeze is ended; `custos freezes` shows it',
    about: 'sign the end of a freeze with --key, or end it with the signatures of its quorum',
    options: [
      { flags: '--key <file>', about: 'your key, as `approver key` made it: print your signature and end nothing yet' },
      { flags: '--request <file>', about: 'sign by this line of `freezes --json`, on a machine without a store' },
      { flags: '--yes', about: 'do not ask for confirmation' },
      ...storeOptions,
    ],
    notes: 'Without a constitution, the password of the store alone ends a freeze.',
    load: async () => (await freezes()).unfreeze,
  },
];
