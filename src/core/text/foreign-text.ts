/**
 * Characters that change what a reader sees instead of being seen: controls (also those that break lines or steer a terminal),
 * bidirectional and other formatting, variation selectors, separators, private and unassigned ones, halves of surrogate pairs.
 */
const unseen =
  /[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Cs}\p{Zl}\p{Zp}\p{Variation_Selector}\u115f\u1160\u3164\uffa0]|\u034f|\u17b4|\u17b5/gu;

/** Every blank but the plain one: none of them can be told apart from it. */
const blanks = /[^\P{Zs} ]/gu;

/**
 * Makes text that others chose fit to be shown: what cannot be seen is written as `\u{202e}`. What was escaped once stays the
 * same when it is escaped again, so every door may do it.
 */
export function shown(text: string): string {
  return text.replace(unseen, escaped).replace(blanks, escaped);
}

/** As `shown`, for text of several lines of our own. */
export function shownLines(text: string): string {
  return text.split('\n').map(shown).join('\n');
}

/** Makes JSON fit for a terminal and leaves it what it was: the escapes are those of JSON itself (RFC 8259, section 7). */
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
