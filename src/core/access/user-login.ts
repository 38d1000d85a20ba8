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

/** A passkey of a user as it is kept, sealed in the owner's record. Bytes are in base64url. */
export interface Passkey {
  /** Given by the authenticator, 1 to 1,023 bytes. */
  readonly id: string;
  /** COSE (RFC 9052). */
  readonly publicKey: string;
  /** Of its last answer; 0: it does not count. */
  readonly signCount: number;
  /** Given by the user. */
  readonly name: string;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  /** How browsers reach it, as they said. */
  readonly transports: readonly string[];
}

/** The second factor of a person as it is kept, sealed in the owner's record (RFC 6238). */
interface TotpSecret {
  /** 20 bytes in base64url. */
  readonly secret: string;
  /** Of the last code that was taken: it and those before it are taken no more. */
  readonly step: number;
}

/** How a user of a tenant logs in. */
export interface UserLogin {
  readonly password?: PasswordHash;
  /** Only persons have one, and then a password. */
  readonly totp?: TotpSecret;
  /** By which authenticators know the user: 32 random bytes in base64url, made when the first passkey is asked for. */
  readonly handle?: string;
  readonly passkeys?: readonly Passkey[];
}

/** @returns undefined for anything else than a login */
export function readLogin(value: unknown): UserLogin | undefined {
  if (!isObject(value)) return undefined;
  const { password, totp, handle, passkeys } = value;
  if (password !== undefined && !isPassword(password)) return undefined;
  if (totp !== undefined && !isTotp(totp)) return undefined;
  if (handle !== undefined && typeof handle !== 'string') return undefined;
  if (passkeys !== undefined && !isListOf(passkeys, isPasskey)) return undefined;
  return {
    ...(password !== undefined && { password }),
    ...(totp !== undefined && { totp }),
    ...(handle !== undefined && { handle }),
    ...(passkeys !== undefined && { passkeys }),
  };
}

function isPassword(value: unknown): value is PasswordHash {
  if (!isObject(value) || ![value['logN'], value['r'], value['p']].every(isCount)) return false;
  return isText(value['salt']) && isText(value['key']);
}

function isTotp(value: unknown): value is TotpSecret {
  return isObject(value) && isText(value['secret']) && isCount(value['step']);
}

function isPasskey(value: unknown): value is Passkey {
  if (!isObject(value) || ![value['signCount'], value['createdAt']].every(isCount)) return false;
  return [value['id'], value['publicKey'], value['name']].every(isText) && isListOf(value['transports'], isText);
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isListOf<T>(value: unknown, isOne: (one: unknown) => one is T): value is readonly T[] {
  return Array.isArray(value) && value.every(isOne);
}
