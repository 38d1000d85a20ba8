import { chainIdOption, jsonOption, keyOption, storeOptions, yesOption } from './options.js';
import type { CommandSpec } from './spec.js';

const policy = () => import('./commands/policy.js');
const publishing = () => import('./commands/policy-publish.js');

/** Commands about policies, in the order of the help. */
export const policyCommands: readonly CommandSpec[] = [
  {
    path: 'policy draft',
    about: 'print a policy to start from: the one in force, or at first the coins of the wallets and nothing permitted',
    options: storeOptions,
    load: async () => (await policy()).draft,
  },
  {
    path: 'policy check',
    args: '<file>',
    about: 'find mistakes in a policy (-: on standard input): what it contradicts, cannot reach or does not use',
    options: [jsonOption],
    load: async () => (await policy()).check,
  },
  {
    path: 'policy explain',
    args: '<id-or-file>',
    about: 'show how the policy in force judges a transaction of the journal, part by part',
    options: [
      { flags: '--transaction <id>', about: 'the transaction, if a file with a policy is given' },
      chainIdOption,
      jsonOption,
      ...storeOptions,
    ],
    unlocks: true,
    load: async () => (await policy()).explainCommand,
  },
  {
    path: 'policy diff',
    args: '<old> <new>',
    about: 'say whether a new version widens or narrows what may be signed, and why',
    options: [jsonOption],
    load: async () => (await policy()).diff,
  },
  {
    path: 'policy backtest',
    args: '[file]',
    about: 'judge past transactions by a policy file, or by the policy in force, each as of the time when it came',
    options: [
      { flags: '--limit <number>', about: 'at most this many, newest first (default 100)' },
      chainIdOption,
      jsonOption,
      ...storeOptions,
    ],
    unlocks: true,
    load: async () => (await policy()).backtestCommand,
  },
  {
    path: 'policy sign',
    role: 'admin',
    args: '<file>',
    about: 'show a policy, sign it with your key, and print the signature',
    options: [
      keyOption,
      {
        flags: '--previous <file>',
        about: 'the version before it; without this file your signature also agrees to permitting more',
      },
      {
        flags: '--store-id <id>',
        about: 'the store that it is for, as `custos doctor` shows it (default: that of --store)',
      },
      yesOption,
      ...storeOptions,
    ],
    notes: 'Needs no store if --store-id is given.',
    load: async () => (await publishing()).sign,
  },
  {
    path: 'policy publish',
    args: '<file> [signatures...]',
    done: 'the policy is published; `custos policy show` prints it',
    about: 'publish a policy, with the signatures of its quorum',
    options: [
      {
        flags: '--delay <hours>',
        about: 'how long a version that widens waits (with a constitution: at least 24, which is the default)',
      },
      jsonOption,
      ...storeOptions,
    ],
    unlocks: true,
    load: async () => (await publishing()).publish,
  },
  {
    path: 'policy show',
    args: '[version]',
    about: 'print the policy in force (or another version), and say which version waits',
    options: [jsonOption, ...storeOptions],
    unlocks: true,
    load: async () => (await publishing()).show,
  },
  {
    path: 'policy history',
    about: 'list the published versions, and what became of each',
    options: [jsonOption, ...storeOptions],
    unlocks: true,
    load: async () => (await publishing()).history,
  },
];
