import type { JsonObject } from '../json.js';

/** First line of every leaf of format 1. */
const FORMAT = 'custos-audit/1';

/** What a leaf of the tree says of an event. */
export interface AuditLeaf {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly code: string;
  /** SHA-256 of salt and detail, in Base64: the detail can be deleted, and the leaf stays the same. */
  readonly commitment: string;
}

/** The bytes of a leaf, as text: four lines, each with a line feed (docs/audit.md). */
export function leafText({ at, code, commitment }: AuditLeaf): string {
  return `${FORMAT}\n${at}\n${code}\n${commitment}\n`;
}

/** The text of a detail that a commitment covers: JSON without spaces, members in the order of their names, absent ones left out. */
export function detailText(detail: JsonObject): string {
  const names = Object.keys(detail).sort();
  return JSON.stringify(Object.fromEntries(names.map((name) => [name, detail[name]])));
}

/** Name of a log of a store, and of the key that signs its checkpoints. */
export function originOf(storeId: string, writer: string): string {
  return `custos/${storeId}/${writer}`;
}
