import { jsonOption, storeOptions, yesOption } from './options.js';
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
    path: 'audit head',
    about: 'print the signed heads of the logs, for a witness to keep',
    options: [...storeOptions],
    unlocks: true,
    load: async () => (await audit()).head,
  },
  {
    path: 'audit prove',
    args: '[id]',
    about: 'print a proof that an event is in the log, or that the log only grew',
    options: [
      { flags: '--since <file>', about: 'heads that `audit head` printed: prove that the log only grew since' },
      ...storeOptions,
    ],
    unlocks: true,
    load: async () => (await audit()).prove,
  },
  {
    path: 'audit prune',
    done: 'the archive is written, and what old events said is deleted',
    about: 'archive the audit log, and delete what old events say',
    options: [
      { flags: '--before <date>', about: 'delete what is older: 2026-01-31, or 2026-01-31T12:00Z' },
      { flags: '--archive <file>', about: 'the file that the whole log is written to first' },
      yesOption,
      ...storeOptions,
    ],
    unlocks: true,
    load: async () => (await audit()).prune,
  },
  {
    path: 'audit verify',
    args: '<file>',
    about: 'check an export or a proof of an audit log, without a store',
    options: [
      { flags: '--key <key>', about: 'what `audit key` printed, or a file that holds it' },
      { flags: '--witness <file>', about: 'heads that `audit head` printed and that were kept in another place' },
      jsonOption,
    ],
    load: async () => (await audit()).verify,
  },
];
