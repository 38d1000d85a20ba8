import { isCount, isObject } from '../json.js';

/** A password of a user as it is kept, sealed in the owner's record: scrypt (RFC 7914) of its text in the form NFKC. */
export interface PasswordHash {
  readonly logN: number;
  readonly r: number;
  readonly p: number;
  /** 32 bytes each, in base64url. */
  readonly salt: string;
  readonly key: string;
}

/** How a user of a tenant logs in. */
export interface UserLogin {
  readonly password?: PasswordHash;
}

/** @returns undefined for anything else than a login */
export function readLogin(value: unknown): UserLogin | undefined {
  if (!isObject(value)) return undefined;
  const { password } = value;
  if (password === undefined) return {};
  return isPassword(password) ? { password } : undefined;
}

function isPassword(value: unknown): value is PasswordHash {
  if (!isObject(value) || ![value['logN'], value['r'], value['p']].every(isCount)) return false;
  return typeof value['salt'] === 'string' && typeof value['key'] === 'string';
}
