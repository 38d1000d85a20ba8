import { hash } from 'node:crypto';
import { leafText } from '../../core/audit/leaf.js';
import { leafHash } from '../../core/audit/tree.js';
import { isCount, isObject, type JsonObject } from '../../core/json.js';

const place = ['writer', 'place', 'hash'];
const said = [...place, 'at', 'code'];

/** The members that an event has: all that it said, without its detail, and of which only the hash is left. */
const forms: ReadonlySet<string> = new Set(
  [[...said, 'salt', 'detail'], [...said, 'commitment'], place].map((names) => [...names].sort().join()),
);
/** Bytes of a salt: with another length, a part of the detail could pass for a part of the salt. */
const SALT = 16;

/**
 * The hash of an event's leaf, computed from what an export or a proof says of it. A member that the hash does not cover would be
 * taken for a part of what was signed, so there is none.
 * @returns undefined if only the hash is left; `unreadable` for an event of another form
 */
export function leafOf(event: JsonObject): Uint8Array | 'unreadable' | undefined {
  if (!forms.has(Object.keys(event).sort().join())) return 'unreadable';
  const { at, code, commitment, salt, detail } = event;
  if (code === undefined) return undefined;
  if (!isCount(at) || typeof code !== 'string') return 'unreadable';
  const sealed = commitment === undefined ? commitmentOf(salt, detail) : String(commitment);
  return leafHash(Buffer.from(leafText({ at, code, commitment: sealed })));
}

/** True for an object with exactly these members. */
export function hasOnly(value: JsonObject, names: readonly string[]): boolean {
  return Object.keys(value).length === names.length && names.every((name) => Object.hasOwn(value, name));
}

function commitmentOf(salt: unknown, detail: unknown): string {
  const text = isObject(detail) ? JSON.stringify(detail) : String(detail);
  const bytes = Buffer.from(String(salt), 'base64');
  if (bytes.length !== SALT || bytes.toString('base64') !== salt) return '';
  return hash('sha256', Buffer.concat([bytes, Buffer.from(text)]), 'base64');
}
