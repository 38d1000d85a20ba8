import type { CustosError, ErrorCode } from '../core/errors.js';

type Hints = Readonly<Partial<Record<ErrorCode, string>>>;

/** Remedies that fit one command, where the general one of the table would send its user elsewhere. */
export const byCommand: Readonly<Record<string, Hints>> = {
  migrate: {
    PASSWORD_WRONG:
      'the message says whose password it is: the old file takes --old-password-file or TATUM_KMS_PASSWORD, the store CUSTOS_PASSWORD',
    IMPORT_INVALID:
      'the report names each broken entry and why; keep the old file, and pass --skip-broken to import what is good',
  },
  restore: {
    PASSWORD_WRONG: 'a backup opens with the password, or the recovery key, of the store when it was made',
  },
  'password recover': {
    PASSWORD_WRONG: 'that is not the recovery key of this store: type it as `custos init` printed it',
  },
  'password change': {
    PASSWORD_MISSING: 'set CUSTOS_PASSWORD and CUSTOS_NEW_PASSWORD, or run it on a terminal',
  },
  'password add': {
    PASSWORD_MISSING: 'set CUSTOS_PASSWORD and CUSTOS_NEW_PASSWORD, or run it on a terminal',
  },
  gateway: {
    STORE_UNREACHABLE: 'check the path or address of --queue and its permissions',
    STORE_FOREIGN: 'name the queue with --queue; this file was not made by the gateway and stays as it is',
    API_KEY_MISSING: 'set CUSTOS_GATEWAY_API_KEY to a key of your own choice; clients send it as x-api-key',
  },
  storemanagedwallet: { NO_TERMINAL: 'give the mnemonic on standard input' },
  storemanagedprivatekey: { NO_TERMINAL: 'give the private key on standard input' },
};

/** What to do about an error of a command. @param command - its words, e.g. `password recover`; undefined before one is known */
export function hintFor(error: CustosError, command: string | undefined): string {
  const hints = command !== undefined && Object.hasOwn(byCommand, command) ? byCommand[command] : undefined;
  return hints?.[error.code] ?? error.hint;
}
