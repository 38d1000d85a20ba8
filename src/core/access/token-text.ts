import { hash, randomBytes, timingSafeEqual } from 'node:crypto';
import { Secret } from '../secret.js';

/** Bytes of a token's id and of its secret. */
const ID_BYTES = 8;
const SECRET_BYTES = 32;
/** In the place of the hash of a token that is not there. */
const NO_HASH = '0'.repeat(64);

const form = /^custos_([0-9a-f]{16})_([0-9a-f]{64})_([0-9a-f]{8})$/;

/** What a token's text says. */
export interface ParsedToken {
  readonly id: string;
  /** SHA-256 of the secret, in hexadecimal digits. */
  readonly hash: string;
}

/** A new token: what is stored of it, and its text, which is shown once. */
export interface NewToken extends ParsedToken {
  readonly text: Secret;
}

export function newToken(): NewToken {
  const id = randomBytes(ID_BYTES).toString('hex');
  const secretHex = randomBytes(SECRET_BYTES).toString('hex');
  return { id, hash: hashOf(secretHex), text: Secret.text(tokenText(id, secretHex)) };
}

/** Whether a token has the secret of a stored one, in constant time: a token that is not there takes as long as a wrong one. */
export function isSecretOf(given: ParsedToken | undefined, storedHash: string | undefined): boolean {
  const isEqual = timingSafeEqual(
    Buffer.from(given?.hash ?? NO_HASH, 'hex'),
    Buffer.from(storedHash ?? NO_HASH, 'hex'),
  );
  return given !== undefined && storedHash !== undefined && isEqual;
}

/**
 * The text that an application sends: `custos_<id>_<secret>_<checksum>`. Scanners of code find it by its beginning, and the
 * checksum tells a mistyped token without a look into the store.
 */
export function tokenText(id: string, secretHex: string): string {
  return `custos_${id}_${secretHex}_${checksum(id, secretHex)}`;
}

/** @returns undefined for anything else than the whole text of a token */
export function parseToken(text: string): ParsedToken | undefined {
  const [, id, secretHex, given] = form.exec(text) ?? [];
  if (id === undefined || secretHex === undefined || given !== checksum(id, secretHex)) return undefined;
  return { id, hash: hashOf(secretHex) };
}

/** What the store keeps of a secret. */
function hashOf(secretHex: string): string {
  return hash('sha256', Buffer.from(secretHex, 'hex'), 'hex');
}

function checksum(id: string, secretHex: string): string {
  return hash('sha256', `custos_${id}_${secretHex}`, 'hex').slice(0, 8);
}
