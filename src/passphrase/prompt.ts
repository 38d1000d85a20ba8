import { CustosError } from '../core/errors.js';

/** The streams of a terminal, as far as a hidden prompt needs them. */
export interface PromptStreams {
  readonly input: NodeJS.ReadStream;
  readonly output: NodeJS.WriteStream;
}

const ENTER = /[\r\n]/;
const INTERRUPT = '\u0003';
const END = '\u0004';
const BACKSPACE = new Set(['\u007f', '\b']);
const CLEAR_LINE = '\u0015';

/**
 * Asks on the terminal without showing what is typed.
 * @throws CustosError NO_TERMINAL, CANCELLED_BY_USER (Ctrl-C, or Ctrl-D on an empty line)
 */
export function askHidden(
  question: string,
  { input, output }: PromptStreams = { input: process.stdin, output: process.stderr },
): Promise<string> {
  if (!input.isTTY) return Promise.reject(new CustosError('NO_TERMINAL', 'there is no terminal to ask on'));
  output.write(question);
  input.setRawMode(true);
  input.setEncoding('utf8');
  input.resume();
  return new Promise((resolve, reject) => {
    let typed: string[] = [];
    const end = (finish: () => void) => {
      input.off('data', read);
      input.setRawMode(false);
      input.pause();
      output.write('\n');
      finish();
    };
    const cancel = () => end(() => reject(new CustosError('CANCELLED_BY_USER', 'the question was not answered')));
    function read(chunk: string): void {
      // A pasted secret comes in one piece, with its end of line in it.
      for (const character of chunk) {
        if (ENTER.test(character)) {
          end(() => resolve(typed.join('')));
          return;
        }
        if (character === INTERRUPT || (character === END && typed.length === 0)) {
          cancel();
          return;
        }
        if (BACKSPACE.has(character)) typed.pop();
        else if (character === CLEAR_LINE) typed = [];
        else if (character >= ' ') typed.push(character);
      }
    }
    input.on('data', read);
  });
}
