import { shown } from './text/foreign-text.js';

/**
 * The one table of everything that can go wrong. `exit` is the exit code of the command line (1 failed, 2 misused),
 * `status` is the HTTP status of the gateway, and `retry` says that the same step may succeed later by itself.
 * docs/errors.md explains each code; a test compares the two.
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
  FILE_UNREADABLE: { exit: 2, status: 400, hint: 'check the name of the file, and that this user may read it' },
  CONFIG_INVALID: { exit: 2, status: 500, hint: 'correct the named settings; `custos doctor` shows all of them' },
  CANCELLED_BY_USER: { exit: 1, status: 400, hint: 'nothing was changed' },
  NO_TERMINAL: {
    exit: 2,
    status: 500,
    hint: 'set CUSTOS_PASSWORD or pass --password-file, give secrets on standard input, and confirm with --yes where the command has it',
  },
  RESULT_UNWRITTEN: {
    exit: 1,
    status: 500,
    hint: 'the command has done its work; free disk space or fix the pipe before you look at the result or repeat the command',
  },
  DEBUGGER_OPEN: {
    exit: 2,
    status: 500,
    hint: 'start it without that flag, which could expose passwords; check NODE_OPTIONS too',
  },
  ARGUMENT_INVALID: {
    exit: 2,
    status: 400,
    hint: 'correct the arguments as docs/library.md says; nothing was done',
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
    hint: 'choose a longer one, such as five random words, or accept this one with --weak-password',
  },
  PASSWORD_MISMATCH: { exit: 2, status: 400, hint: 'type the same password twice' },
  PASSWORD_WRONG: {
    exit: 1,
    status: 403,
    hint: 'check the password and the store path; `custos password recover` accepts the recovery key instead',
  },
  PASSWORD_SOURCE: {
    exit: 1,
    status: 500,
    hint: 'check the settings of the password source, and that this machine can reach it',
  },
  RECOVERY_KEY_INVALID: {
    exit: 1,
    status: 400,
    hint: 'enter the recovery key as `init` printed it; spaces and dashes do not matter',
  },
  RECOVERY_SHARE_INVALID: {
    exit: 1,
    status: 400,
    hint: 'type the words of the share as they were shown; the first four letters of each are enough',
  },
  RECOVERY_SHARE_FOREIGN: {
    exit: 1,
    status: 400,
    hint: 'use shares of one and the same set: all of them begin with the same two words',
  },
  RECOVERY_SHARE_REPEATED: { exit: 1, status: 400, hint: 'give another share of the set' },
  RECOVERY_SHARES_MISSING: { exit: 1, status: 400, hint: 'give as many shares as the ceremony said are needed' },
  SLOT_UNKNOWN: { exit: 1, status: 404, hint: '`custos key-slot list` shows the key slots of the store' },
  SLOT_EXISTS: { exit: 1, status: 409, hint: 'rotate it with `custos key-slot rotate`, or remove it first' },
  SLOT_IN_USE: { exit: 1, status: 409, hint: 'open the store with another password or key slot to remove this one' },
  SLOT_KEY_UNAVAILABLE: {
    exit: 1,
    status: 500,
    hint: 'check the settings and rights of the service or program that wraps the slot key; a password or another key slot also opens the store',
  },
  SLOT_KEY_WRONG: {
    exit: 1,
    status: 403,
    hint: 'check that the settings name the key that wrapped this slot; if the slot was altered, open the store with another one and add this one again',
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
    hint: 'name the wallet store with --store; Custos did not make this file and leaves it unchanged',
  },
  STORE_DAMAGED: { exit: 1, status: 500, hint: 'restore the last backup with `custos restore`; keep the damaged file' },
  STORE_NEWER: { exit: 1, status: 500, hint: 'install the Custos version that wrote this store, or a later one' },
  STORE_BUSY: { exit: 1, status: 503, retry: true, hint: 'another process is writing; try again' },
  STORE_FULL: {
    exit: 1,
    status: 507,
    retry: true,
    hint: 'free space on the disk of the store; what was reported before is kept, and nothing else was changed',
  },
  STORE_CLOSED: { exit: 2, status: 400, hint: 'open the store again; a closed store cannot be used' },
  STORE_OLDER: {
    exit: 1,
    status: 503,
    hint: 'bring back the newer database, or follow docs/operations/several-machines.md, "After a failover", before you start Custos again',
  },
  STORE_READ_ONLY: { exit: 1, status: 500, hint: 'give this user write access to the store and its directory' },
  STORE_UNREACHABLE: {
    exit: 1,
    status: 503,
    retry: true,
    hint: 'check the path or address of the store and its permissions',
  },
  STORE_UNSUPPORTED: {
    exit: 2,
    status: 500,
    hint: 'use a file path or a complete postgres:// URL as --store; docs/operations/several-machines.md names its parameters',
  },
  COMMIT_UNKNOWN: {
    exit: 1,
    status: 503,
    retry: true,
    hint: 'check whether the change was made before you repeat it; a daemon checks by itself',
  },
  STORE_REKEYED: {
    exit: 1,
    status: 409,
    hint: 'start the command again: the store got a new root key after this command had opened it',
  },
  RECORD_DAMAGED: { exit: 1, status: 500, hint: 'restore the last backup; `custos verify` lists all damaged records' },
  BACKUP_INVALID: { exit: 1, status: 400, hint: 'name a file that `custos backup` wrote' },
  BACKUP_EXISTS: { exit: 1, status: 409, hint: 'choose a file name that does not exist yet' },
  AUDIT_BROKEN: {
    exit: 1,
    status: 500,
    retry: true,
    hint: 'stop the daemon and keep a copy of the store; docs/audit.md says what the named place means',
  },
  AUDIT_EVENT_UNKNOWN: { exit: 1, status: 404, hint: '`custos audit list` shows the ids of events' },
  AUDIT_FILE_INVALID: { exit: 1, status: 400, hint: 'name a file that `custos audit export` wrote as jsonl' },
  AUDIT_FILE_EXISTS: { exit: 1, status: 409, hint: 'choose a file name that does not exist yet' },
  AUDIT_KEY_INVALID: {
    exit: 2,
    status: 400,
    hint: 'give the line that `custos audit key` prints, or a file that holds it',
  },
  DAEMON_RUNNING: { exit: 1, status: 409, hint: 'only one daemon may serve a store; stop the other one first' },
  KDF_PARAMETERS: {
    exit: 1,
    status: 500,
    hint: 'the key slot asks for more work than Custos allows; restore a backup',
  },
  // Wallets and secrets
  CHAIN_UNKNOWN: { exit: 2, status: 400, hint: '`custos wallet create --help` lists the chains' },
  NETWORK_MISMATCH: {
    exit: 1,
    status: 403,
    hint: 'use mainnet wallets without --testnet, and testnet wallets with it',
  },
  SIGNATURE_ID_INVALID: { exit: 2, status: 400, hint: 'a signature ID is a UUID, as `wallet create` prints it' },
  SIGNATURE_ID_EXISTS: {
    exit: 1,
    status: 409,
    hint: 'this signature ID already belongs to another secret; nothing was imported',
  },
  TENANT_INVALID: { exit: 2, status: 400, hint: 'a tenant has 1 to 64 lower-case letters, digits and dashes' },
  OWNER_INVALID: { exit: 2, status: 400, hint: 'an owner has 1 to 128 characters, all of them visible or blanks' },
  OWNER_UNKNOWN: {
    exit: 1,
    status: 404,
    hint: 'check tenant and spelling: texts that differ in any character are two owners',
  },
  OWNER_LIMIT: { exit: 1, status: 409, hint: 'use a wallet that the owner has, or raise the limit of the owner' },
  SPENDING_INVALID: { exit: 2, status: 400, hint: 'name a chain, for a token its decimals, and an amount such as 1.5' },
  OWNER_SPENT: { exit: 1, status: 403, hint: 'ask for less, or wait and ask again; `custos owner limit` changes it' },
  WALLET_PLACE_TAKEN: {
    exit: 1,
    status: 409,
    hint: 'the owner has a wallet in that slot already: use it, or name another slot',
  },
  CREATE_NOT_ALLOWED: {
    exit: 1,
    status: 403,
    hint: 'start the process that has the password with --create-wallets, or make the wallet with `custos wallet create`',
  },
  USER_TOKEN_REQUIRED: {
    exit: 1,
    status: 403,
    hint: 'the wallet signs only with a proof of its owner; `custos wallet user-token ID --none` ends that',
  },
  WALLET_UNKNOWN: { exit: 1, status: 404, hint: '`custos wallet list` shows the signature IDs of this store' },
  WALLET_NOT_ALLOWED: {
    exit: 1,
    status: 403,
    hint: 'the daemon was started with --wallets; add the signature ID there',
  },
  WALLET_STATE: {
    exit: 1,
    status: 409,
    hint: '`custos wallet show ID` says which state the wallet has, and since when',
  },
  WALLET_SUSPENDED: {
    exit: 1,
    status: 409,
    retry: true,
    hint: '`custos wallet show ID` says why; it goes on by itself after `custos wallet activate ID`',
  },
  WALLET_DEACTIVATED: {
    exit: 1,
    status: 403,
    hint: '`custos wallet show ID` says why; after `custos wallet activate ID`, retry the transaction',
  },
  WALLET_COMPROMISED: {
    exit: 1,
    status: 403,
    hint: 'only what a permit with "sweep" covers is signed with it: see docs/policy.md',
  },
  WALLET_DESTROYED: {
    exit: 1,
    status: 410,
    hint: '`custos wallet show ID` says when and why; only a backup from before that has the secret',
  },
  WALLET_CHAIN_MISMATCH: { exit: 1, status: 403, hint: 'a wallet signs only for its own chain' },
  MNEMONIC_INVALID: {
    exit: 1,
    status: 400,
    hint: 'check the spelling and order of the words: 12, 15, 18, 21 or 24 words from the English BIP-39 list',
  },
  PRIVATE_KEY_INVALID: {
    exit: 1,
    status: 400,
    hint: 'enter the private key in the form that its chain uses, for example 0x and 64 hexadecimal digits',
  },
  XPUB_INVALID: { exit: 1, status: 400, hint: 'the extended public key is damaged' },
  ADDRESS_INVALID: { exit: 1, status: 400, hint: 'check the address and its checksum' },
  ADDRESS_MISMATCH: {
    exit: 1,
    status: 400,
    hint: 'the secret does not match the stated address or xpub; nothing was imported',
  },
  SECRET_UNSUPPORTED: {
    exit: 1,
    status: 400,
    hint: 'give exactly one of mnemonic, privateKey and secret, in a form that the chain supports',
  },
  PATH_INVALID: { exit: 1, status: 400, hint: "write an absolute derivation path such as m/44'/60'/0'/0" },
  INDEX_MISSING: {
    exit: 1,
    status: 400,
    hint: 'a mnemonic wallet needs a derivation index: send `index` with the request',
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
    hint: 'the cloud sent a pending transaction that Custos cannot read; nothing was signed',
  },
  PENDING_CHANGED: {
    exit: 1,
    status: 409,
    hint: 'the cloud sent a different payload under the id of an earlier transaction; nothing was signed',
  },
  PENDING_UNKNOWN: { exit: 1, status: 404, hint: '`custos transaction list` shows the journal' },
  STATE_CONFLICT: { exit: 1, status: 409, hint: '`custos transaction show ID` shows what happened to it' },
  LEASE_LOST: { exit: 1, status: 409, retry: true, hint: 'another daemon took over this transaction' },
  OUTPUT_SPENT: {
    exit: 1,
    status: 409,
    hint: 'choose other outputs, or retry once the named transaction has failed; `custos transaction cancel ID` ends a failed one',
  },
  OUTPUT_RESERVED: {
    exit: 1,
    status: 409,
    retry: true,
    hint: 'the named transaction is not finished yet; this one is tried again',
  },
  TRANSACTION_DUPLICATE: {
    exit: 1,
    status: 409,
    hint: 'a network accepts the same bytes only once: make this one different, for example by its nonce, memo or expiry',
  },
  DUPLICATE_DEFERRED: {
    exit: 1,
    status: 503,
    retry: true,
    hint: 'you need not do anything: it waits until the chain makes it different from the named transaction',
  },
  ATTEMPTS_EXHAUSTED: {
    exit: 1,
    status: 502,
    hint: 'fix what the message names, then run `custos transaction retry ID`',
  },
  STEP_TIMEOUT: {
    exit: 1,
    status: 504,
    retry: true,
    hint: 'the step is tried again; check the service that it waits for',
  },
  TRANSACTION_INVALID: {
    exit: 1,
    status: 400,
    hint: 'Custos cannot decode the whole unsigned transaction; nothing was signed',
  },
  MESSAGE_INVALID: {
    exit: 1,
    status: 400,
    hint: 'check the message against the standard of the chain in docs/messages.md; nothing was signed',
  },
  MESSAGE_UNSUPPORTED: {
    exit: 1,
    status: 400,
    hint: 'docs/messages.md lists what each chain and kind of address can sign besides transactions',
  },
  TRANSACTION_TOO_LARGE: { exit: 1, status: 413, hint: 'a serialized transaction may have at most 1 MiB' },
  TRANSACTION_UNSUPPORTED: { exit: 1, status: 400, hint: 'this transaction type is not supported on this chain' },
  TRANSACTION_EXPIRED: {
    exit: 1,
    status: 409,
    hint: 'submit the transaction again; this one can no longer take effect, so nothing was spent',
  },
  TRANSACTION_REVERTED: {
    exit: 1,
    status: 409,
    hint: 'its fee is paid and nothing else happened; look at what it calls or pays, and make another one',
  },
  REQUEST_EXPIRED: {
    exit: 1,
    status: 409,
    hint: 'nothing was signed; send the request again under a new idempotency key, with more time',
  },
  TRANSACTION_RELEASED: {
    exit: 1,
    status: 409,
    hint: '`custos transaction retry ID` takes nonce and outputs back, as long as no other transaction has them',
  },
  NETWORK_CLOSED: {
    exit: 1,
    status: 410,
    hint: 'the network was shut down: you can export keys but not send anything',
  },
  CHAIN_MISMATCH: {
    exit: 1,
    status: 400,
    hint: 'the cloud answered for one chain with a transaction of another; nothing was signed',
  },
  CHAIN_ID_MISMATCH: {
    exit: 1,
    status: 400,
    hint: 'check --testnet and the node; allow a development chain with --chain-id CHAIN=N',
  },
  SENDER_MISMATCH: {
    exit: 1,
    status: 403,
    hint: 'the sender in the transaction is not the wallet; nothing was signed',
  },
  AMOUNT_INVALID: { exit: 1, status: 400, hint: 'an amount is a whole number of the smallest unit, below 2^128' },
  PAYMENT_MISMATCH: {
    exit: 1,
    status: 502,
    hint: 'nothing was accepted; the node may be faulty or hostile: compare its answers with those of another node',
  },
  PAYMENT_UNSUPPORTED: { exit: 1, status: 400, hint: 'docs/payments.md says which payments each chain has' },
  DECIMALS_UNKNOWN: {
    exit: 1,
    status: 400,
    hint: 'give the decimals of the token with the request, as its issuer publishes them',
  },
  GAS_TOO_LOW: { exit: 1, status: 400, hint: 'raise the gas limit to at least the intrinsic gas of the transaction' },
  FEE_INVALID: {
    exit: 1,
    status: 400,
    hint: 'check the fee of the transaction; --fee-ceiling CHAIN=COINS sets another ceiling',
  },
  HAZARD_REFUSED: {
    exit: 1,
    status: 403,
    hint: 'look at the transaction; if it is intended, start the daemon with the named --allow-hazard and retry it',
  },
  MEMO_REQUIRED: {
    exit: 1,
    status: 400,
    hint: 'ask the receiver for the required tag or memo, and submit the transaction with it',
  },
  RECEIVER_UNFIT: {
    exit: 1,
    status: 400,
    hint: 'a payment to this address would be lost or refused; check the address with the receiver',
  },
  KEY_MISSING: { exit: 1, status: 400, hint: 'name a signature ID for every input of the transaction' },
  PREVIOUS_UNKNOWN: {
    exit: 1,
    status: 503,
    retry: true,
    hint: 'nothing was signed; with --node CHAIN=URL, name your own node that has the earlier transactions (txindex=1)',
  },
  SIGNATURE_INVALID: {
    exit: 1,
    status: 500,
    hint: 'a signature failed its own verification; nothing left this machine',
  },
  KEY_UNREACHABLE: {
    exit: 1,
    status: 503,
    retry: true,
    hint: 'what holds the key gave no signature; it is asked again. `custos doctor` says which keys answer',
  },
  KEY_THROTTLED: {
    exit: 1,
    status: 429,
    retry: true,
    hint: 'the key service limits requests; it is asked again. Ask the provider for a higher quota if this goes on',
  },
  KEY_NOT_FOUND: {
    exit: 1,
    status: 404,
    retry: true,
    hint: 'check the address of the key, and that PIN or identity may see it (`custos doctor`); it is looked for again',
  },
  KEY_PIN_WRONG: {
    exit: 1,
    status: 403,
    retry: true,
    hint: 'set the right PIN (CUSTOS_HSM_PIN, --hsm-pin-file or pin-source) before the token locks itself; this one is not tried again',
  },
  KEY_REFUSED: {
    exit: 1,
    status: 403,
    retry: true,
    hint: 'enable the key at its service, and allow this identity to read its public key and to sign; it is asked again',
  },
  KEY_MODULE_MISSING: {
    exit: 1,
    status: 503,
    retry: true,
    hint: 'check module-path, and that the package pkcs11js is installed beside Custos (docs/keys-elsewhere.md)',
  },
  KEY_UNSUITABLE: {
    exit: 1,
    status: 400,
    hint: 'docs/keys-elsewhere.md says which kinds of keys sign for which chains',
  },
  KEY_BOX_DAMAGED: {
    exit: 1,
    status: 500,
    hint: 'the AES key of the token is another one than the bytes were encrypted with, or they were altered',
  },
  KEY_URI_INVALID: {
    exit: 2,
    status: 400,
    hint: 'write it as docs/keys-elsewhere.md shows, such as pkcs11:token=T;object=K?module-path=/usr/lib/softhsm/libsofthsm2.so',
  },
  KEY_ELSEWHERE: {
    exit: 1,
    status: 409,
    hint: 'nothing here has the private key; `custos wallet show ID` says where it is',
  },
  KEY_WIPED: {
    exit: 1,
    status: 500,
    hint: 'a key or a vault was used after it was wiped; nothing was signed. Please report it',
  },
  SIGNER_DIED: {
    exit: 1,
    status: 503,
    retry: true,
    hint: 'Custos starts the signer process again and retries the request',
  },
  FRONT_DIED: {
    exit: 1,
    status: 500,
    hint: 'nothing is lost: start the daemon again; look for the reason in its log, and at the memory limit of the service',
  },
  SIGNER_TIMEOUT: {
    exit: 1,
    status: 503,
    retry: true,
    hint: 'the signer process did not answer in time; Custos starts it again',
  },
  SIGNER_LOCKED_DOWN: {
    exit: 1,
    status: 500,
    hint: 'the signer process may use neither network nor files nor child processes',
  },
  SIGNER_UNREACHABLE: {
    exit: 1,
    status: 503,
    retry: true,
    hint: 'start `custos signer`, and check that this user may connect to its socket; a running daemon asks again by itself',
  },
  SIGNER_PROTOCOL: {
    exit: 1,
    status: 502,
    retry: true,
    hint: 'run the same version of Custos as daemon and as signer, and check what listens on that socket',
  },
  SIGNER_RULES_DIFFER: {
    exit: 1,
    status: 409,
    hint: 'give daemon and signer the same --chain-id, --fee-ceiling, --allow-hazard and --allow-foreign-key',
  },
  SIGNER_STORE_DIFFERS: {
    exit: 1,
    status: 409,
    hint: 'give `custos signer` the --store-id of this store, which `custos doctor` shows, or use another signer',
  },
  SIGNER_RUNNING: { exit: 1, status: 409, hint: 'stop the other signer, or choose another --socket' },
  SOCKET_UNSAFE: {
    exit: 2,
    status: 500,
    hint: 'use a socket in a directory of the signer that others cannot write to (0750), such as a RuntimeDirectory of systemd',
  },
  KEEPER_STATE_DAMAGED: {
    exit: 1,
    status: 500,
    hint: 'after `custos rekey` or for another store, move the state file away once, and the signer begins without one; otherwise put the newest copy back (docs/operations/signer.md)',
  },
  KEEPER_STATE_OLD: {
    exit: 1,
    status: 409,
    retry: true,
    hint: 'give the signer the newest copy of its state file and start it again; a daemon that starts again takes the older one',
  },
  KEEPER_STATE_UNWRITTEN: {
    exit: 1,
    status: 503,
    retry: true,
    hint: 'free disk space, and check that the signer may write its state file; the daemon asks again by itself',
  },
  // Judges
  JUDGE_DENIED: {
    exit: 1,
    status: 403,
    hint: 'the judge in the message said no; `custos transaction retry ID` asks it again, but a rejection by a person stays: `custos transaction cancel ID` ends it',
  },
  JUDGE_UNREACHABLE: {
    exit: 1,
    status: 503,
    retry: true,
    hint: 'the judge in the message gave no answer; nothing was signed, and Custos asks again',
  },
  JUDGE_UNDECIDED: {
    exit: 1,
    status: 503,
    retry: true,
    hint: 'the judge in the message has not decided yet; nothing was signed, and Custos asks again',
  },
  JUDGE_ANSWER_INVALID: {
    exit: 1,
    status: 503,
    retry: true,
    hint: 'make the judge in the message answer as docs/operations/four-eye.md says; nothing was signed, and Custos asks again',
  },
  BUDGET_EXCEEDED: {
    exit: 1,
    status: 409,
    retry: true,
    hint: 'another transaction took what was left of the limit; nothing was signed, and Custos judges this one again',
  },
  POLICY_INVALID: {
    exit: 2,
    status: 400,
    hint: 'correct the places that the message names; docs/policy.md explains each member',
  },
  POLICY_MISSING: {
    exit: 1,
    status: 404,
    hint: '`custos policy history` lists what was published; `custos policy draft` prints a policy to start from',
  },
  POLICY_CONFLICT: {
    exit: 1,
    status: 409,
    hint: 'start from `custos policy draft`, which has the next version and the hash of the newest one',
  },
  POLICY_DENIED: {
    exit: 1,
    status: 403,
    hint: '`custos policy explain` says which part no rule covers; `custos transaction retry ID` asks again',
  },
  POLICY_HELD: {
    exit: 1,
    status: 409,
    retry: true,
    hint: '`custos transaction show ID` says which approvals are missing; the daemon asks again by itself',
  },
  CONTROL_OLD: {
    exit: 1,
    status: 409,
    retry: true,
    hint: 'the signer knows a newer version: give the daemon the newest database; docs/threat-model.md says why none is taken back',
  },
  CONTROL_WITHHELD: {
    exit: 1,
    status: 503,
    retry: true,
    hint: 'the signer waits for a daemon that has the constitution and policies; start one with the newest database',
  },
  DIGEST_MISMATCH: {
    exit: 1,
    status: 403,
    hint: 'the transaction differs from the approved one; nothing was signed, and `custos transaction retry ID` asks again',
  },
  FOUR_EYE_MISSING: {
    exit: 2,
    status: 500,
    hint: 'mainnet needs --external-url URL: your own service that approves each transaction',
  },
  // Constitution and approvals
  FROZEN: {
    exit: 1,
    status: 503,
    retry: true,
    hint: 'signing was stopped on purpose; it goes on by itself when the freeze is ended with `custos unfreeze ID`',
  },
  FREEZE_INVALID: {
    exit: 2,
    status: 400,
    hint: 'name what to stop with --all, --chain, --wallet or --tag, and say why with --reason',
  },
  FREEZE_UNKNOWN: { exit: 1, status: 404, hint: '`custos freezes` lists the freezes of the store' },
  FREEZE_ENDED: { exit: 1, status: 409, hint: 'it stops nothing any more; `custos freezes` shows it' },
  CONSTITUTION_MISSING: {
    exit: 1,
    status: 404,
    hint: 'make one with `custos constitution draft`, as docs/control.md says',
  },
  CONSTITUTION_NEEDED: {
    exit: 1,
    status: 409,
    hint: 'without a constitution the password decides: use `custos policy publish` or `custos unfreeze` at the store',
  },
  CONSTITUTION_INVALID: { exit: 1, status: 400, hint: 'correct the part that the message names' },
  CONSTITUTION_SIGNATURE: {
    exit: 1,
    status: 403,
    hint: 'the message says what does not fit: have a person whose signature it asks for sign this very document, and give the file unchanged',
  },
  CONSTITUTION_QUORUM: { exit: 1, status: 403, hint: 'have the named persons sign it, and run the command again' },
  CONSTITUTION_CONFLICT: {
    exit: 1,
    status: 409,
    hint: 'write the next version after the one in force, with its hash as `previous`',
  },
  APPROVAL_INVALID: {
    exit: 1,
    status: 400,
    hint: 'give it as Custos wrote it; a changed or copied text is never accepted',
  },
  APPROVAL_SIGNATURE: { exit: 1, status: 403, hint: 'sign with a key that the constitution in force names' },
  APPROVAL_REFUSED: { exit: 1, status: 403, hint: 'another approver of the demanded group must decide' },
  APPROVAL_CHANGED: { exit: 1, status: 409, hint: 'ask for a new request, and look at the transaction again' },
  APPROVAL_EXPIRED: { exit: 1, status: 409, hint: 'approve again, and check the clock of both machines' },
  APPROVAL_SPENT: {
    exit: 1,
    status: 409,
    hint: 'each signature of a transaction needs approvals of its own: approve again',
  },
  APPROVAL_REPLAYED: { exit: 1, status: 409, hint: 'the store has this approval already; it counts once' },
  APPROVER_KEY_INVALID: { exit: 1, status: 400, hint: 'name a file that `custos approver key` wrote, unchanged' },
  APPROVER_KEY_EXISTS: {
    exit: 1,
    status: 409,
    hint: 'choose a file name that does not exist yet; a key is never overwritten',
  },
  APPROVAL_EFFECTS: { exit: 1, status: 400, hint: 'only a transaction whose effects are all known can be approved' },
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
    hint: "check the program's source of transactions; Custos asks it again",
  },
  CLOUD_REFUSED: { exit: 1, status: 502, hint: 'the cloud refused the request; its answer is in the message' },
  CLOUD_UNREACHABLE: {
    exit: 1,
    status: 503,
    retry: true,
    hint: 'check the network, and the address: --cloud-url or CUSTOS_CLOUD_URL',
  },
  CLOUD_TIMEOUT: { exit: 1, status: 504, retry: true, hint: 'the cloud did not answer in time' },
  CLOUD_RATE_LIMITED: {
    exit: 1,
    status: 429,
    retry: true,
    hint: 'the cloud limits requests; Custos waits as long as the cloud asks',
  },
  CLOUD_ANSWER_INVALID: {
    exit: 1,
    status: 502,
    retry: true,
    hint: 'the answer does not come from the cloud API; check TATUM_API_URL',
  },
  BROADCAST_REFUSED: {
    exit: 1,
    status: 502,
    hint: 'fix the reason in the message, then run `custos transaction retry ID`, or `custos transaction cancel ID` if it is dead',
  },
  BROADCAST_DEFERRED: {
    exit: 1,
    status: 503,
    retry: true,
    hint: 'the network does not accept the signed transaction at the moment; Custos sends the same bytes again',
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
    hint: 'the answer is not JSON-RPC of this chain; check the node and its URL',
  },
  // Gateway
  REQUEST_INVALID: {
    exit: 2,
    status: 400,
    hint: 'the request does not have the documented form; `data` lists each problem',
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
    hint: 'use the host name that the gateway listens on, or allow this one with --allowed-host',
  },
  KMS_MISSING: { exit: 1, status: 403, hint: 'the queue has no such pending transaction' },
  NOT_OFFERED: { exit: 1, status: 501, hint: 'the self-hosted gateway does not offer this operation' },
  IDEMPOTENCY_CONFLICT: { exit: 1, status: 409, hint: 'the same Idempotency-Key was used for another request' },
  PORT_IN_USE: { exit: 1, status: 500, hint: 'choose another port with --port or --health-port' },
  // API
  TOKEN_MISSING: { exit: 2, status: 401, hint: 'send the header `Authorization: Bearer TOKEN`' },
  TOKEN_INVALID: {
    exit: 1,
    status: 401,
    hint: 'use a whole token that `custos token list` shows as active; its networks and its end are shown there too',
  },
  TOKEN_FACTS_INVALID: { exit: 2, status: 400, hint: '`custos token create --help` lists the scopes and limits' },
  TOKEN_UNKNOWN: { exit: 1, status: 404, hint: '`custos token list` shows the tokens' },
  SCOPE_MISSING: { exit: 1, status: 403, hint: 'make a token with this scope: `custos token create --scope`' },
  TENANT_EXISTS: { exit: 1, status: 409, hint: '`custos tenant list` shows the tenants' },
  TENANT_UNKNOWN: { exit: 1, status: 404, hint: 'make it with `custos tenant create`' },
  IDEMPOTENCY_KEY_MISSING: {
    exit: 2,
    status: 400,
    hint: 'send the header `Idempotency-Key` with 1 to 255 visible characters, another one for each request',
  },
  IDEMPOTENCY_KEY_REUSED: { exit: 1, status: 422, hint: 'use another Idempotency-Key for another request' },
  WEBHOOK_URL_REFUSED: {
    exit: 1,
    status: 400,
    hint: 'use an https URL of a public host, or have the operator allow the host with `--webhook-host`',
  },
  WEBHOOK_LIMIT: { exit: 1, status: 409, hint: 'remove a webhook or subscription that is not needed any more' },
  WEBHOOK_UNKNOWN: { exit: 1, status: 404, hint: '`GET /v1/webhooks` lists those of the tenant' },
  EVENTS_GONE: {
    exit: 1,
    status: 410,
    hint: 'the store was restored: look at the list of transactions, then read events without a cursor',
  },
  RATE_LIMITED: { exit: 1, status: 429, retry: true, hint: 'wait as long as `Retry-After` says' },
  ROUTE_UNKNOWN: { exit: 1, status: 404, hint: '`/v1/openapi.json` lists the operations' },
  METHOD_UNKNOWN: { exit: 1, status: 405, hint: 'use one of the methods that the header `Allow` lists' },
  CONTENT_TYPE_UNSUPPORTED: { exit: 1, status: 415, hint: 'send JSON with `Content-Type: application/json`' },
  CALL_INVALID: { exit: 2, status: 400, hint: 'send calls as JSON-RPC 2.0 says: jsonrpc, id, method, params' },
  PARAMS_INVALID: { exit: 2, status: 400, hint: 'correct the parameters as docs/json-rpc.md says' },
  METHOD_NOT_OFFERED: { exit: 1, status: 400, hint: 'docs/json-rpc.md lists the methods' },
  REQUEST_WAITS: {
    exit: 1,
    status: 409,
    hint: 'do not send it again: look at `GET /v1/transactions/{id}` or /v1/signatures/{id} with its id',
  },
  // Users
  USER_TOKEN_INVALID: {
    exit: 1,
    status: 401,
    hint: 'let the user log in again; the log says what is wrong with the token (`user-refused`)',
  },
  USER_TOKEN_UNSUPPORTED: {
    exit: 1,
    status: 403,
    hint: 'name the identity provider of the tenant: `custos tenant set TENANT --oidc-issuer URL --oidc-audience NAME`',
  },
  LOGIN_REFUSED: {
    exit: 1,
    status: 401,
    hint: 'the password or passkey is wrong, or the user has no login; an application gives one with `PUT /v1/users/{owner}/password`',
  },
  PASSKEY_INVALID: {
    exit: 1,
    status: 400,
    hint: 'ask for fresh options and let the browser answer them; the message says what was wrong',
  },
  PASSKEY_UNKNOWN: { exit: 1, status: 404, hint: '`GET /v1/users/{owner}/passkeys` lists the passkeys of a user' },
  PASSKEY_LIMIT: { exit: 1, status: 409, hint: 'remove a passkey that the user no longer has' },
  PASSKEYS_OFF: { exit: 1, status: 501, hint: 'start `custos serve` with --rp-id and --rp-origin' },
  SESSION_ENDED: { exit: 1, status: 401, hint: 'log in again in the console' },
  PAGE_REFUSED: {
    exit: 1,
    status: 403,
    hint: 'open the console under the address that `--console-origin` names; other pages may not ask for it',
  },
  PASSWORDS_OFF: {
    exit: 1,
    status: 501,
    hint: 'log in with a passkey; passwords are for a console whose address is not a name (`--console-origin`)',
  },
  TOTP_WRONG: {
    exit: 1,
    status: 403,
    hint: 'type the six digits that the app shows now; the clocks of the device and of the server must agree to half a minute',
  },
  PERSON_UNKNOWN: { exit: 1, status: 404, hint: '`custos person list` shows who can log in to the console' },
  ISSUER_UNREACHABLE: {
    exit: 1,
    status: 503,
    retry: true,
    hint: 'check the identity provider, and the URL of its keys in `custos tenant set`',
  },
  ISSUER_ANSWER_INVALID: {
    exit: 1,
    status: 502,
    hint: 'the identity provider has to publish its keys as OpenID Connect Discovery and RFC 7517 say',
  },
  TENANT_SETTINGS_INVALID: { exit: 2, status: 400, hint: '`custos tenant set --help` lists what a tenant has' },
  // Health
  HEALTH_TIMEOUT: {
    exit: 1,
    status: 503,
    retry: true,
    hint: 'it did not answer in time; check the log for what it is doing',
  },
  LOG_UNREADABLE: { exit: 1, status: 400, hint: "name a file with a daemon's log lines, or - for standard input" },
} as const satisfies Record<string, ErrorKind>;

export type ErrorCode = keyof typeof kinds;

/** All codes with exit code, HTTP status, hint, and whether Custos may retry the step by itself. */
export const errorKinds: Readonly<Record<ErrorCode, ErrorKind>> = kinds;

