import type { OptionSpec } from './spec.js';

/** Options of every command that opens the wallet store. */
export const storeOptions: readonly OptionSpec[] = [
  { flags: '--store <path>', about: 'wallet store: a path, or postgres://… (default ~/.custos/store.db)' },
  { flags: '--path <path>', about: 'the same as --store' },
  { flags: '--password-file <file>', about: 'file with the password in its first line' },
  { flags: '--envFile <file>', about: 'file of settings (default ~/.tatumrc/.env)' },
  {
    flags: '--password-command <command>',
    about: 'program that prints the password, and its arguments; no shell reads it',
  },
  {
    flags: '--password-credential <name>',
    about: 'credential of the systemd unit with the password in its first line',
  },
  { flags: '--key-slot <key>', about: 'open the store by the slot of this outside key, without a password' },
  {
    flags: '--key-command <command>',
    about: 'program that unwraps the key of a `command` slot; no shell reads it',
  },
  { flags: '--aws', about: 'take the password from AWS Secrets Manager' },
  { flags: '--azure', about: 'take the password from Azure Key Vault' },
  { flags: '--gcp', about: 'take the password from GCP Secret Manager' },
  { flags: '--vault', about: 'take the password from HashiCorp Vault or OpenBao' },
  { flags: '--vgs', about: 'take the password from VGS' },
  { flags: '--log-level <level>', about: 'debug, info, warn, error or silent' },
  { flags: '--log-format <format>', about: 'json, ecs (Elastic) or gcp (Google Cloud)' },
];

/** Option of commands that ask tokens for signatures. */
export const pinOption: OptionSpec = {
  flags: '--hsm-pin-file <file>',
  about: 'file with the PIN of the PKCS#11 tokens in its first line',
};

/** Option of every command that sets a password, even as a side effect. */
export const weakPasswordOption: OptionSpec = {
  flags: '--weak-password',
  about: 'accept a new password of fewer than 12 characters, or one that attackers try first',
};

/** Option of commands after which earlier passwords should no longer open anything. */
export const rekeyOption: OptionSpec = {
  flags: '--rekey',
  about: 'also make a new root key, as `custos rekey` does; without this flag, a terminal asks',
};

/** Option of what the recovery key opens. */
export const sharesOption: OptionSpec = {
  flags: '--from-shares',
  about: 'put the recovery key together from its shares: asked for one at a time, or one a line on standard input',
};

export const testnetOption: OptionSpec = { flags: '--testnet', about: 'test network instead of mainnet' };
export const derivationOption: OptionSpec = {
  flags: '--derivation <name>',
  about: 'derivation of the mnemonic, if not the default one (docs/chains.md)',
};
export const jsonOption: OptionSpec = { flags: '--json', about: 'print JSON' };
export const yesOption: OptionSpec = { flags: '--yes', about: 'do not ask for confirmation' };
export const keyOption: OptionSpec = { flags: '--key <file>', about: 'your key, as `approver key` made it' };

export const cloudOptions: readonly OptionSpec[] = [
  { flags: '--api-key <key>', about: 'key of the cloud; better in CUSTOS_API_KEY, where other users cannot see it' },
  { flags: '--cloud-url <url>', about: 'cloud or gateway (default TATUM_API_URL, else https://api.tatum.io)' },
];

export const nodeOption: OptionSpec = {
  flags: '--node <chain=url>',
  about: 'your own node instead of the cloud for this chain; repeatable',
  many: true,
};

export const chainIdOption: OptionSpec = {
  flags: '--chain-id <chain=number>',
  about: 'chain id of a development chain; repeatable',
  many: true,
};

const feeCeilingOption: OptionSpec = {
  flags: '--fee-ceiling <chain=coins>',
  about: 'highest fee of a transaction, in whole coins, instead of the built-in one; repeatable',
  many: true,
};
/** Options that limit what is signed. */
const limitOptions: readonly OptionSpec[] = [
  chainIdOption,
  feeCeilingOption,
  {
    flags: '--allow-hazard <chain:kind>',
    about: 'sign transactions with this hazard on this chain (docs/chains.md lists them; CHAIN:all); repeatable',
    many: true,
  },
  {
    flags: '--allow-foreign-key <chains>',
    about: 'chains on which a key may sign for another account (regular keys, multi-signing); repeatable',
    many: true,
  },
  {
    flags: '--signers <number>',
    about:
      'most signer processes (default: one per core, at most 8; those after the first start when the others have no idle moment)',
  },
];

