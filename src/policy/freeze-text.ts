import { CustosError } from '../core/errors.js';
import { parseChainId, parseSignatureId } from '../core/ids.js';
import { isName } from '../core/policy/demand.js';
import { type Freeze, type FreezeScope, scopeText } from '../core/policy/freeze.js';
import { readKeyText } from './persons/key-text.js';

const TITLE = 'custos-freeze/1';
const NONE = 'none';
/** In front of the name of a person who was logged in. */
const PERSON = 'person ';
/** Characters of the longest reason, as a person types it. */
const LONGEST_REASON = 200;
/** An escaped character takes six. */
const MAX_TEXT = 6 * LONGEST_REASON + 900;

/** In this order, each once. */
const names = ['store', 'freeze', 'scope', 'reason', 'at', 'by'] as const;
type Name = (typeof names)[number];

/** A freeze, and the store that it is for. */
export interface FreezeLines {
  readonly store: string;
  readonly freeze: Freeze;
}

/** Writes the lines that a person signs, and that are kept: printable ASCII, a line a field. @throws CustosError FREEZE_INVALID */
export function freezeText(lines: FreezeLines): string {
  const text = linesOf(lines);
  // What cannot be read is never kept or signed.
  readFields(text);
  return text;
}

/** Reads the lines in exactly the form that `freezeText` writes. @throws CustosError FREEZE_INVALID, CHAIN_UNKNOWN, SIGNATURE_ID_INVALID */
export function readFreezeText(text: string): FreezeLines {
  const lines = readFields(text);
  if (linesOf(lines) !== text) throw invalid('its lines have another form');
  return lines;
}

/** Reads `all`, `chain ETH`, `tag hot` or `wallet <id>`. @throws CustosError FREEZE_INVALID, CHAIN_UNKNOWN, SIGNATURE_ID_INVALID */
export function readScope(text: string): FreezeScope {
  if (text === 'all') return { kind: 'all' };
  const [, kind, name = ''] = /^(chain|tag|wallet) ([!-~]+)$/.exec(text) ?? [];
  if (kind === 'chain') return { kind, chain: parseChainId(name) };
  if (kind === 'wallet') return { kind, id: parseSignatureId(name) };
  if (kind === 'tag' && isName(name)) return { kind, tag: name };
  throw invalid('its scope is not readable');
}

function linesOf({ store, freeze: { id, scope, reason, at, by, person } }: FreezeLines): string {
  const values: Readonly<Record<Name, string>> = {
    store,
    freeze: id,
    scope: scopeText(scope),
    reason: asciiText(reason),
    at: timeText(at),
    by: by ?? (person === undefined ? NONE : `${PERSON}${person}`),
  };
  return `${TITLE}\n${names.map((name) => `${name}: ${values[name]}\n`).join('')}`;
}

function readFields(text: string): FreezeLines {
  const values = readLines(text);
  const value = (name: Name): string => values.get(name) ?? '';
  const digits = (name: Name): string => {
    if (!/^[0-9a-f]{32}$/.test(value(name))) throw invalid(`${name} is not readable`);
    return value(name);
  };
  const at = Date.parse(value('at'));
  if (!Number.isSafeInteger(at)) throw invalid('its time is not readable');
  const freeze: Freeze = {
    id: digits('freeze'),
    scope: readScope(value('scope')),
    reason: readReason(value('reason')),
    at,
    ...readMaker(value('by')),
  };
  return { store: digits('store'), freeze };
}

/** The key that signs it, the person who was logged in, or neither. */
function readMaker(text: string): Pick<Freeze, 'by' | 'person'> {
  if (text === NONE) return {};
  const person = text.startsWith(PERSON) ? text.slice(PERSON.length) : undefined;
  if (person !== undefined && isName(person)) return { person };
  if (readKeyText(text) === undefined) throw invalid('by is neither a key nor a person');
  return { by: text };
}

function readLines(text: string): ReadonlyMap<Name, string> {
  if (text.length > MAX_TEXT || !/^[\n -~]*$/.test(text)) throw invalid('it is too long or not ASCII');
  const [title, ...lines] = text.split('\n');
  if (title !== TITLE) throw invalid('its first line is another one');
  if (lines.length !== names.length + 1 || lines.at(-1) !== '')
    throw invalid('it does not have the right number of lines');
  return new Map(
    names.map((name, place) => {
      const line = lines[place] ?? '';
      if (!line.startsWith(`${name}: `)) throw invalid(`line ${place + 2} is not ${name}`);
      return [name, line.slice(name.length + 2)];
    }),
  );
}

/** A JSON text in ASCII: any language can be typed at night, and nothing in it looks like another line. */
function asciiText(reason: string): string {
  return JSON.stringify(reason).replace(
    /[^ -~]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function readReason(text: string): string {
  try {
    const reason: unknown = JSON.parse(text);
    if (typeof reason === 'string' && reason.trim() !== '' && reason.length <= LONGEST_REASON) return reason;
  } catch {
    // Refused below, as a text of another kind.
  }
  throw invalid(`its reason is not a text of 1 to ${LONGEST_REASON} characters`);
}

/** RFC 3339 in UTC with milliseconds, of the years 0 to 9999. */
function timeText(milliseconds: number): string {
  const date = new Date(milliseconds);
  const text = Number.isNaN(date.getTime()) ? '' : date.toISOString();
  if (text.length !== 24) throw invalid('its time has no form');
  return text;
}

function invalid(why: string): CustosError {
  return new CustosError('FREEZE_INVALID', `the freeze is refused: ${why}`);
}
