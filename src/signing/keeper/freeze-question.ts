import { CustosError } from '../../core/errors.js';
import { isCount, isObject, type JsonObject } from '../../core/json.js';
import type { FreezeEnd, FreezeNews, FreezesKept } from '../../core/signing/freezes.js';

const MOST = 10_000;
/** Characters of the lines of one freeze. */
const LONGEST_TEXT = 4_096;
const LONGEST_SIGNATURES = 64 * 1024;
/** Lines of printable ASCII. */
const TEXT = /^[\n -~]*$/;
const MAC = /^[\w-]{43}$/;
const STORE = /^[0-9a-f]{32}$/;

/** Reads what somebody tells about freezes as if from an enemy. @throws CustosError SIGNER_PROTOCOL */
export function parseFreezeNews(value: unknown): FreezeNews {
  const news = objectOf(value);
  return { freezes: listOf(own(news, 'freezes'), linesOf), ends: listOf(own(news, 'ends'), parseEnd) };
}

/** Reads what a keeper knows of freezes. @throws CustosError SIGNER_PROTOCOL */
export function parseKeptFreezes(value: unknown): FreezesKept {
  const kept = objectOf(value);
  return { store: textOf(own(kept, 'store'), STORE, 32), freezes: listOf(own(kept, 'freezes'), linesOf) };
}

function parseEnd(value: unknown): FreezeEnd {
  const end = objectOf(value);
  const at = own(end, 'at');
  if (!isCount(at)) throw foreign();
  return {
    text: linesOf(own(end, 'text')),
    at,
    signatures: textOf(own(end, 'signatures'), TEXT, LONGEST_SIGNATURES),
    rootMac: textOf(own(end, 'rootMac'), MAC, 43),
  };
}

function linesOf(value: unknown): string {
  return textOf(value, TEXT, LONGEST_TEXT);
}

function listOf<T>(value: unknown, parse: (element: unknown) => T): readonly T[] {
  if (!Array.isArray(value) || value.length > MOST) throw foreign();
  return Array.from({ length: value.length }, (_, at) => parse(value[at]));
}

function textOf(value: unknown, form: RegExp, longest: number): string {
  if (typeof value !== 'string' || value.length > longest || !form.test(value)) throw foreign();
  return value;
}

function objectOf(value: unknown): JsonObject {
  if (!isObject(value)) throw foreign();
  return value;
}

/** An inherited member never came from the other side. */
function own(value: JsonObject, name: string): unknown {
  return Object.hasOwn(value, name) ? value[name] : undefined;
}

function foreign(): CustosError {
  return new CustosError('SIGNER_PROTOCOL', 'a member of the message has a wrong form');
}
