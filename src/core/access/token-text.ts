import { hash } from 'node:crypto';

/** Bytes of a token's id and of its secret. */
export const ID_BYTES = 8;
export const SECRET_BYTES = 32;

const form = /^custos_([0-9a-f]{16})_([0-9a-f]{64})_([0-9a-f]{8})$/;

/** What a token's text says. */
export interface ParsedToken {
  readonly id: string;
  /** SHA-256 of the secret, in hexadecimal digits. */
  readonly hash: string;
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
export function hashOf(secretHex: string): string {
  return hash('sha256', Buffer.from(secretHex, 'hex'), 'hex');
}

function checksum(id: string, secretHex: string): string {
  return hash('sha256', `custos_${id}_${secretHex}`, 'hex').slice(0, 8);
}
