/**
 * Characters that are invisible but change what a reader sees: controls (also those that break lines or control a terminal),
 * bidirectional and other formatting, variation selectors, separators, private and unassigned ones, halves of surrogate pairs.
 */
const unseen =
  /[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Cs}\p{Zl}\p{Zp}\p{Variation_Selector}\u115f\u1160\u2800\u3164\uffa0]|\u034f|\u17b4|\u17b5/gu;

/** Every blank except the plain space: a reader cannot distinguish them from it. */
const blanks = /[^\P{Zs} ]/gu;

/** Nearly all text is of this kind, and needs no look at the tables of Unicode. */
const plain = /^[\x20-\x7e]*$/;

/**
 * Makes foreign text safe to show: invisible characters are written as `\u{202e}`. Escaping text twice gives the same result as
 * once, so every caller may do it.
 */
export function shown(text: string): string {
  if (plain.test(text)) return text;
  return text.replace(unseen, escaped).replace(blanks, escaped);
}

/** Like `shown`, for our own text of several lines. */
export function shownLines(text: string): string {
  return text.split('\n').map(shown).join('\n');
}

/** Makes JSON safe for a terminal without changing its meaning: the escapes are those of JSON (RFC 8259, section 7). */
export function shownJson(json: string): string {
  return json.replace(unseen, (character) => (character === '\n' ? character : jsonEscape(character)));
}

function jsonEscape(character: string): string {
  const units = Array.from({ length: character.length }, (_, at) => character.charCodeAt(at));
  return units.map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`).join('');
}

function escaped(character: string): string {
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
}
