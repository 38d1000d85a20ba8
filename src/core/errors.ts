import { shown } from './text/foreign-text.js';

/**
 * The one table of everything that can go wrong. `exit` is the exit code of the command line (1 failed, 2 misused),
 * `status` the HTTP status of the gateway, `retry` says that the same step may succeed later without anybody's help.
 * docs/errors.md explains each code; a test keeps both equal.
 */
interface ErrorKind {
  readonly exit: 1 | 2;
  readonly status: number;
  readonly retry?: true;
  readonly hint: string;
}

const kinds = {
  // Command line and configuration
  USAGE: { exit: 2, status: 400, hint: 'run the command with --help' },
  CONFIG_INVALID: { exit: 2, status: 500, hint: 'correct the named settings; `custos doctor` shows all of them' },
  CANCELLED_BY_USER: { exit: 1, status: 400, hint: 'nothing was changed' },
  NO_TERMINAL: {
    exit: 2,
    status: 500,
    hint: 'set CUSTOS_PASSWORD or pass --password-file, and give secrets on standard input',
  },
  RESULT_UNWRITTEN: {
    exit: 1,
    status: 500,
    hint: 'what the command did is done; free the disk or mend the pipe before you look at it or repeat it',
  },
  DEBUGGER_OPEN: {
    exit: 2,
    status: 500,
    hint: 'start it without that flag: look at NODE_OPTIONS; passwords could be read by it',
  },
  ARGUMENT_INVALID: {
    exit: 2,
    status: 400,
    hint: 'hand in what docs/library.md says of this function; nothing was done',
  },
  INTERNAL: { exit: 1, status: 500, hint: 'this is a defect of Custos; please report it with the steps that led here' },
  // Password sources
  PASSWORD_MISSING: { exit: 2, status: 500, hint: 'set CUSTOS_PASSWORD, pass --password-file, or run on a terminal' },
  PASSWORD_EMPTY: {
    exit: 2,
    status: 400,
    hint: 'choose a password of at least twelve characters',
  },
  PASSWORD_WEAK: {
    exit: 2,
    status: 400,
    hint: 'choose a longer one, such as five random words; --weak-password takes it all the same',
  },
  PASSWORD_MISMATCH: { exit: 2, status: 400, hint: 'type the same password twice' },
  PASSWORD_WRONG: {
    exit: 1,
    status: 403,
    hint: 'check the password and the store path; `custos password recover` takes the recovery key',
  },
  PASSWORD_SOURCE: {
    exit: 1,
    status: 500,
    hint: 'check the settings of the password source and that it can be reached',
  },
  RECOVERY_KEY_INVALID: {
    exit: 1,
    status: 400,
    hint: 'enter the recovery key as `init` printed it; spaces and dashes do not matter',
  },
  // Wallet store
  STORE_MISSING: { exit: 1, status: 500, hint: 'run `custos init`, or name the store with --store' },
  STORE_EXISTS: {
    exit: 1,
    status: 409,
    hint: 'choose another path with --store; an existing store is never overwritten',
  },
  STORE_FOREIGN: {
    exit: 1,
    status: 500,
    hint: 'name the wallet store with --store; this file was not made by Custos and stays as it is',
  },
  STORE_DAMAGED: { exit: 1, status: 500, hint: 'restore the last backup with `custos restore`; keep the damaged file' },
  STORE_NEWER: { exit: 1, status: 500, hint: 'install the Custos version that wrote this store, or a later one' },
  STORE_BUSY: { exit: 1, status: 503, retry: true, hint: 'another process is writing; try again' },
  STORE_FULL: { exit: 1, status: 507, retry: true, hint: 'free space on the disk of the store; nothing was changed' },
  STORE_CLOSED: { exit: 2, status: 400, hint: 'open the store again; what was closed is not used any more' },
  STORE_READ_ONLY: { exit: 1, status: 500, hint: 'make the store and its directory writable for this user' },
  STORE_UNREACHABLE: {
    exit: 1,
    status: 503,
    retry: true,
    hint: 'check the path or address of the store and its permissions',
  },
  STORE_UNSUPPORTED: {
    exit: 2,
    status: 500,
    hint: 'use a file path or a complete postgres:// URL as --store; docs/operations.md names its parameters',
  },
  COMMIT_UNKNOWN: {
    exit: 1,
    status: 503,
    retry: true,
    hint: 'look whether the change was made before you repeat it; a daemon finds out by itself',
  },
  STORE_REKEYED: {
    exit: 1,
    status: 409,
    hint: 'start it again: the password was asked for before the store was given its new root key',
  },
  RECORD_DAMAGED: { exit: 1, status: 500, hint: 'restore the last backup; `custos verify` lists all damaged records' },
  BACKUP_INVALID: { exit: 1, status: 400, hint: 'name a file that `custos backup` wrote' },
  BACKUP_EXISTS: { exit: 1, status: 409, hint: 'choose a file name that does not exist yet' },
  DAEMON_RUNNING: { exit: 1, status: 409, hint: 'only one daemon may serve a store; stop the other one first' },
  KDF_PARAMETERS: { exit: 1, status: 500, hint: 'the key slot asks for more work than is allowed; restore a backup' },
  // Wallets and secrets
  CHAIN_UNKNOWN: { exit: 2, status: 400, hint: '`custos wallet create --help` lists the chains' },
  NETWORK_MISMATCH: {
    exit: 1,
    status: 403,
    hint: 'a mainnet wallet is never used under --testnet, nor the other way round',
  },
  SIGNATURE_ID_INVALID: { exit: 2, status: 400, hint: 'a signature ID is a UUID as printed by `wallet create`' },
  SIGNATURE_ID_EXISTS: {
    exit: 1,
    status: 409,
    hint: 'this signature ID already belongs to another secret; nothing was imported',
  },
  WALLET_UNKNOWN: { exit: 1, status: 404, hint: '`custos wallet list` shows the signature IDs of this store' },
  WALLET_NOT_ALLOWED: {
    exit: 1,
    status: 403,
    hint: 'the daemon was started with --wallets; add the signature ID there',
  },
  WALLET_CHAIN_MISMATCH: { exit: 1, status: 403, hint: 'a wallet signs only for the chain it was made for' },
  MNEMONIC_INVALID: {
    exit: 1,
    status: 400,
    hint: 'check spelling and order: 12, 15, 18, 21 or 24 words of the English BIP-39 list',
  },
  PRIVATE_KEY_INVALID: {
    exit: 1,
    status: 400,
    hint: 'give the private key in the form of its chain, for example 0x and 64 hexadecimal digits',
  },
  XPUB_INVALID: { exit: 1, status: 400, hint: 'the extended public key is damaged' },
  ADDRESS_INVALID: { exit: 1, status: 400, hint: 'check the address and its checksum' },
  ADDRESS_MISMATCH: {
    exit: 1,
    status: 400,
    hint: 'the secret does not belong to the stated address or xpub; nothing was imported',
  },
  SECRET_UNSUPPORTED: {
    exit: 1,
    status: 400,
    hint: 'give exactly one of mnemonic, privateKey or secret, in a form that the chain knows',
  },
  PATH_INVALID: { exit: 1, status: 400, hint: "write an absolute derivation path such as m/44'/60'/0'/0" },
  INDEX_MISSING: {
    exit: 1,
    status: 400,
    hint: 'a mnemonic wallet needs the derivation index: send `index` with the request',
  },
  INDEX_INVALID: { exit: 2, status: 400, hint: 'a derivation index is a whole number from 0 to 2147483647' },
  INDEX_UNEXPECTED: {
    exit: 1,
    status: 400,
    hint: 'a private-key wallet has no index: leave `index` out of the request',
  },
  IMPORT_INVALID: {
    exit: 1,
    status: 400,
    hint: 'give the JSON that `wallet export` prints, or JSON lines with signatureId',
  },
  // Pending transactions and signing
  PENDING_INVALID: {
    exit: 1,
    status: 400,
    hint: 'the cloud sent a pending transaction that cannot be read; nothing was signed',
  },
  PENDING_CHANGED: {
    exit: 1,
    status: 409,
    hint: 'the cloud sent another payload under an id that was seen before; nothing was signed',
  },
  PENDING_UNKNOWN: { exit: 1, status: 404, hint: '`custos transaction list` shows the journal' },
  STATE_CONFLICT: { exit: 1, status: 409, hint: '`custos transaction show ID` tells what happened to it' },
  LEASE_LOST: { exit: 1, status: 409, retry: true, hint: 'another daemon took this transaction over' },
  OUTPUT_SPENT: {
    exit: 1,
    status: 409,
    hint: 'choose other outputs, or retry when the named transaction has failed; `custos transaction cancel ID` ends a failed one',
  },
  OUTPUT_RESERVED: { exit: 1, status: 409, retry: true, hint: 'the named transaction is still being made' },
  TRANSACTION_DUPLICATE: {
    exit: 1,
    status: 409,
    hint: 'a network takes equal bytes once, so give this one something of its own, such as a nonce, a memo or another end',
  },
  DUPLICATE_DEFERRED: {
    exit: 1,
    status: 503,
    retry: true,
    hint: 'it waits until the chain offers what makes it different from the named transaction; nothing is to be done',
  },
  ATTEMPTS_EXHAUSTED: {
    exit: 1,
    status: 502,
    hint: 'mend what the message names, then `custos transaction retry ID`',
  },
  STEP_TIMEOUT: { exit: 1, status: 504, retry: true, hint: 'the step is tried again; look at what it waits for' },
  TRANSACTION_INVALID: {
    exit: 1,
    status: 400,
    hint: 'the unsigned transaction cannot be decoded completely; nothing was signed',
  },
  TRANSACTION_TOO_LARGE: { exit: 1, status: 413, hint: 'a serialized transaction may have at most 1 MiB' },
  TRANSACTION_UNSUPPORTED: { exit: 1, status: 400, hint: 'this transaction type is not supported on this chain' },
  TRANSACTION_EXPIRED: {
    exit: 1,
    status: 409,
    hint: 'submit the transaction again; this one can never take effect any more, so nothing was spent',
  },
  NETWORK_CLOSED: {
    exit: 1,
    status: 410,
    hint: 'the network was shut down: keys can be exported, but nothing can be sent',
  },
  CHAIN_MISMATCH: {
    exit: 1,
    status: 400,
    hint: 'the pending transaction names another chain than the one it was asked for',
  },
  CHAIN_ID_MISMATCH: {
    exit: 1,
    status: 400,
    hint: 'check --testnet and the node; a development chain is named with --chain-id CHAIN=N',
  },
  SENDER_MISMATCH: {
    exit: 1,
    status: 403,
    hint: 'the transaction names another sender than the wallet; nothing was signed',
  },
  AMOUNT_INVALID: { exit: 1, status: 400, hint: 'an amount is a whole number of the smallest unit, below 2^128' },
  GAS_TOO_LOW: { exit: 1, status: 400, hint: 'raise the gas limit to at least the intrinsic gas of the transaction' },
  FEE_INVALID: {
    exit: 1,
    status: 400,
    hint: 'check the fee of the transaction; --fee-ceiling CHAIN=COINS sets another ceiling',
  },
  HAZARD_REFUSED: {
    exit: 1,
    status: 403,
    hint: 'look at the transaction; if it is meant, start the daemon with the named --allow-hazard and retry it',
  },
  MEMO_REQUIRED: {
    exit: 1,
    status: 400,
    hint: 'ask the receiver for the tag or memo that names whom to credit, and submit the transaction with it',
  },
  RECEIVER_UNFIT: {
    exit: 1,
    status: 400,
    hint: 'what is sent there would be lost or refused; check the address with the receiver',
  },
  KEY_MISSING: { exit: 1, status: 400, hint: 'name a signature ID for every input of the transaction' },
  PREVIOUS_UNKNOWN: {
    exit: 1,
    status: 503,
    retry: true,
    hint: 'name an own node that has the transactions whose outputs are spent, with --node CHAIN=URL and txindex=1; nothing was signed',
  },
  SIGNATURE_INVALID: {
    exit: 1,
    status: 500,
    hint: 'a signature failed its own verification; nothing left this machine',
  },
  SIGNER_DIED: {
    exit: 1,
    status: 503,
    retry: true,
    hint: 'the signer process is started again; the request is retried',
  },
  SIGNER_TIMEOUT: {
    exit: 1,
    status: 503,
    retry: true,
    hint: 'the signer process did not answer in time and is started again',
  },
  SIGNER_LOCKED_DOWN: {
    exit: 1,
    status: 500,
    hint: 'the signer process may use neither network nor files nor child processes',
  },
  // Judges
  JUDGE_DENIED: {
    exit: 1,
    status: 403,
    hint: 'the judge in the message, such as the four-eye service, said no; `custos transaction retry ID` asks it again',
  },
  JUDGE_UNREACHABLE: {
    exit: 1,
    status: 503,
    retry: true,
    hint: 'the judge in the message gave no answer; nothing was signed, it is asked again',
  },
  JUDGE_UNDECIDED: {
    exit: 1,
    status: 503,
    retry: true,
    hint: 'the judge in the message has not decided yet; nothing was signed, it is asked again',
  },
  JUDGE_ANSWER_INVALID: {
    exit: 1,
    status: 503,
    retry: true,
    hint: 'let the judge in the message answer as docs/operations.md says; nothing was signed, it is asked again',
  },
  DIGEST_MISMATCH: {
    exit: 1,
    status: 403,
    hint: 'what was to be signed is not what was approved; nothing was signed, `custos transaction retry ID` asks anew',
  },
  FOUR_EYE_MISSING: {
    exit: 2,
    status: 500,
    hint: 'mainnet needs --external-url URL: a service of yours that approves each transaction',
  },
  // Cloud and nodes
  API_KEY_MISSING: { exit: 2, status: 401, hint: 'set CUSTOS_API_KEY (TATUM_API_KEY works as well)' },
  API_KEY_INVALID: { exit: 1, status: 401, hint: 'send the configured key in the header x-api-key' },
  URL_INVALID: { exit: 2, status: 400, hint: 'give a complete http or https URL without user name, password or query' },
  URL_INSECURE: {
    exit: 2,
    status: 400,
    hint: 'mainnet needs https (a database: sslmode=verify-full), or a loopback or private address',
  },
  SOURCE_FAILED: {
    exit: 1,
    status: 503,
    retry: true,
    hint: 'look at the source of transactions that the program hands in; it is asked again',
  },
  CLOUD_REFUSED: { exit: 1, status: 502, hint: 'the cloud refused the request; its answer is in the message' },
  CLOUD_UNREACHABLE: {
    exit: 1,
    status: 503,
    retry: true,
    hint: 'check the network, and the address: --cloud-url or CUSTOS_CLOUD_URL',
  },
  CLOUD_TIMEOUT: { exit: 1, status: 504, retry: true, hint: 'the cloud did not answer in time' },
  CLOUD_RATE_LIMITED: { exit: 1, status: 429, retry: true, hint: 'the cloud limits requests; Custos waits as told' },
  CLOUD_ANSWER_INVALID: {
    exit: 1,
    status: 502,
    retry: true,
    hint: 'the cloud answered with something that is not its API; check TATUM_API_URL',
  },
  BROADCAST_REFUSED: {
    exit: 1,
    status: 502,
    hint: 'mend the reason in the message, then `custos transaction retry ID`, or `custos transaction cancel ID` when it is dead',
  },
  BROADCAST_DEFERRED: {
    exit: 1,
    status: 503,
    retry: true,
    hint: 'the network does not take the signed transaction at the moment; the same bytes are sent again by themselves',
  },
  NODE_REFUSED: {
    exit: 1,
    status: 502,
    hint: 'the blockchain node answered with an error; its reason is in the message',
  },
  NODE_UNREACHABLE: { exit: 1, status: 503, retry: true, hint: 'check the node and its URL' },
  NODE_ANSWER_INVALID: {
    exit: 1,
    status: 502,
    retry: true,
    hint: 'the node answered with something that is not JSON-RPC of this chain',
  },
  // Gateway
  REQUEST_INVALID: {
    exit: 2,
    status: 400,
    hint: 'the request does not have the documented shape; `data` lists each problem',
  },
  REQUEST_INCOMPLETE: {
    exit: 1,
    status: 408,
    hint: 'send the whole request at once; a slow connection needs a proxy in front that buffers requests',
  },
  REQUEST_HEADER_TOO_LARGE: {
    exit: 2,
    status: 431,
    hint: 'a header may have at most 16 KiB, its URL included; send long lists in a body',
  },
  REQUEST_TOO_LARGE: { exit: 2, status: 413, hint: 'a request may have at most 1 MiB' },
  HOST_NOT_ALLOWED: {
    exit: 1,
    status: 403,
    hint: 'address the gateway by the host name it listens on, or add the name to its allowed hosts',
  },
  KMS_MISSING: { exit: 1, status: 403, hint: 'the queue has no such pending transaction' },
  NOT_OFFERED: { exit: 1, status: 501, hint: 'the self-hosted gateway does not offer this operation' },
  IDEMPOTENCY_CONFLICT: { exit: 1, status: 409, hint: 'the same Idempotency-Key was used for another request' },
  PORT_IN_USE: { exit: 1, status: 500, hint: 'choose another port with --port or --health-port' },
  // Health
  HEALTH_TIMEOUT: { exit: 1, status: 503, retry: true, hint: 'it did not answer in time; the log tells what it is at' },
  LOG_UNREADABLE: { exit: 1, status: 400, hint: 'name a file with the log lines of a daemon, or - for standard input' },
} as const satisfies Record<string, ErrorKind>;

