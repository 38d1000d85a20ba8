import { CustosError } from '../../core/errors.js';
import { Secret } from '../../core/secret.js';
import type { PasswordPlace } from '../../passphrase/index.js';
import { weaknessOf } from '../../passphrase/weakness.js';
import type { Config } from '../config/config.js';
import type { PasswordConfig } from '../config/password-config.js';
import type { Secrets } from '../config/secrets.js';
import type { Terminal } from '../process/terminal.js';

/** Where passwords come from: settings, or a person. */
export interface PasswordMeans {
  readonly place: PasswordConfig;
  readonly secrets: Secrets;
  readonly proxies: Config['proxies'];
  /** How tokens are reached. */
  readonly hsm: Config['hsm'];
  /** Of a command that prints the password. */
  readonly home: string | undefined;
  /** True if a weak password is accepted without a question. */
  readonly isWeakTaken: boolean;
  readonly terminal: Terminal;
}

type PasswordSettings = Pick<Config, 'password' | 'secrets' | 'proxies' | 'hsm' | 'home' | 'options'>;

export function passwordMeans(
  { password, secrets, proxies, hsm, home, options }: PasswordSettings,
  terminal: Terminal,
): PasswordMeans {
  return { place: password, secrets, proxies, hsm, home, isWeakTaken: options.weakPassword, terminal };
}

/** True if the password is set on this machine, so that its use asks neither a person nor a service. */
export function isPasswordAtHand({ password, secrets }: Pick<Config, 'password' | 'secrets'>): boolean {
  if (password.source === 'credential') return true;
  // The host key and the TPM are of this machine, too.
  if (password.source === 'slot') return password.reference.kind === 'systemd-creds';
  return password.source === 'local' && (secrets.has('password') || password.file !== undefined);
}

/** Environment before file before prompt; or the source that the settings name. */
async function fromElsewhere({ place, secrets, proxies, home, terminal }: PasswordMeans): Promise<Secret | undefined> {
  const warn = (text: string) => terminal.note(`custos: warning: ${text}`);
  switch (place.source) {
    case 'local': {
      const given = secrets.copy('password');
      if (given !== undefined) return given;
      return place.file === undefined ? undefined : passwordAt({ kind: 'file', path: place.file }, warn);
    }
    case 'command':
      return passwordAt({ kind: 'command', words: place.words, home });
    case 'credential': {
      const directory = secrets.services()['CREDENTIALS_DIRECTORY'];
      return passwordAt({ kind: 'credential', name: place.credential, directory }, warn);
    }
    case 'slot': {
      const hint = 'name the password in the place of the key slot for this command';
      throw new CustosError('PASSWORD_MISSING', 'the settings name a key slot, and this needs a password', { hint });
    }
    default: {
      // Loaded only by commands that use it: most do not.
      const { directFetch, fetchOf } = await import('../network/way-out.js');
      const ways = { fetch: fetchOf(proxies), direct: directFetch() };
      return passwordAt({ kind: place.source, settings: secrets.services(), ...ways });
    }
  }
}

/** External sources are loaded only by commands that use one: most do not. */
async function passwordAt(place: PasswordPlace, warn?: (text: string) => void): Promise<Secret> {
  const { readPassword } = await import('../../passphrase/index.js');
  return readPassword(place, warn);
}

/** Password of an existing store. @throws CustosError PASSWORD_MISSING, PASSWORD_SOURCE, CANCELLED_BY_USER */
export async function readStorePassword(means: PasswordMeans): Promise<Secret> {
  const given = await fromElsewhere(means);
  if (given !== undefined) return given;
  if (!means.terminal.interactive) throw new CustosError('PASSWORD_MISSING', 'no password was given');
  return Secret.text(await means.terminal.askHidden('Password of the wallet store: '));
}

/** Password of a new store: asked twice on a terminal. @throws also PASSWORD_MISMATCH, PASSWORD_EMPTY */
export async function readNewPassword(means: PasswordMeans): Promise<Secret> {
  const given = await fromElsewhere(means);
  if (given !== undefined) return given;
  return askTwice(means.terminal, 'New password of the wallet store: ');
}

