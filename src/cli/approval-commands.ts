import {
  chainIdOption,
  jsonOption,
  keyOption,
  needsOption,
  storeOptions,
  weakPasswordOption,
  yesOption,
} from './options.js';
import type { CommandSpec, OptionSpec } from './spec.js';

const constitution = () => import('./commands/constitution.js');
const approvals = () => import('./commands/approvals.js');

/** What a request says of every transaction, as the daemon has it. */
const requestOptions: readonly OptionSpec[] = [needsOption, chainIdOption, ...storeOptions];

const deciding: readonly OptionSpec[] = [
  keyOption,
  { flags: '--request <file>', about: 'decide about this request, on a machine without a store; prints the answer' },
  { flags: '--valid-for <minutes>', about: 'how long it holds (default 60, at most 1440)' },
  yesOption,
  ...requestOptions,
];

/** Commands of persons: who they are, and what they decide. */
export const approvalCommands: readonly CommandSpec[] = [
  {
    path: 'approver key',
    args: '<file>',
    done: 'the key is made, and its public half is in the file',
    about: 'make your key on your own machine and print its public half',
    options: [weakPasswordOption, { flags: '--log-level <level>', about: 'debug, info, warn, error or silent' }],
    load: async () => (await import('./commands/approver.js')).makeKey,
  },
  {
    path: 'constitution draft',
    about: 'print a constitution to edit: the one in force, or a form to fill in',
    options: storeOptions,
    unlocks: true,
    load: async () => (await constitution()).draft,
  },
  {
    path: 'constitution sign',
    role: 'admin',
    args: '<file>',
    about: 'show a constitution, sign it with your key, and print the signature',
    options: [keyOption, yesOption],
    notes: 'Needs no store.',
    load: async () => (await constitution()).sign,
  },
  {
    path: 'constitution enact',
    args: '<file> <signatures...>',
    done: 'the constitution is in force; `custos constitution show` prints it',
    about: 'bring a constitution into force, with the signatures of its quorum',
    options: storeOptions,
    unlocks: true,
    load: async () => (await constitution()).enact,
  },
  {
    path: 'constitution show',
    about: 'print the constitution in force',
    options: [jsonOption, ...storeOptions],
    unlocks: true,
    load: async () => (await constitution()).show,
  },
  {
    path: 'approvals list',
    about: 'show the transactions that wait for approvals, and whose are missing',
    options: [jsonOption, ...requestOptions],
    unlocks: true,
    load: async () => (await approvals()).list,
  },
  {
    path: 'approval request',
    args: '<id>',
    about: 'print what an approver on another machine needs',
    options: requestOptions,
    unlocks: true,
    load: async () => (await approvals()).request,
  },
  {
    path: 'approval submit',
    args: '<file>',
    done: 'the store has the answer; `custos approvals list` shows it',
    about: 'take the answer of an approver; - reads standard input',
    options: requestOptions,
    unlocks: true,
    load: async () => (await approvals()).submit,
  },
  {
    path: 'approve',
    role: 'approver',
    args: '[id]',
    done: 'the approval was signed, and with an id it is in the store',
    about: 'decode a transaction, show it, and sign your approval',
    options: deciding,
    load: async () => (await approvals()).approve,
  },
  {
    path: 'reject',
    role: 'approver',
    args: '[id]',
    done: 'the rejection was signed, and with an id it is in the store',
    about: 'end a transaction by your signature',
    options: deciding,
    load: async () => (await approvals()).reject,
  },
];