export type ErrorCode = keyof typeof kinds;

/** All codes with exit code, HTTP status, hint and whether the step may be tried again by itself. */
export const errorKinds: Readonly<Record<ErrorCode, ErrorKind>> = kinds;

export interface CustosErrorOptions {
  /** Facts for machines; never a secret. */
  readonly details?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
  /** Earliest moment of the next try in milliseconds from now, where the other side named one. */
  readonly retryAfter?: number;
}

/** The only error class. `message` is lower case, names what and which, has no period and never holds a secret. */
export class CustosError extends Error {
  readonly code: ErrorCode;
  readonly details: Readonly<Record<string, unknown>>;
  readonly retryAfter: number | undefined;

  constructor(code: ErrorCode, message: string, options: CustosErrorOptions = {}) {
    // A judge or source in plain JavaScript may make one; without an entry of the table it could not be handled.
    if (!Object.hasOwn(kinds, code) || typeof message !== 'string') {
      throw new CustosError('ARGUMENT_INVALID', 'CustosError: needs a code of errorKinds and a text');
    }
    // Messages quote text that others chose: no door has to remember to make it fit for a terminal.
    super(shown(message), options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'CustosError';
    this.code = code;
    this.details = options.details ?? {};
    this.retryAfter = options.retryAfter;
  }

  get kind(): ErrorKind {
    return errorKinds[this.code];
  }

  get hint(): string {
    return this.kind.hint;
  }
}

/** True when trying the same step later may succeed by itself. */
export function isRetryable(error: unknown): boolean {
  return error instanceof CustosError && error.kind.retry === true;
}

/**
 * True when an error is no reason to give a transaction up: its kind passes by itself, or what answered was not known to speak
 * of the transaction (`details.answer`, which says `wait` or `unknown` of a node's or cloud's answer).
 */
export function isWorthWaiting(error: unknown): boolean {
  if (isRetryable(error)) return true;
  return error instanceof CustosError && (error.details['answer'] === 'wait' || error.details['answer'] === 'unknown');
}

/**
 * Turns whatever was thrown into a CustosError. An unforeseen error becomes INTERNAL and only its class name is kept
 * in the message, because messages of foreign libraries may quote their input.
 */
export function asCustosError(thrown: unknown): CustosError {
  if (thrown instanceof CustosError) return thrown;
  const name = thrown instanceof Error ? thrown.name : typeof thrown;
  return new CustosError('INTERNAL', `unexpected ${name}`, { cause: thrown });
}
