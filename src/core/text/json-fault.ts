/** Where a text stops to be JSON, from 1 on. */
export interface TextPlace {
  readonly line: number;
  readonly column: number;
}

/** What may come next: a value, a member's name, or what stands behind a value. */
type Wanted = 'value' | 'value or end' | 'name' | 'name or end' | 'colon' | 'comma or end';

const tokens =
  /[ \t\n\r]*(?:([[\]{},:])|("(?:[^"\\\p{Cc}]|[\x7f-\x9f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*")|(-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null))/uy;
const blanks = /[ \t\n\r]*/y;

/**
 * Finds the first place at which a text cannot be JSON any more, so that a person finds a missing comma. The engine's own message
 * quotes the text.
 * @returns undefined for JSON
 */
export function jsonFault(text: string): TextPlace | undefined {
  const open: ('{' | '[')[] = [];
  let wanted: Wanted = 'value';
  let at = 0;
  while (open.length > 0 || wanted !== 'comma or end') {
    const found = matched(tokens, text, at);
    const next: Wanted | undefined = found === undefined ? undefined : step(open, wanted, found);
    if (found === undefined || next === undefined) return placeOf(text, skipped(text, at));
    at += found[0].length;
    wanted = next;
  }
  const end = skipped(text, at);
  return end === text.length ? undefined : placeOf(text, end);
}

/** @returns what may come after this token; undefined if the token may not come */
function step(open: ('{' | '[')[], wanted: Wanted, [, mark, string, scalar]: RegExpExecArray): Wanted | undefined {
  const isValue = wanted === 'value' || wanted === 'value or end';
  if (scalar !== undefined) return isValue ? 'comma or end' : undefined;
  if (string !== undefined) {
    if (wanted === 'name' || wanted === 'name or end') return 'colon';
    return isValue ? 'comma or end' : undefined;
  }
  if (mark === ':') return wanted === 'colon' ? 'value' : undefined;
  if (mark === ',') return wanted === 'comma or end' ? (open.at(-1) === '{' ? 'name' : 'value') : undefined;
  if (mark === '{' || mark === '[') {
    if (!isValue) return undefined;
    open.push(mark);
    return mark === '{' ? 'name or end' : 'value or end';
  }
  const isEnd = wanted === 'comma or end' || wanted === (mark === '}' ? 'name or end' : 'value or end');
  return isEnd && open.pop() === (mark === '}' ? '{' : '[') ? 'comma or end' : undefined;
}

function matched(form: RegExp, text: string, at: number): RegExpExecArray | undefined {
  form.lastIndex = at;
  return form.exec(text) ?? undefined;
}

function skipped(text: string, at: number): number {
  return at + (matched(blanks, text, at)?.[0].length ?? 0);
}

function placeOf(text: string, at: number): TextPlace {
  const lines = text.slice(0, at).split('\n');
  return { line: lines.length, column: (lines.at(-1) ?? '').length + 1 };
}
