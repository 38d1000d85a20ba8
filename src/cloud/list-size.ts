/** Most elements of a list. */
export const MAX_ELEMENTS = 100_000;
/** Most values in it, at any depth. */
export const MAX_VALUES = 2_000_000;

/**
 * Says which limit a JSON text exceeds, before it is parsed, because nothing can interrupt parsing. The count may be wrong for
 * a text that is not JSON; parsing then fails.
 * @returns undefined if the text is within the limits
 */
export function excessOf(text: string): string | undefined {
  let depth = 0;
  let elements = 0;
  let values = 0;
  for (let at = 0; at < text.length; at++) {
    const character = text.charCodeAt(at);
    if (character === QUOTE) at = endOfText(text, at);
    else if (character === OPEN_LIST || character === OPEN_OBJECT) depth += 1;
    else if (character === CLOSE_LIST || character === CLOSE_OBJECT) depth -= 1;
    if (character !== COMMA && character !== OPEN_LIST && character !== OPEN_OBJECT) continue;
    values += 1;
    if (character === COMMA && depth === 1) elements += 1;
    if (elements >= MAX_ELEMENTS) return `more than ${MAX_ELEMENTS} elements`;
    if (values > MAX_VALUES) return `more than ${MAX_VALUES} values`;
  }
  return undefined;
}

const [QUOTE, BACKSLASH, COMMA] = [0x22, 0x5c, 0x2c];
const [OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d];

/** The position of the quotation mark that ends a JSON string, or the end of the text if there is none. */
function endOfText(text: string, start: number): number {
  for (let at = text.indexOf('"', start + 1); at >= 0; at = text.indexOf('"', at + 1)) {
    let backslashes = 0;
    while (text.charCodeAt(at - 1 - backslashes) === BACKSLASH) backslashes += 1;
    if (backslashes % 2 === 0) return at;
  }
  return text.length;
}
