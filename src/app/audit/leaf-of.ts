import { hash } from 'node:crypto';
import { leafText } from '../../core/audit/leaf.js';
import { leafHash } from '../../core/audit/tree.js';
import { isCount, isObject, type JsonObject } from '../../core/json.js';

/**
 * The hash of an event's leaf, computed from what an export or a proof says of it.
 * @returns undefined if only the hash is left; `unreadable` for an event without time or code
 */
export function leafOf({ at, code, commitment, salt, detail }: JsonObject): Uint8Array | 'unreadable' | undefined {
  if (at === undefined && code === undefined && commitment === undefined && detail === undefined) return undefined;
  if (!isCount(at) || typeof code !== 'string') return 'unreadable';
  const sealed = typeof commitment === 'string' ? commitment : commitmentOf(salt, detail);
  return leafHash(Buffer.from(leafText({ at, code, commitment: sealed })));
}

function commitmentOf(salt: unknown, detail: unknown): string {
  const text = isObject(detail) ? JSON.stringify(detail) : String(detail);
  const bytes = Buffer.from(String(salt), 'base64');
  if (bytes.toString('base64') !== salt) return '';
  return hash('sha256', Buffer.concat([bytes, Buffer.from(text)]), 'base64');
}
