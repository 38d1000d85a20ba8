import { approvalCommands } from './approval-commands.js';
import { auditCommands } from './audit-commands.js';
import { keyCommands } from './commands/keys/commands.js';
import { freezeCommands } from './freeze-commands.js';
import {
  chainIdOption,
  cloudOptions,
  contractOptions,
  daemonOptions,
  jsonOption,
  needsOption,
  nodeOption,
  paymentOptions,
  queueOptions,
  sharesOption,
  signerOptions,
  storeOptions,
  testnetOption,
  weakPasswordOption,
  webhookHostOption,
} from './options.js';
import { ownerCommands } from './owner-commands.js';
import { policyCommands } from './policy-commands.js';
import { serviceCommands } from './service-commands.js';
import type { CommandSpec } from './spec.js';
import { walletCommands } from './wallet-commands.js';

const transaction = () => import('./commands/transaction.js');
const password = () => import('./commands/keys/password.js');
const store = () => import('./commands/store.js');

/** Every command of Custos, in the order of the help. The names of Tatum KMS are in tatum-commands.ts. */
export const commands: readonly CommandSpec[] = [
  {
    path: 'init',
    done: 'the store is made, but its recovery key was not shown: `custos password recovery-key` makes a new one',
    about: 'make the wallet store and print the recovery key once',
    options: [jsonOption, weakPasswordOption, ...storeOptions],
    load: async () => (await password()).init,
  },
  ...walletCommands,
  {
    path: 'daemon',
    about: 'pull, check, sign and broadcast pending transactions',
    options: daemonOptions,
    examines: true,
    load: async () => (await import('./commands/daemon.js')).daemon,
    supervise: async () => (await import('./commands/supervise.js')).supervise,
  },
  {
    path: 'signer',
    about: 'keep the password and sign for daemons that have none',
    options: signerOptions,
    notes: 'The limits must be those of the daemons that use it.',
    load: async () => (await import('./commands/signer.js')).signer,
  },
  {
    path: 'transaction list',
    about: 'show the journal',
    options: [
      { flags: '--chain <chain>', about: 'only this chain' },
      { flags: '--state <states>', about: 'only these states, separated by commas' },
      { flags: '--limit <number>', about: 'at most this many, newest first (default 100)' },
      jsonOption,
      ...storeOptions,
    ],
    load: async () => (await transaction()).list,
  },
  {
    path: 'transaction show',
    args: '<id>',
    about: 'show one transaction and what happened to it',
    options: [jsonOption, needsOption, chainIdOption, ...storeOptions],
    load: async () => (await transaction()).show,
  },
  {
    path: 'transaction retry',
    args: '<id>',
    about: 'retry a denied or failed transaction; recorded bytes stay the same',
    options: storeOptions,
    unlocks: true,
    load: async () => (await transaction()).retry,
  },
  {
    path: 'transaction cancel',
    args: '<id>',
    about: 'end an unsigned transaction, or one with signed bytes that are proved dead',
    options: [nodeOption, chainIdOption, ...cloudOptions, ...storeOptions],
    unlocks: true,
    load: async () => (await transaction()).cancel,
  },
  {
    path: 'transaction release',
    args: '<id>',
    about: 'give nonce and outputs of signed bytes that were handed out free for others',
    options: [nodeOption, chainIdOption, ...cloudOptions, ...storeOptions],
    unlocks: true,
    load: async () => (await transaction()).release,
  },
  ...ownerCommands,
  {
    path: 'transaction build',
    about:
      'build the unsigned transaction of a payment through a node, and check what it does; nothing is signed or sent',
    options: paymentOptions,
    notes: 'The result has `unsigned`, which a daemon, the gateway or the library takes, and `summary`, what it does.',
    load: async () => (await import('./commands/build.js')).build,
  },
  ...freezeCommands,
  ...approvalCommands,
  ...policyCommands,
  ...keyCommands,
  {
    path: 'backup',
    args: '<file>',
    about: 'write an encrypted backup of the store',
    options: storeOptions,
    unlocks: true,
    load: async () => (await store()).backup,
  },
  {
    path: 'restore',
    done: 'the store is restored',
    args: '<file>',
    about: 'make a new store from a backup',
    options: [sharesOption, ...storeOptions],
    load: async () => (await store()).restore,
  },
  {
    path: 'verify',
    about: 'open every record and compare it with its address',
    options: [jsonOption, ...storeOptions],
    unlocks: true,
    load: async () => (await store()).verify,
  },
  ...auditCommands,
  {
    path: 'migrate',
    done: 'all good wallets were imported unless it was a dry run; `custos wallet list` shows them',
    args: '<file>',
    about: 'import the wallets of Tatum KMS: a wallet.dat, or the output of its export',
    options: [
      { flags: '--dry-run', about: 'check and compare everything, but write nothing' },
      { flags: '--skip-broken', about: 'import the good wallets even if some are broken' },
      { flags: '--old-password-file <file>', about: 'file with the password of the old file in its first line' },
      jsonOption,
      weakPasswordOption,
      ...storeOptions,
    ],
    notes: 'The old file is only read. If its password is not that of the store, set TATUM_KMS_PASSWORD.',
    unlocks: true,
    load: async () => (await import('./commands/migrate.js')).migrate,
  },
  {
    path: 'gateway',
    about: 'run the self-hosted cloud in front of your own nodes',
    options: [
      testnetOption,
      { flags: '--node <chain=url>', about: 'JSON-RPC node of a chain; repeatable', many: true },
      { flags: '--chain-id <chain=number>', about: 'chain id of a development chain; repeatable', many: true },
      {
        flags: '--fee-ceiling <chain=coins>',
        about: 'highest fee of a request, in whole coins; repeatable',
        many: true,
      },
      {
        flags: '--allow-method <chain=method>',
        about: 'JSON-RPC method that clients may call in addition to the harmless ones; repeatable',
        many: true,
      },
      ...contractOptions,
      {
        flags: '--unclaimed-after <seconds>',
        about: 'warn when no daemon has fetched a pending transaction for this long (default 300)',
      },
      { flags: '--host <address>', about: 'address to listen on (default 127.0.0.1)' },
      { flags: '--port <number>', about: 'port to listen on (default 8645)' },
      { flags: '--allowed-host <names>', about: 'other host names by which clients may reach it' },
      webhookHostOption,
      ...queueOptions,
    ],
    notes:
      'Clients send a key as x-api-key: one of `custos gateway-key create`, or CUSTOS_GATEWAY_API_KEY (or CUSTOS_API_KEY).',
    examines: true,
    load: async () => (await import('./commands/gateway.js')).gateway,
  },
  ...serviceCommands,
  {
    path: 'demo',
    about: 'try everything at once on a local blockchain, without any account',
    options: [
      {
        flags: '--console',
        about: 'open the console on it: payments, an approval to give and signing to stop, until it is ended',
      },
    ],
    load: async () => (await import('./commands/demo.js')).demo,
  },
  {
    path: 'demo control',
    about: 'try a policy, approvals, a freeze and the audit log on a local blockchain, without any account',
    options: [],
    load: async () => (await import('./commands/demo.js')).control,
  },
  {
    path: 'demo api',
    about: 'try the API as an application does, on a local blockchain, without any account',
    options: [],
    load: async () => (await import('./commands/demo.js')).api,
  },
  {
    path: 'doctor',
    about: 'check configuration and health, and suggest remedies',
    options: [
      { flags: '--log <file>', about: 'sum up the log of a daemon instead; - reads standard input' },
      { flags: '--offline', about: 'do not contact the cloud, nodes or the four-eye service' },
      jsonOption,
      ...daemonOptions.filter(({ flags }) => !flags.startsWith('--run-once')),
    ],
    notes: 'Pass the flags of the daemon that it should check.',
    examines: true,
    load: async () => (await import('./commands/doctor.js')).doctor,
  },
];
