import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CustosError, ErrorCode } from '../core/errors.js';

type Hints = Readonly<Partial<Record<ErrorCode, string>>>;

/** An id that a person mistyped: the general hint is about what a cloud sent. */
const typedId: Hints = { PENDING_INVALID: '`custos transaction list` shows the ids of the journal' };

/** Remedies for one command, when the general one of the table would mislead its user. */
export const byCommand: Readonly<Record<string, Hints>> = {
  migrate: {
    PASSWORD_WRONG:
      'the message says which password is wrong: the old file uses --old-password-file or TATUM_KMS_PASSWORD, the store CUSTOS_PASSWORD',
    IMPORT_INVALID:
      'the report names each broken entry and its fault; keep the old file, and pass --skip-broken to import the good ones',
  },
  restore: {
    PASSWORD_WRONG: 'a backup opens with the password or recovery key that the store had when the backup was made',
  },
  'password recover': {
    PASSWORD_WRONG: 'this is not the recovery key of this store: type it as `custos init` printed it',
  },
  'password change': {
    PASSWORD_MISSING: 'set CUSTOS_PASSWORD and CUSTOS_NEW_PASSWORD, or run it on a terminal',
  },
  'password add': {
    PASSWORD_MISSING: 'set CUSTOS_PASSWORD and CUSTOS_NEW_PASSWORD, or run it on a terminal',
  },
  daemon: {
    SIGNER_DIED:
      'the password ended with its keeper: start the daemon again; if it happens at every start, check the memory limit of the service',
  },
  signer: {
    SIGNER_DIED:
      'the password ended with its keeper: start the service again; if it happens at every start, check its memory limit',
  },
  gateway: {
    STORE_UNREACHABLE: 'check the path or address of --queue and its permissions',
    STORE_FOREIGN: 'name the queue with --queue; the gateway did not make this file and leaves it unchanged',
    API_KEY_MISSING:
      'make a key with `custos gateway-key create`, or set CUSTOS_GATEWAY_API_KEY; clients send it as x-api-key',
  },
  'gateway-key create': {
    TOKEN_FACTS_INVALID: '`custos gateway-key create --help` lists the roles',
    STORE_FOREIGN: 'name the queue with --queue; the gateway did not make this file and leaves it unchanged',
  },
  'gateway-key revoke': { TOKEN_UNKNOWN: '`custos gateway-key list` shows the keys' },
  ...{ approve: typedId, reject: typedId, 'approval request': typedId, 'policy explain': typedId },
  ...{ 'transaction show': typedId, 'transaction retry': typedId, 'transaction cancel': typedId },
  storemanagedwallet: { NO_TERMINAL: 'give the mnemonic on standard input' },
  storemanagedprivatekey: { NO_TERMINAL: 'give the private key on standard input' },
};

/** What to do about an error of a command. @param command - its words, e.g. `password recover`; undefined while unknown */
export function hintFor(error: CustosError, command: string | undefined): string {
  const hints = command !== undefined && Object.hasOwn(byCommand, command) ? byCommand[command] : undefined;
  return hints?.[error.code] ?? error.hint;
}

/**
 * What helps somebody whose home still has the wallets of Tatum KMS, as a container that only got another image has: without a
 * store, `custos init` would be the wrong advice.
 * @param mounts - what is mounted, as Linux lists it (proc(5), mountinfo)
 * @returns undefined for other errors, and where there is no such file or mount
 */
export function formerWalletsHint(
  { code }: CustosError,
  home: string | undefined,
  mounts: () => string = mountsOfProcess,
): string | undefined {
  if (code !== 'STORE_MISSING' || home === undefined) return undefined;
  const folder = join(home, '.tatumrc');
  const file = join(folder, 'wallet.dat');
  if (existsSync(file)) {
    return `Tatum KMS left its wallets in ${file}: \`custos migrate ${file}\` makes a store of them`;
  }
  const other = mountOfTatum(mounts());
  if (other === undefined || other === folder) return undefined;
  return `the volume of Tatum KMS is mounted at ${other}: mount it at ${folder}, and another volume at ${home} for the new store`;
}

/** Its image has the home /root, which the user of another image cannot look into. */
function mountOfTatum(mounts: string): string | undefined {
  const points = mounts.split('\n').flatMap((line) => line.split(' ')[4] ?? []);
  // Blanks in paths are written as octal numbers, and no path that is shown here has one by itself.
  return points.find((point) => point.endsWith('/.tatumrc') && !point.includes('\\'));
}

/** Empty where the system has no such file. */
function mountsOfProcess(): string {
  try {
    return readFileSync('/proc/self/mountinfo', 'utf8');
  } catch {
    return '';
  }
}
