import { writeSync } from 'node:fs';
import type { SingleBar } from 'cli-progress';
import { CustosError } from '../core/errors.js';
import { shown, shownJson, shownLines } from '../core/text/foreign-text.js';
import { tableLines } from './table.js';

/** Prints results (standard output) and everything else (standard error). */
export interface Output {
  /** Pretty-printed, as Tatum KMS prints it. */
  json(value: unknown): void;
  /** One compact JSON line. */
  jsonLine(value: unknown): void;
  line(text: string): void;
  table(rows: readonly (readonly string[])[]): void;
  note(text: string): void;
  /** A bar on standard error when that is a terminal; otherwise nothing is shown. */
  progress(label: string, total: number): Promise<Progress>;
}

export interface Progress {
  update(done: number): void;
  stop(): void;
}

export const output: Output = {
  json: (value) => write(1, `${shownJson(JSON.stringify(value, bigintAsText, 2))}\n`),
  jsonLine: (value) => write(1, `${shownJson(JSON.stringify(value, bigintAsText))}\n`),
  line: (text) => write(1, `${shownLines(text)}\n`),
  table(rows) {
    const width = process.stdout.isTTY ? process.stdout.columns : undefined;
    for (const line of tableLines(
      rows.map((row) => row.map(shown)),
      width,
    ))
      write(1, `${line}\n`);
  },
  note: (text) => write(2, `${shownLines(text)}\n`),
  progress,
};

async function progress(label: string, total: number): Promise<Progress> {
  if (!process.stderr.isTTY || total < 2) return { update() {}, stop() {} };
  const { default: library } = await import('cli-progress');
  const bar: SingleBar = new library.SingleBar({
    stream: process.stderr,
    format: `${label} {bar} {value}/{total} | {eta_formatted} left`,
    hideCursor: true,
    clearOnComplete: true,
  });
  bar.start(total, 0);
  return { update: (done) => bar.update(done), stop: () => bar.stop() };
}

function bigintAsText(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? value.toString() : value;
}

/**
 * Writes the whole text before it returns, so that a signature ID is printed before the next one is made.
 * A full pipe answers EAGAIN. A note that cannot be written does not end the command.
 * @throws CustosError RESULT_UNWRITTEN: a result is lost; `details.code` says why
 */
function write(descriptor: 1 | 2, text: string): void {
  let bytes = Buffer.from(text);
  while (bytes.length > 0) {
    try {
      bytes = bytes.subarray(writeSync(descriptor, bytes));
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : undefined;
      if (code !== 'EAGAIN') {
        if (descriptor === 2) return;
        throw new CustosError('RESULT_UNWRITTEN', `the result cannot be written to standard output (${String(code)})`, {
          details: { code },
        });
      }
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    }
  }
}