export interface CustosErrorOptions {
  /** Facts for machines; never a secret. */
  readonly details?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
  /** In place of the hint of the code, where that would mislead. */
  readonly hint?: string;
  /** How long to wait before the next attempt, in milliseconds, if the other side says so. */
  readonly retryAfter?: number;
}

/** The only error class. `message` is in lower case, says what and which, has no period and never holds a secret. */
export class CustosError extends Error {
  readonly code: ErrorCode;
  readonly details: Readonly<Record<string, unknown>>;
  readonly retryAfter: number | undefined;
  readonly #hint: string | undefined;

  constructor(code: ErrorCode, message: string, options: CustosErrorOptions = {}) {
    // A judge or source in plain JavaScript may make one; without an entry of the table it could not be handled.
    if (!Object.hasOwn(kinds, code) || typeof message !== 'string') {
      throw new CustosError('ARGUMENT_INVALID', 'CustosError: needs a code of errorKinds and a text');
    }
    // Messages quote foreign text. It is escaped here, so that no caller can forget to make it safe for a terminal.
    super(shown(message), options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'CustosError';
    this.code = code;
    this.details = options.details ?? {};
    this.retryAfter = options.retryAfter;
    this.#hint = options.hint;
  }

  get kind(): ErrorKind {
    return errorKinds[this.code];
  }

  get hint(): string {
    return this.#hint ?? this.kind.hint;
  }
}

/** True when the same step may succeed later by itself. */
export function isRetryable(error: unknown): boolean {
  return error instanceof CustosError && error.kind.retry === true;
}

/**
 * True when an error is not a reason to give up a transaction: it passes by itself, or the answer of a node or cloud may not be
 * about the transaction (`details.answer` is `wait` or `unknown`).
 */
export function isWorthWaiting(error: unknown): boolean {
  if (isRetryable(error)) return true;
  return error instanceof CustosError && (error.details['answer'] === 'wait' || error.details['answer'] === 'unknown');
}

/**
 * Turns any thrown value into a CustosError. An unforeseen error becomes INTERNAL, and the message keeps only its class name,
 * because messages of other libraries may quote their input.
 */
export function asCustosError(thrown: unknown): CustosError {
  if (thrown instanceof CustosError) return thrown;
  const name = thrown instanceof Error ? thrown.name : typeof thrown;
  return new CustosError('INTERNAL', `unexpected ${name}`, { cause: thrown });
}
