import { CustosError } from '../core/errors.js';

/** The parts of a terminal that a hidden prompt needs. */
export interface PromptStreams {
  readonly input: NodeJS.ReadStream;
  readonly output: Pick<NodeJS.WriteStream, 'write'>;
}

const INTERRUPT = '\u0003';
const END = '\u0004';
const ESCAPE = '\u001b';
const CLEAR_LINE = '\u0015';
const BACKSPACE: ReadonlySet<string> = new Set(['\u007f', '\b']);
/** What arrow and function keys send (ECMA-48, 5.4); it is not part of the typed text. */
const keySequence = new RegExp(`${ESCAPE}(?:\\[[0-?]*[ -/]*[@-~]|O[ -~]|)`, 'g');

/**
 * Asks on the terminal without showing the typed text. Input after the end of the line is left for the next question.
 * @throws CustosError NO_TERMINAL, CANCELLED_BY_USER (Ctrl-C, Ctrl-D on an empty line, or the end of the terminal)
 */
export async function askHidden(
  question: string,
  { input, output }: PromptStreams = { input: process.stdin, output: process.stderr },
): Promise<string> {
  if (!input.isTTY) throw new CustosError('NO_TERMINAL', 'there is no terminal to ask on');
  input.setEncoding('utf8');
  // The echo is turned off before the question is printed, so that an immediate answer is not shown either.
  input.setRawMode(true);
  output.write(question);
  try {
    return await readLine(input);
  } finally {
    input.setRawMode(false);
    output.write('\n');
  }
}

/** The screen, what was scrolled out of it (xterm), and the cursor to its beginning (ECMA-48, 8.3). */
const CLEAR_SCREEN = `${ESCAPE}[2J${ESCAPE}[3J${ESCAPE}[H`;

/** Takes what was shown off the terminal. */
export function clearScreen(output: PromptStreams['output'] = process.stderr): void {
  output.write(CLEAR_SCREEN);
}

function readLine(input: NodeJS.ReadStream): Promise<string> {
  return new Promise((resolve, reject) => {
    let line: Line = { kind: 'open', typed: '' };
    const stop = () => {
      input.pause();
      input.off('data', read).off('end', cancel).off('close', cancel);
    };
    function cancel(): void {
      stop();
      reject(new CustosError('CANCELLED_BY_USER', 'the question was not answered'));
    }
    function read(chunk: string): void {
      line = typeInto(line.typed, chunk);
      if (line.kind === 'cancelled') cancel();
      if (line.kind !== 'done') return;
      stop();
      if (line.rest !== '') input.unshift(line.rest, 'utf8');
      resolve(line.typed);
    }
    input.on('data', read).on('end', cancel).on('close', cancel);
    input.resume();
  });
}

type Line =
  | { readonly kind: 'open' | 'cancelled'; readonly typed: string }
  | { readonly kind: 'done'; readonly typed: string; readonly rest: string };

/** A pasted secret arrives in one piece, with its end of line and perhaps with the next line. */
function typeInto(before: string, chunk: string): Line {
  const typed = [...before];
  const text = chunk.replace(keySequence, '');
  let at = 0;
  for (const character of text) {
    at += character.length;
    if (character === '\r' || character === '\n') {
      const rest = text.slice(at);
      return { kind: 'done', typed: typed.join(''), rest: character === '\r' ? rest.replace(/^\n/, '') : rest };
    }
    if (character === INTERRUPT || (character === END && typed.length === 0)) return { kind: 'cancelled', typed: '' };
    if (BACKSPACE.has(character)) typed.pop();
    else if (character === CLEAR_LINE) typed.length = 0;
    else if (character >= ' ') typed.push(character);
  }
  return { kind: 'open', typed: typed.join('') };
}
