import { CustosError } from '../../core/errors.js';
import { utf16Problem } from '../../core/text/text-bytes.js';
import { splitLines } from '../../files/lines.js';
import { readParts } from '../../files/named-file.js';
import { refusedAs } from '../../files/refused.js';

/** A longer line is not one of our log lines, in bytes. */
const LONGEST = 64 * 1024;

/**
 * The lines of a file, or of standard input for `-`, in bounded memory whatever they contain.
 * @returns texts; undefined for a line longer than 64 KiB
 * @throws CustosError LOG_UNREADABLE
 */
export async function* readLines(path: string): AsyncGenerator<string | undefined> {
  const input: AsyncIterable<Buffer> = path === '-' ? process.stdin : readParts(path);
  try {
    yield* linesOf(input);
  } catch (cause) {
    if (cause instanceof CustosError) refusedAs('LOG_UNREADABLE', 'the log ')(cause);
    throw new CustosError('LOG_UNREADABLE', 'standard input cannot be read', { cause });
  }
}

/** The lines of a stream of bytes. */
export async function* linesOf(input: AsyncIterable<Uint8Array>): AsyncGenerator<string | undefined> {
  yield* splitLines(narrow(input), LONGEST);
}

/** What a shell redirected as UTF-16 would be lines without sense. */
async function* narrow(input: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let isFirst = true;
  for await (const part of input) {
    // Of the first line, because the test needs an even number of bytes.
    const end = part.indexOf(0x0a);
    const wide = isFirst ? utf16Problem(end < 0 ? part : part.subarray(0, end)) : undefined;
    if (wide !== undefined) throw new CustosError('LOG_UNREADABLE', `the log ${wide}`);
    isFirst = false;
    yield part;
  }
}
