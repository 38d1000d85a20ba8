/** Words for which docs/glossary.md or plain word order has better ones. */
const stilted = /\b(?:the peer|anew|told|nobody|gone on with|(?<!there )is no(?! longer\b))\b/gi;

/** A changelog up to its first released version; any other text whole. */
const unreleased = (text: string) => text.split(/^## \[\d/m)[0] ?? '';

const withoutBlocks = (text: string) => unreleased(text).replace(/^ *(`{3,})[\s\S]*?^ *\1$/gm, '');

/** Lines of a Markdown text with more than 160 characters, outside tables, blocks of code and bare links. */
export function longLines(text: string): readonly string[] {
  const prose = withoutBlocks(text)
    .split('\n')
    .filter((line) => !/^\s*\|/.test(line));
  return prose.filter((line) => [...line].length > 160 && /\S\s+\S/.test(line));
}

/** Stilted words of a Markdown text, outside code. Names of tests and the meaning of flags are quoted as they are. */
export function stiltedWords(text: string): readonly string[] {
  const own = withoutBlocks(text)
    .replace(/^\| `--.*$/gm, '')
    .replace(/`[^`]*`(: "[^"]*")?/g, '');
  return own.match(stilted) ?? [];
}

/** The numbers that stand before a word, such as 29 in "29 chains". */
export function countsOf(text: string, what: string): readonly number[] {
  return [...unreleased(text).matchAll(new RegExp(`(?<![-\\w])(\\d+)\\]? ${what}`, 'g'))].map(([, number]) =>
    Number(number),
  );
}
