import { CustosError } from '../core/errors.js';

const word = /'([^']*)'|"([^"]*)"|([^\s'"]+)/y;

/**
 * The program and its arguments in a setting. Blanks separate words, and single or double quotation marks keep them together.
 * No shell reads the text, so every other sign stands for itself, also within quotation marks.
 * @param what - what the command is called in errors
 * @throws CustosError CONFIG_INVALID: a quotation mark is not closed, or the program is neither a name nor an absolute path
 */
export function commandWords(text: string, what = 'the password command'): readonly [string, ...string[]] {
  const refused = (why: string) => new CustosError('CONFIG_INVALID', `${what} ${why}`);
  const words: string[] = [];
  let isOpen = false;
  let at = 0;
  while (at < text.length) {
    word.lastIndex = at;
    const found = word.exec(text);
    if (found === null && !/\s/.test(text.charAt(at))) throw refused('has a quotation mark that is not closed');
    const part = found === null ? undefined : (found[1] ?? found[2] ?? found[3] ?? '');
    // Parts without a blank between them are one word, as in --field='a b'.
    if (part !== undefined) words.push(isOpen ? `${words.pop() ?? ''}${part}` : part);
    isOpen = part !== undefined;
    at += found?.[0].length ?? 1;
  }
  const [program, ...rest] = words;
  if (program === undefined || program === '') throw refused('names no program');
  // A relative path would depend on where the command is started.
  if (program.includes('/') && !program.startsWith('/')) throw refused('needs the absolute path of its program');
  if (text.includes('\0')) throw refused('has a zero byte');
  return [program, ...rest];
}
