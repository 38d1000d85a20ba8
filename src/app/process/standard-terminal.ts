import { createInterface } from 'node:readline/promises';
import { CustosError } from '../../core/errors.js';
import { decodeText } from '../../core/text/text-bytes.js';
import { askHidden, clearScreen } from '../../passphrase/prompt.js';
import type { Terminal } from './terminal.js';

const MAX_INPUT = 512 * 1024 * 1024;

/** The terminal on this process's standard streams, for a person or a script. */
export function createTerminal(note: (line: string) => void): Terminal {
  return {
    interactive: process.stdin.isTTY === true,
    note,
    askHidden,
    clear: clearScreen,
    ask,
    confirm: async (question) => /^y(es)?$/i.test((await ask(`${question} [y/N] `)).trim()),
    async readInput() {
      const chunks: Buffer[] = [];
      let size = 0;
      for await (const chunk of process.stdin) {
        const bytes = Buffer.from(chunk);
        size += bytes.length;
        if (size > MAX_INPUT) throw new CustosError('IMPORT_INVALID', 'standard input has more than 512 MiB');
        chunks.push(bytes);
      }
      const decoded = decodeText(Buffer.concat(chunks));
      if ('problem' in decoded) throw new CustosError('IMPORT_INVALID', `standard input ${decoded.problem}`);
      return decoded.text;
    },
  };
}

async function ask(question: string): Promise<string> {
  if (process.stdin.isTTY !== true) {
    throw new CustosError('NO_TERMINAL', 'there is no terminal to confirm on; pass --yes');
  }
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await lines.question(question);
  } catch (cause) {
    // Ctrl-C or Ctrl-D, as at a hidden prompt.
    if (!(cause instanceof Error) || cause.name !== 'AbortError') throw cause;
    throw new CustosError('CANCELLED_BY_USER', 'the question was not answered', { cause });
  } finally {
    lines.close();
  }
}
