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
  const names = Object.keys(detail);
  if (isOrdered(names)) return JSON.stringify(detail);
  let text = '{';
  for (const name of sorted(names)) {
    const value = detail[name];
    if (value !== undefined) text += `${text === '{' ? '' : ','}"${name}":${JSON.stringify(value)}`;
  }
  return `${text}}`;
}

/** Steps of transactions state their members in this order, because the engine's JSON then gives the text in one call. */
function isOrdered(names: readonly string[]): boolean {
  let before = '';
  for (const name of names) {
    if (name < before) return false;
    before = name;
  }
  return true;
}

/** Orders of names that were sorted before: other events have few. */
const orders = new Map<string, readonly string[]>();
const MOST_ORDERS = 256;

function sorted(names: readonly string[]): readonly string[] {
  const key = names.join();
  const known = orders.get(key);
  if (known !== undefined) return known;
  const order = [...names].sort();
  if (orders.size < MOST_ORDERS) orders.set(key, order);
  return order;
}

/** Name of a log of a store, and of the key that signs its checkpoints. */
export function originOf(storeId: string, writer: string): string {
  return `custos/${storeId}/${writer}`;
}
