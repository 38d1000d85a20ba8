import { chainIdOption, jsonOption, storeOptions } from './options.js';
import type { CommandSpec } from './spec.js';

const policy = () => import('./commands/policy.js');

/** Commands about policies, in the order of the help. */
export const policyCommands: readonly CommandSpec[] = [
  {
    path: 'policy draft',
    about: 'print a policy to start from: the coins of the wallets, and nothing permitted',
    options: storeOptions,
    load: async () => (await policy()).draft,
  },
  {
    path: 'policy check',
    args: '<file>',
    about: 'find mistakes in a policy: what it contradicts, cannot reach or does not use',
    options: [jsonOption],
    load: async () => (await policy()).check,
  },
  {
    path: 'policy explain',
    args: '<file>',
    about: 'show how a policy judges a transaction of the journal, part by part',
    options: [
      { flags: '--transaction <id>', about: 'the pending transaction' },
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
    args: '<file>',
    about: 'judge the transactions of the journal by a policy, as of when they came',
    options: [
      { flags: '--limit <number>', about: 'at most this many, newest first (default 100)' },
      chainIdOption,
      jsonOption,
      ...storeOptions,
    ],
    unlocks: true,
    load: async () => (await policy()).backtestCommand,
  },
];