/** The password that replaces another: CUSTOS_NEW_PASSWORD, or asked twice. */
export async function readChangedPassword({ secrets, terminal }: PasswordMeans): Promise<Secret> {
  const given = secrets.copy('newPassword');
  if (given !== undefined) return given;
  if (!terminal.interactive)
    throw new CustosError('PASSWORD_MISSING', 'no new password was given: set CUSTOS_NEW_PASSWORD');
  return askTwice(terminal, 'New password: ');
}

type KeyPasswordMeans = Pick<PasswordMeans, 'secrets' | 'terminal'>;

/** Password of an approver's key: CUSTOS_KEY_PASSWORD, or asked. */
export function readKeyPassword(means: KeyPasswordMeans): Promise<Secret> {
  return keyPassword(means, async (terminal) => Secret.text(await terminal.askHidden('Password of the key: ')));
}

/** Password of a new key of an approver: CUSTOS_KEY_PASSWORD, or asked twice. @throws also PASSWORD_MISMATCH, PASSWORD_EMPTY */
export function readNewKeyPassword(means: KeyPasswordMeans): Promise<Secret> {
  return keyPassword(means, (terminal) => askTwice(terminal, 'Password of the new key: '));
}

async function keyPassword(
  { secrets, terminal }: KeyPasswordMeans,
  ask: (terminal: Terminal) => Promise<Secret>,
): Promise<Secret> {
  const given = secrets.copy('keyPassword');
  if (given !== undefined) return given;
  if (terminal.interactive) return ask(terminal);
  const hint = 'set CUSTOS_KEY_PASSWORD, or run on a terminal';
  throw new CustosError('PASSWORD_MISSING', 'no password of the key was given', { hint });
}

/** The recovery key: CUSTOS_RECOVERY_KEY, or asked. */
export async function readRecoveryKey({ secrets, terminal }: PasswordMeans): Promise<Secret> {
  const given = secrets.copy('recoveryKey');
  if (given !== undefined) return given;
  if (!terminal.interactive)
    throw new CustosError('PASSWORD_MISSING', 'no recovery key was given: set CUSTOS_RECOVERY_KEY');
  return Secret.text(await terminal.askHidden('Recovery key: '));
}

/**
 * Accepts a weak password only with `--weak-password`, or after a yes on a terminal.
 * @throws CustosError PASSWORD_WEAK, CANCELLED_BY_USER
 */
export async function refuseWeak(
  password: Secret,
  { isWeakTaken, terminal }: Pick<PasswordMeans, 'isWeakTaken' | 'terminal'>,
): Promise<void> {
  const why = weaknessOf(password.exposeText());
  if (why === undefined) return;
  const text = `the new password is weak: ${why}`;
  if (!isWeakTaken && !terminal.interactive) throw new CustosError('PASSWORD_WEAK', text);
  terminal.note(`custos: warning: ${text}; whoever has a copy of the store guesses it`);
  if (isWeakTaken || (await terminal.confirm('Take it all the same?'))) return;
  throw new CustosError('CANCELLED_BY_USER', 'the weak password was not confirmed');
}

/**
 * As `refuseWeak`, for a store that another command makes. A password in a variable of Tatum KMS causes only the warning:
 * scripts for that program have used theirs for years.
 */
export function refuseWeakInPassing(password: Secret, { place, isWeakTaken, terminal }: PasswordMeans): Promise<void> {
  const isNamedAsTatum = place.source === 'local' && place.isNamedAsTatum;
  return refuseWeak(password, { isWeakTaken: isWeakTaken || isNamedAsTatum, terminal });
}

async function askTwice(terminal: Terminal, question: string): Promise<Secret> {
  if (!terminal.interactive) throw new CustosError('PASSWORD_MISSING', 'no new password was given');
  const first = await terminal.askHidden(question);
  if (first === '') throw new CustosError('PASSWORD_EMPTY', 'the password is empty');
  const second = await terminal.askHidden('Once more: ');
  if (first !== second) throw new CustosError('PASSWORD_MISMATCH', 'the two passwords differ');
  return Secret.text(first);
}
