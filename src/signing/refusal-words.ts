import type { ErrorCode } from '../core/errors.js';

/** The front's own texts, by what a signer answers when its store is to be opened. */
export const openingWords: Partial<Record<ErrorCode, string>> = {
  KEEPER_STATE_DAMAGED: 'the state file of the signer service does not open',
  PASSWORD_WRONG: 'the password opens no key slot of this store',
  SLOT_KEY_WRONG: 'the slot key does not open its key slot',
  SLOT_UNKNOWN: 'the store has no such key slot any more',
  KDF_PARAMETERS: 'a key slot asks for more work than is allowed',
  SIGNER_PROTOCOL: 'the signer service speaks another version of its protocol',
  SIGNER_RULES_DIFFER: 'the signer service has other limits than this daemon',
  SIGNER_STORE_DIFFERS: 'the signer service serves another store',
  STORE_REKEYED: 'the signer service was started before the store got its present root key',
};

/** What a signer refused that is not about wallets. */
export const refusedWords = {
  examine: 'the signer refused the constitution or the policies',
  control: 'the signer refused the constitution or the policies',
  decree: 'the signer refused what persons decided',
  ends: 'the signer refused the ends of freezes',
  freezes: 'the signer refused the freezes',
} as const;

/** The same, by what it answers to any other question. */
export const words: Partial<Record<ErrorCode, string>> = {
  APPROVAL_SPENT: 'the signer has used an approval for another signature',
  BUDGET_EXCEEDED: 'the signer finds a limit of the policy used up',
  CONSTITUTION_NEEDED: 'the signer was given no constitution that says who decides',
  CONSTITUTION_QUORUM: 'the signer finds too few signatures',
  CONSTITUTION_SIGNATURE: 'the signer finds a signature that does not count',
  CONTROL_OLD: 'the signer knows a newer constitution, policy or record than this store has',
  CONTROL_WITHHELD: 'the signer was not given the constitution and policies that it needs',
  CREATE_NOT_ALLOWED: 'the signer may not make wallets',
  DIGEST_MISMATCH: 'the completed form is not the one that was approved',
  FEE_INVALID: 'the signer found the fee above its ceiling',
  FROZEN: 'a freeze that the signer knows stops it',
  HAZARD_REFUSED: 'the signer found a hazard that it was not allowed at its start',
  INDEX_INVALID: 'the derivation index is not a whole number in range',
  INDEX_MISSING: 'the wallet needs a derivation index',
  INDEX_UNEXPECTED: 'the wallet has one key and takes no derivation index',
  INTERNAL: 'the signer failed in an unforeseen way',
  KEEPER_STATE_UNWRITTEN: 'the signer could not make durable what the signature takes',
  KEY_ELSEWHERE: 'a token or key service holds the private key',
  KEY_MODULE_MISSING: 'the PKCS#11 module or the package pkcs11js does not load',
  KEY_NOT_FOUND: 'the token or key service shows no such key',
  KEY_PIN_WRONG: 'the token refuses the PIN',
  KEY_REFUSED: 'the key service does not allow this',
  KEY_THROTTLED: 'the key service limits requests',
  KEY_UNREACHABLE: 'what holds the key gave no signature',
  KEY_UNSUITABLE: 'the key does not sign in the way that the chain wants',
  NETWORK_MISMATCH: 'the wallet is of another network',
  POLICY_DENIED: 'the signer finds that the policy does not allow the transaction',
  POLICY_HELD: 'the signer finds that approvals are missing',
  RECORD_DAMAGED: 'a sealed record is damaged or not of this wallet',
  SIGNER_DIED: 'a signer process ended during this request',
  SIGNER_TIMEOUT: 'a signer process did not answer in time',
  SENDER_MISMATCH: 'the transaction names another sender',
  SIGNATURE_INVALID: 'the signature failed its verification',
  WALLET_CHAIN_MISMATCH: 'the wallet is of another chain',
  WALLET_UNKNOWN: 'a named wallet is not in this store',
  WALLET_SUSPENDED: 'the record that decides says suspended',
  USER_TOKEN_REQUIRED: 'the record that decides asks for a proof of the owner, and the request has none',
  WALLET_DEACTIVATED: 'the record that decides says deactivated',
  WALLET_COMPROMISED: 'the record that decides says compromised, and no permit with sweep covers this',
  WALLET_DESTROYED: 'the record that decides says destroyed',
};
