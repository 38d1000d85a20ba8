import type { OptionSpec } from './spec.js';

/** Options of every command that opens the wallet store. */
export const storeOptions: readonly OptionSpec[] = [
  { flags: '--store <path>', about: 'wallet store: a path, or postgres://… (default ~/.custos/store.db)' },
  { flags: '--path <path>', about: 'the same as --store' },
  { flags: '--password-file <file>', about: 'file whose first line is the password' },
  { flags: '--envFile <file>', about: 'file of settings (default ~/.tatumrc/.env)' },
  { flags: '--aws', about: 'take the password from AWS Secrets Manager' },
  { flags: '--azure', about: 'take the password from Azure Key Vault' },
  { flags: '--vgs', about: 'take the password from VGS' },
  { flags: '--log-level <level>', about: 'debug, info, warn, error or silent' },
];

/** Option of every command that gives a store a password, also in passing. */
export const weakPasswordOption: OptionSpec = {
  flags: '--weak-password',
  about: 'take a new password of fewer than 12 characters, or one that attackers try first',
};

/** Option of commands after which a former password should open nothing any more. */
export const rekeyOption: OptionSpec = {
  flags: '--rekey',
  about: 'make a new root key as well, as `custos rekey` does; without it, a terminal is asked',
};

export const testnetOption: OptionSpec = { flags: '--testnet', about: 'test network instead of mainnet' };
export const derivationOption: OptionSpec = {
  flags: '--derivation <name>',
  about: 'another derivation of the mnemonic than the default one (docs/chains.md)',
};
export const jsonOption: OptionSpec = { flags: '--json', about: 'print JSON' };

export const cloudOptions: readonly OptionSpec[] = [
  { flags: '--api-key <key>', about: 'key of the cloud; better in CUSTOS_API_KEY, where other users cannot see it' },
  { flags: '--cloud-url <url>', about: 'cloud or gateway (default TATUM_API_URL, else https://api.tatum.io)' },
];

export const nodeOption: OptionSpec = {
  flags: '--node <chain=url>',
  about: 'own node instead of the cloud for this chain; repeatable',
  many: true,
};

export const chainIdOption: OptionSpec = {
  flags: '--chain-id <chain=number>',
  about: 'chain id of a development chain; repeatable',
  many: true,
};

export const daemonOptions: readonly OptionSpec[] = [
  testnetOption,
  ...cloudOptions,
  {
    flags: '--period <seconds>',
    about: 'time between two polls of a chain, at the least (default 5); --idle-period says what it grows to',
  },
  {
    flags: '--idle-period <seconds>',
    about: 'the most that it grows to while nothing happens on the chain (default 30; 0: it stays)',
  },
  { flags: '--chain <chains>', about: 'chains to serve, separated by commas (default: all with wallets)' },
  { flags: '--external-url <url>', about: 'four-eye service that approves each transaction; needed on mainnet' },
  {
    flags: '--external-url-method <method>',
    about: 'POST sends the decoded transaction, GET the id alone (default POST; GET where it is named --externalUrl)',
  },
  {
    flags: '--accept-four-eye-get',
    about: 'no warning that an approval by GET is tied to an id and not to the content',
  },
  {
    flags: '--four-eye-secret <file>',
    about: 'file with the key that signs four-eye questions and answers (HMAC-SHA256)',
  },
  { flags: '--cloud-header-file <file>', about: 'file of headers for cloud or gateway, such as basic auth' },
  { flags: '--four-eye-header-file <file>', about: 'file of headers for the four-eye service, such as basic auth' },
  { flags: '--proxy-loopback', about: 'let HTTP_PROXY and HTTPS_PROXY be used for this machine, too' },
  {
    flags: '--four-eye-unsigned-answers',
    about: 'believe answers without a signature although there is a four-eye secret',
  },
  { flags: '--run-once', about: 'one round, then exit: 0 when all went well, else 1' },
  { flags: '--wallets <ids>', about: 'only these signature IDs may sign, separated by commas' },
  { flags: '--transaction-ids <ids>', about: 'only these pending transactions, separated by commas' },
  nodeOption,
  chainIdOption,
  {
    flags: '--fee-ceiling <chain=coins>',
    about: 'highest fee of a transaction that is signed, in whole coins, in place of the built-in one; repeatable',
    many: true,
  },
  {
    flags: '--allow-hazard <chain:kind>',
    about: 'sign what does this dangerous thing on this chain (docs/chains.md lists them; CHAIN:all); repeatable',
    many: true,
  },
  {
    flags: '--allow-foreign-key <chains>',
    about: 'chains on which a key may sign for an account not its own (regular keys, multi-signing); repeatable',
    many: true,
  },
  { flags: '--signers <number>', about: 'signer processes at the most (default: one a core, at most 8)' },
  { flags: '--concurrency <number>', about: 'transactions of one chain on their way at the same time (default 64)' },
  {
    flags: '--confirmations <number>',
    about:
      'blocks that a transaction needs on an own node or gateway to be completed (default 1), or CHAIN=NUMBER; repeatable',
    many: true,
  },
  {
    flags: '--max-requests <number>',
    about: 'requests a second to each host, at the most (default: until it says 429)',
  },
  { flags: '--max-attempts <number>', about: 'tries of an unsigned transaction before it has failed (default 50)' },
  { flags: '--health-port <number>', about: 'serve /health, /ready and /metrics on this port; 0 takes any free one' },
  { flags: '--health-host <address>', about: 'address of the health server (default 127.0.0.1)' },
  ...storeOptions,
];
