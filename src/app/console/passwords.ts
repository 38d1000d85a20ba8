import { base32nopad } from '@scure/base';
import type { PasswordProof, TotpOffer } from '../../api/console/parts.js';
import { personsTenant } from '../../core/access/persons.js';
import type { PasswordHash, UserLogin } from '../../core/access/user-login.js';
import { CustosError } from '../../core/errors.js';
import type { OwnerId } from '../../core/ids.js';
import type { JournalMac } from '../../core/store/journal-mac.js';
import { findTotpStep } from '../../crypto/totp.js';
import { weaknessOf } from '../../passphrase/weakness.js';
import { Attempts, usualAllowances } from '../users/attempts.js';
import { changeLogin, type LoginParts, loginOf, loginRefused } from '../users/logins.js';
import type { Passwords } from '../users/passwords.js';
import { changeOwner } from '../wallets/owners.js';

/** Bytes of a secret (RFC 4226, section 4, R6). */
const SIZE = 20;
/** Of a person without a second factor: its codes are compared as well, so that the answer takes as long. */
const NOTHING = new Uint8Array(SIZE);

export interface PasswordParts extends LoginParts {
  readonly passwords: Passwords;
  readonly attempts: Attempts;
  /** Of whoever has the right password, and tries codes. */
  readonly codeAttempts: Attempts;
}

/** Fewer codes than passwords: three of a million are right at any time, and an hour has six attempts. */
export function codeAttempts(ticks?: () => number): Attempts {
  return new Attempts(ticks, { ...usualAllowances, user: { most: 5, each: 600_000 } });
}

/**
 * What an authenticator app is set up with. It comes from the one-time code and a key of the store, so it needs no place of its own
 * until it is used, and whoever finds the code later does not have it.
 * @param ticket - of the code
 */
export function totpOffer(
  { mac }: { readonly mac: JournalMac },
  { name, ticket, host }: { readonly name: string; readonly ticket: string; readonly host: string },
): TotpOffer {
  const secret = base32nopad.encode(secretOf(mac, ticket));
  const label = `${encodeURIComponent('Custos')}:${encodeURIComponent(`${name}@${host}`)}`;
  return { name, secret, uri: `otpauth://totp/${label}?secret=${secret}&issuer=Custos` };
}

/**
 * Gives a person a password and a second factor, in the place of those of before, and ends all sessions and codes.
 * @param of - whose it is, and the hash of the one-time code, which is used up
 * @returns what is kept of the password
 * @throws CustosError TOTP_WRONG, PASSWORD_WEAK, RATE_LIMITED; LOGIN_REFUSED: somebody else used the code
 */
export async function setPassword(
  parts: PasswordParts,
  { owner, ticket }: { readonly owner: OwnerId; readonly ticket: string },
  { password, totp }: PasswordProof,
): Promise<PasswordHash> {
  const why = weaknessOf(password);
  if (why !== undefined) {
    throw new CustosError('PASSWORD_WEAK', `the password is weak: ${why}`, {
      hint: 'choose a longer one, such as five random words',
    });
  }
  const secret = secretOf(parts.mac, ticket);
  const step = findTotpStep(secret, totp, parts.clock.now());
  if (step === undefined) throw new CustosError('TOTP_WRONG', 'the app shows another code now');
  const kept = await parts.passwords.hash(password);
  // Of two who have the code, one gets in.
  if (!(await parts.tickets.take(ticket))) throw loginRefused();
  const second = { secret: Buffer.from(secret).toString('base64url'), step };
  await changeLogin(parts, { tenant: personsTenant, owner }, (login) => ({ ...login, password: kept, totp: second }));
  return kept;
}

/**
 * Whatever is wrong is answered alike, and after the same time.
 * @returns whether a login is still the one that was proved
 * @throws CustosError LOGIN_REFUSED, RATE_LIMITED, STORE_*
 */
export async function provePassword(
  parts: PasswordParts,
  { owner, address }: { readonly owner: OwnerId; readonly address: string | undefined },
  { password, totp: code }: PasswordProof,
): Promise<(login: UserLogin) => boolean> {
  const digest = parts.vault.index.owner(personsTenant, owner);
  const user = Buffer.from(digest).toString('hex');
  const succeed = parts.attempts.take(user, address);
  const { password: kept, totp } = await loginOf(parts, digest);
  const isRight = await parts.passwords.isRight(password, kept);
  const secret = totp === undefined ? NOTHING : Buffer.from(totp.secret, 'base64url');
  const step = findTotpStep(secret, code, parts.clock.now());
  if (!isRight || kept === undefined || totp === undefined) throw loginRefused();
  // That there are too many attempts would say that the password is right.
  const known = takeCode(parts.codeAttempts, user);
  if (known === undefined || step === undefined) throw loginRefused();
  const holds = (login: UserLogin) => login.password?.key === kept.key && login.totp?.secret === totp.secret;
  await useStep(parts, owner, { step, holds });
  succeed();
  known();
  return holds;
}

/** Of two logins with one code, only the first counts (RFC 6238, section 5.2). */
async function useStep(
  parts: PasswordParts,
  owner: OwnerId,
  { step, holds }: { readonly step: number; holds(login: UserLogin): boolean },
): Promise<void> {
  await changeOwner(parts, { tenant: personsTenant, owner }, ({ login = {}, ...known }) => {
    const { totp } = login;
    if (totp === undefined || !holds(login) || step <= totp.step) throw loginRefused();
    return { ...known, login: { ...login, totp: { ...totp, step } } };
  });
}

function takeCode(attempts: Attempts, user: string): (() => void) | undefined {
  try {
    return attempts.take(user, undefined);
  } catch (error) {
    if (error instanceof CustosError && error.code === 'RATE_LIMITED') return undefined;
    throw error;
  }
}

function secretOf(mac: JournalMac, ticket: string): Uint8Array {
  return new Uint8Array(Buffer.from(mac(['custos/totp', ticket]), 'base64url').subarray(0, SIZE));
}
