import { CustosError } from '../../core/errors.js';
import { Secret } from '../../core/secret.js';
import type { PasswordPlace } from '../../passphrase/index.js';
import { weaknessOf } from '../../passphrase/weakness.js';
import { type Config, settingValue } from '../config/config.js';
import type { Terminal } from '../process/terminal.js';

/** Environment over file over prompt; or the vault outside this machine that a flag names. */
async function fromElsewhere(config: Config, terminal: Terminal): Promise<Secret | undefined> {
  if (config.passwordSource !== 'local') {
    // Loaded only by whoever uses it: most commands do not.
    const { fetchOf } = await import('../network/way-out.js');
    return passwordAt({ kind: config.passwordSource, settings: config.environment, fetch: fetchOf(config) });
  }
  const given = settingValue('password', {}, config.environment);
  if (given !== undefined) return Secret.text(given);
  if (config.passwordFile === undefined) return undefined;
  return passwordAt({ kind: 'file', path: config.passwordFile }, (text) => terminal.note(`custos: warning: ${text}`));
}

/** The sources outside this machine are loaded only by whoever uses one: most commands do not. */
async function passwordAt(place: PasswordPlace, warn?: (text: string) => void): Promise<Secret> {
  const { readPassword } = await import('../../passphrase/index.js');
  return readPassword(place, warn);
}

/** Password of an existing store. @throws CustosError PASSWORD_MISSING, PASSWORD_SOURCE, CANCELLED_BY_USER */
export async function readStorePassword(config: Config, terminal: Terminal): Promise<Secret> {
  const given = await fromElsewhere(config, terminal);
  if (given !== undefined) return given;
  if (!terminal.interactive) throw new CustosError('PASSWORD_MISSING', 'no password was given');
  return Secret.text(await terminal.askHidden('Password of the wallet store: '));
}

/** Password of a store that is being made: asked twice on a terminal. @throws also PASSWORD_MISMATCH, PASSWORD_EMPTY */
export async function readNewPassword(config: Config, terminal: Terminal): Promise<Secret> {
  const given = await fromElsewhere(config, terminal);
  if (given !== undefined) return given;
  return askTwice(terminal, 'New password of the wallet store: ');
}

/** The password that takes another's place: CUSTOS_NEW_PASSWORD, or asked twice. */
export async function readChangedPassword(config: Config, terminal: Terminal): Promise<Secret> {
  const given = settingValue('newPassword', {}, config.environment);
  if (given !== undefined) return Secret.text(given);
  if (!terminal.interactive)
    throw new CustosError('PASSWORD_MISSING', 'no new password was given: set CUSTOS_NEW_PASSWORD');
  return askTwice(terminal, 'New password: ');
}

/** The recovery key: CUSTOS_RECOVERY_KEY, or asked. */
export async function readRecoveryKey(config: Config, terminal: Terminal): Promise<Secret> {
  const given = settingValue('recoveryKey', {}, config.environment);
  if (given !== undefined) return Secret.text(given);
  if (!terminal.interactive)
    throw new CustosError('PASSWORD_MISSING', 'no recovery key was given: set CUSTOS_RECOVERY_KEY');
  return Secret.text(await terminal.askHidden('Recovery key: '));
}

/**
 * Lets a weak password open a store only when somebody says so: with `--weak-password`, or by a yes on a terminal.
 * @throws CustosError PASSWORD_WEAK, CANCELLED_BY_USER
 */
export async function refuseWeak(password: Secret, { flags }: Config, terminal: Terminal): Promise<void> {
  const why = weaknessOf(password.exposeText());
  if (why === undefined) return;
  const text = `the new password is weak: ${why}`;
  if (flags['weakPassword'] !== true && !terminal.interactive) throw new CustosError('PASSWORD_WEAK', text);
  terminal.note(`custos: warning: ${text}; whoever has a copy of the store guesses it`);
  if (flags['weakPassword'] === true || (await terminal.confirm('Take it all the same?'))) return;
  throw new CustosError('CANCELLED_BY_USER', 'the weak password was not confirmed');
}

/**
 * As `refuseWeak`, for a store that is made in passing. A password that is named as Tatum KMS names it only draws the
 * warning: scripts of that program have gone on with theirs for years.
 */
export function refuseWeakInPassing(password: Secret, config: Config, terminal: Terminal): Promise<void> {
  const { environment, passwordSource, flags } = config;
  const isNamedByPeer =
    passwordSource === 'local' && !environment['CUSTOS_PASSWORD'] && environment['TATUM_KMS_PASSWORD'];
  const weakPassword = flags['weakPassword'] === true || Boolean(isNamedByPeer);
  return refuseWeak(password, { ...config, flags: { ...flags, weakPassword } }, terminal);
}

async function askTwice(terminal: Terminal, question: string): Promise<Secret> {
  if (!terminal.interactive) throw new CustosError('PASSWORD_MISSING', 'no new password was given');
  const first = await terminal.askHidden(question);
  if (first === '') throw new CustosError('PASSWORD_EMPTY', 'the password is empty');
  const second = await terminal.askHidden('Once more: ');
  if (first !== second) throw new CustosError('PASSWORD_MISMATCH', 'the two passwords differ');
  return Secret.text(first);
}
