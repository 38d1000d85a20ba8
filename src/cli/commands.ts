import { cloudOptions, daemonOptions, jsonOption, storeOptions, testnetOption } from './options.js';
import type { CommandSpec } from './spec.js';

const wallet = () => import('./commands/wallet.js');
const transaction = () => import('./commands/transaction.js');
const keys = () => import('./commands/keys.js');
const care = () => import('./commands/care.js');

/** Every command of Custos, in the order of the help. The peer's names are in tatum-commands.ts. */
export const commands: readonly CommandSpec[] = [
  {
    path: 'init',
    about: 'make the wallet store and print the recovery key once',
    options: [jsonOption, ...storeOptions],
    load: async () => (await keys()).init,
  },
  {
    path: 'wallet create',
    args: '<chain>',
    about: 'make wallets and print their signature IDs',
    options: [
      { flags: '--count <number>', about: 'how many (default 1); more than one prints a JSON line each' },
      { flags: '--private-key', about: 'one private key each instead of a mnemonic' },
      { flags: '--label <text>', about: 'a name of yours, kept sealed' },
      testnetOption,
      jsonOption,
      ...storeOptions,
    ],
    notes: 'Chains: ETH BSC MATIC CELO KLAY ONE KCS XDC AVAX OPTIMISM BASE CRO FTM FLR S',
    load: async () => (await wallet()).create,
  },
  {
    path: 'wallet import',
    args: '[chain]',
    about: 'import one secret (hidden prompt or standard input), or many as JSON from standard input',
    options: [
      { flags: '--signature-id <id>', about: 'keep this signature ID' },
      { flags: '--private-key', about: 'the secret is a private key (default: found out from its form)' },
      { flags: '--address <address>', about: 'refuse the secret unless it gives this address or xpub' },
      { flags: '--label <text>', about: 'a name of yours, kept sealed' },
      testnetOption,
      jsonOption,
      ...storeOptions,
    ],
    notes: 'Without a chain: the object that `wallet export` prints, or JSON lines with signatureId. All or nothing.',
    load: async () => (await wallet()).importWallet,
  },
  {
    path: 'wallet list',
    about: 'show all wallets, without opening a secret',
    options: [{ flags: '--chain <chain>', about: 'only this chain' }, jsonOption, ...storeOptions],
    load: async () => (await wallet()).list,
  },
  {
    path: 'wallet show',
    args: '<signatureId>',
    about: 'show one wallet, without its secret',
    options: [jsonOption, ...storeOptions],
    load: async () => (await wallet()).show,
  },
  {
    path: 'wallet address',
    args: '<signatureId> [index]',
    about: 'print an address',
    options: [jsonOption, ...storeOptions],
    load: async () => (await wallet()).address,
  },
  {
    path: 'wallet export',
    args: '[signatureIds...]',
    about: 'print secrets in clear, as JSON that `wallet import` reads',
    options: [{ flags: '--yes', about: 'do not ask for confirmation' }, ...storeOptions],
    load: async () => (await wallet()).exportWallets,
  },
  {
    path: 'wallet remove',
    args: '<signatureId>',
    about: 'remove a wallet; its secret is gone unless you have a backup',
    options: [{ flags: '--yes', about: 'do not ask for confirmation' }, ...storeOptions],
    load: async () => (await wallet()).remove,
  },
  {
    path: 'daemon',
    about: 'pull, check, sign and broadcast pending transactions',
    options: daemonOptions,
    load: async () => (await import('./commands/daemon.js')).daemon,
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
    options: [jsonOption, ...storeOptions],
    load: async () => (await transaction()).show,
  },
  {
    path: 'transaction retry',
    args: '<id>',
    about: 'put a denied or failed transaction back; recorded bytes stay the same',
    options: storeOptions,
    load: async () => (await transaction()).retry,
  },
  {
    path: 'transaction cancel',
    args: '<id>',
    about: 'end a transaction that is not signed yet',
    options: storeOptions,
    load: async () => (await transaction()).cancel,
  },
  {
    path: 'password change',
    about: 'change the password of the store; wallets are not touched',
    options: storeOptions,
    load: async () => (await keys()).changePasswordCommand,
  },
  {
    path: 'password add',
    about: 'add a further password that opens the store',
    options: storeOptions,
    load: async () => (await keys()).addPasswordCommand,
  },
  {
    path: 'password recover',
    about: 'set a new password with the recovery key',
    options: storeOptions,
    load: async () => (await keys()).recover,
  },
  {
    path: 'password recovery-key',
    about: 'make a new recovery key and print it once; the old one ends',
    options: [jsonOption, ...storeOptions],
    load: async () => (await keys()).newRecoveryKey,
  },
  {
    path: 'backup',
    args: '<file>',
    about: 'write an encrypted backup of the store',
    options: storeOptions,
    load: async () => (await care()).backup,
  },
  {
    path: 'restore',
    args: '<file>',
    about: 'make a new store from a backup',
    options: storeOptions,
    load: async () => (await care()).restore,
  },
  {
    path: 'verify',
    about: 'open every record and compare it with its address',
    options: [jsonOption, ...storeOptions],
    load: async () => (await care()).verify,
  },
  {
    path: 'gateway',
    about: 'run the self-hosted cloud in front of your own nodes',
    options: [
      testnetOption,
      { flags: '--node <chain=url>', about: 'JSON-RPC node of a chain; repeatable', many: true },
      { flags: '--chain-id <chain=number>', about: 'chain id of a development chain; repeatable', many: true },
      { flags: '--host <address>', about: 'address to listen on (default 127.0.0.1)' },
      { flags: '--port <number>', about: 'port to listen on (default 8645)' },
      { flags: '--allowed-host <names>', about: 'further host names under which it is reached' },
      { flags: '--queue <path>', about: 'queue database (default ~/.custos/queue.db)' },
      { flags: '--env-file <file>', about: 'file of settings (default ~/.tatumrc/.env)' },
      { flags: '--log-level <level>', about: 'debug, info, warn, error or silent' },
    ],
    notes: 'The key that clients send as x-api-key is CUSTOS_GATEWAY_API_KEY (or TATUM_API_KEY).',
    load: async () => (await import('./commands/gateway.js')).gateway,
  },
  {
    path: 'demo',
    about: 'everything at once on a local blockchain, without any account',
    options: [],
    load: async () => (await import('./commands/demo.js')).demo,
  },
  {
    path: 'doctor',
    about: 'check configuration and health, with remedies',
    options: [testnetOption, jsonOption, ...cloudOptions, ...storeOptions],
    load: async () => (await import('./commands/doctor.js')).doctor,
  },
];