/** Option of what asks for approvals, and of what gives them: both must know what is needed. */
export const needsOption: OptionSpec = {
  flags: '--needs <demands>',
  about: 'approvals that every transaction needs, such as "2 of treasury"; separated by commas',
};
const approverOptions: readonly OptionSpec[] = [
  {
    flags: '--approver <name=url>',
    about: 'service that approves for a person of the constitution; repeatable',
    many: true,
  },
  {
    flags: '--approver-secret <file>',
    about: 'file with the key that signs questions to these services (HMAC-SHA256)',
  },
];

/** What a payment is made of (docs/payments.md). */
export const paymentOptions: readonly OptionSpec[] = [
  testnetOption,
  { flags: '--chain <chain>', about: 'ticker of the chain' },
  { flags: '--from <address>', about: 'address of the wallet that pays' },
  { flags: '--account <address>', about: 'account of that wallet, on chains that assign accounts' },
  { flags: '--to <address>', about: 'address of the receiver' },
  { flags: '--amount <amount>', about: 'whole coins or tokens, e.g. 12.5' },
  { flags: '--token <token>', about: 'the token: contract, mint, asset id or CODE:ISSUER (docs/payments.md)' },
  { flags: '--decimals <number>', about: 'decimals of the token, where the chain does not fix them' },
  { flags: '--memo <text>', about: 'text for the receiver' },
  { flags: '--destination-tag <number>', about: "number of the receiver's customer" },
  { flags: '--max-fee <amount>', about: 'highest allowed fee, in whole units of the asset that pays fees' },
  nodeOption,
  chainIdOption,
  feeCeilingOption,
  ...cloudOptions,
  { flags: '--envFile <file>', about: 'file of settings (default ~/.tatumrc/.env)' },
];

/** The door of a keeper through which it is frozen. */
const controlSocketOption: OptionSpec = {
  flags: '--control-socket <path>',
  about: 'another Unix socket: whoever may open it can stop these keys with `custos freeze --control-socket`',
};
export const daemonOptions: readonly OptionSpec[] = [
  testnetOption,
  pinOption,
  ...cloudOptions,
  {
    flags: '--period <seconds>',
    about: 'shortest time between two polls of a chain (default 5); it grows up to --idle-period',
  },
  {
    flags: '--idle-period <seconds>',
    about: 'longest time between two polls while the chain is idle (default 30; 0: always --period)',
  },
  { flags: '--chain <chains>', about: 'chains to serve, separated by commas (default: all with wallets)' },
  { flags: '--external-url <url>', about: 'four-eye service that approves each transaction; needed on mainnet' },
  {
    flags: '--external-url-method <method>',
    about: 'POST sends the decoded transaction, GET only the id (default POST; GET with --externalUrl)',
  },
  {
    flags: '--accept-four-eye-get',
    about: 'do not warn that an approval by GET is tied to an id and not to the content',
  },
  {
    flags: '--four-eye-secret <file>',
    about: 'file with the key that signs four-eye questions and answers (HMAC-SHA256)',
  },
  { flags: '--cloud-header-file <file>', about: 'file of headers for cloud or gateway, such as basic auth' },
  { flags: '--four-eye-header-file <file>', about: 'file of headers for the four-eye service, such as basic auth' },
  { flags: '--proxy-loopback', about: 'use HTTP_PROXY and HTTPS_PROXY for this machine too' },
  {
    flags: '--four-eye-unsigned-answers',
    about: 'accept unsigned answers although there is a four-eye secret',
  },
  needsOption,
  ...approverOptions,
  { flags: '--run-once', about: 'run one round, then exit: 0 if all went well, otherwise 1' },
  { flags: '--wallets <ids>', about: 'only these signature IDs may sign, separated by commas' },
  { flags: '--transaction-ids <ids>', about: 'only these pending transactions, separated by commas' },
  nodeOption,
  ...limitOptions,
  controlSocketOption,
  {
    flags: '--state-file <path>',
    about: 'file in which its keeper remembers budgets, policy and freezes over restarts (default: none)',
  },
  { flags: '--signer <path>', about: 'socket of a `custos signer`, which signs for this daemon and has the password' },
  {
    flags: '--concurrency <number>',
    about: 'most transactions in progress at the same time, shared by the chains (default 128)',
  },
  {
    flags: '--confirmations <number>',
    about: 'blocks that complete a transaction on your own node or gateway (default 1), or CHAIN=NUMBER; repeatable',
    many: true,
  },
  {
    flags: '--max-requests <number>',
    about: 'most requests per second to each host (default: no limit until it answers 429)',
  },
  { flags: '--max-attempts <number>', about: 'attempts at an unsigned transaction before it fails (default 50)' },
  { flags: '--health-port <number>', about: 'serve /health, /ready and /metrics on this port; 0 uses any free one' },
  { flags: '--health-host <address>', about: 'address of the health server (default 127.0.0.1)' },
  {
    flags: '--otlp <url>',
    about: 'collector of OpenTelemetry that gets traces, such as http://127.0.0.1:4318',
  },
  ...storeOptions,
];

