import { jsonOption, storeOptions } from './options.js';
import type { CommandSpec } from './spec.js';

const audit = () => import('./commands/audit.js');

/** The commands of the audit log. */
export const auditCommands: readonly CommandSpec[] = [
  {
    path: 'audit list',
    about: 'show the audit log',
    options: [
      { flags: '--event <code>', about: 'only events with this code, or with this part before the dot' },
      { flags: '--limit <number>', about: 'at most this many, newest first (default 100)' },
      jsonOption,
      ...storeOptions,
    ],
    load: async () => (await audit()).list,
  },
  {
    path: 'audit key',
    about: 'print the public key that checks the audit log',
    options: [jsonOption, ...storeOptions],
    unlocks: true,
    load: async () => (await audit()).key,
  },
  {
    path: 'audit export',
    done: 'the export is written',
    args: '<file>',
    about: 'write the audit log to a file',
    options: [
      { flags: '--format <form>', about: 'jsonl (default), csv or ocsf; only jsonl can be verified' },
      ...storeOptions,
    ],
    unlocks: true,
    load: async () => (await audit()).exportCommand,
  },
  {
    path: 'audit verify',
    args: '<file>',
    about: 'check an export of an audit log, without a store',
    options: [{ flags: '--key <key>', about: 'what `audit key` printed, or a file that holds it' }, jsonOption],
    load: async () => (await audit()).verify,
  },
];