export const webhookHostOption: OptionSpec = {
  flags: '--webhook-host <hosts>',
  about: 'hosts of webhooks that may be private and without TLS',
};

/** What an operator says about contracts to a gateway. */
export const contractOptions: readonly OptionSpec[] = [
  {
    flags: '--currency <chain:name=address,decimals>',
    about: 'token that requests may name as their currency; repeatable',
    many: true,
  },
  {
    flags: '--wallet-factory <chain=address>',
    about: 'contract that makes custody wallets and gas pump addresses; repeatable',
    many: true,
  },
  {
    flags: '--contract <name=file>',
    about:
      'creation code of your own, in hexadecimal digits, for token, nft, multitoken, listing, auction or a wallet such as custody-20-721-batch; repeatable',
    many: true,
  },
];

/** Those of a daemon that a server understands, and where it listens. */
export const serveOptions: readonly OptionSpec[] = [
  { flags: '--listen <address:port>', about: 'address of the API (default 127.0.0.1:8646); port 0 takes any free one' },
  { flags: '--allowed-host <names>', about: 'other host names by which clients may reach it' },
  { flags: '--rp-id <domain>', about: 'domain for which users make passkeys; with --rp-origin' },
  { flags: '--rp-origin <origins>', about: 'pages that use those passkeys, such as https://shop.example.com' },
  { flags: '--no-console', about: 'serve no console' },
  {
    flags: '--console-origin <origin>',
    about: 'where browsers find the console (default: http://localhost and the port)',
  },
  webhookHostOption,
  { flags: '--webhook-days <number>', about: 'for how many days sent events of webhooks stay listed (default 30)' },
  ...daemonOptions.filter(({ flags }) => !/^--(run-once|wallets|transaction-ids)\b/.test(flags)),
  { flags: '--rpc-chain <chain>', about: 'chain whose JSON-RPC is at /; every chain is at /rpc/CHAIN' },
  { flags: '--clef-socket <path>', about: 'another Unix socket: it answers what clients ask clef' },
  { flags: '--clef-token-file <file>', about: 'file of the token whose rights that socket has' },
  { flags: '--tatum', about: 'answer the operations of the gateway too, for clients of the documented API' },
  ...contractOptions,
  { flags: '--tls-certificate <file>', about: 'serve by TLS: the certificate and those above it, in PEM' },
  { flags: '--tls-key <file>', about: 'its private key, in PEM' },
  { flags: '--tls-client-ca <file>', about: 'let in only clients with a certificate that one of this file signed' },
  {
    flags: '--tls-client <clients>',
    about:
      'tokens of clients that have a certificate and send none, as FINGERPRINT=ID, separated by commas or repeated',
    many: true,
  },
  { flags: '--no-signer', about: 'sign nothing: other daemons of the same store sign what this one accepts' },
  weakPasswordOption,
];

/** Options of every command that opens the gateway's queue. */
export const queueOptions: readonly OptionSpec[] = [
  { flags: '--queue <path>', about: 'queue: a path, or postgres://… (default ~/.custos/queue.db)' },
  { flags: '--envFile <file>', about: 'file of settings (default ~/.tatumrc/.env)' },
  { flags: '--log-level <level>', about: 'debug, info, warn, error or silent' },
  { flags: '--log-format <format>', about: 'json, ecs (Elastic) or gcp (Google Cloud)' },
];

export const signerOptions: readonly OptionSpec[] = [
  { flags: '--socket <path>', about: 'Unix socket on which it listens, in a directory that others cannot write to' },
  { flags: '--create-wallets', about: 'make wallets for daemons that serve applications; their secrets stay here' },
  { flags: '--socket-for-group', about: 'the group of the socket may connect too (0660), not only this user (0600)' },
  controlSocketOption,
  { flags: '--store-id <id>', about: 'the only store to open, as `custos doctor` shows it (default: that of --store)' },
  { flags: '--state-file <path>', about: 'file of its state (default: ~/.custos/signer-STORE_ID.state)' },
  pinOption,
  testnetOption,
  ...limitOptions,
  ...storeOptions,
];
