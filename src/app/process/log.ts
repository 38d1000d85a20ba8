import { writeSync } from 'node:fs';
import { pino } from 'pino';
import { type Log, tell } from '../../core/log.js';
import { shownJson } from '../../core/text/foreign-text.js';
import type { LogLevel } from '../config/config.js';
import { type LogShape, layoutOptions } from './log-format.js';

/** Names of fields that might contain a secret; their values are replaced. */
const redacted = ['password', 'mnemonic', 'privateKey', 'secret', 'apiKey', 'recoveryKey', 'seed', 'authorization'];

/** A log that counts what it could not write. */
export interface CountingLog extends Log {
  /** Number of lines that were lost because standard error failed: a full disk, or a reader that is gone. */
  readonly lost: () => number;
}

/** Writes all of it, or throws. */
type WriteText = (text: string) => void;

/**
 * One JSON line per event on standard error; standard output is for results. A line that cannot be written ends nothing, because
 * keys and money do not depend on the log. It is counted, and a notice precedes the next line that can be written.
 */
export function createLog(
  level: LogLevel,
  write: WriteText = writeToStandardError,
  shape: LogShape = { format: 'json', traces: false },
): CountingLog {
  let lost = 0;
  let untold = 0;
  let isWritten = true;
  const logger = pino(
    {
      level,
      base: null,
      ...layoutOptions(shape),
      // Some layouts put the fields one level deeper.
      redact: { paths: redacted.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]), censor: '[secret]' },
    },
    {
      write(line: string) {
        try {
          write(shownJson(line));
          isWritten = true;
        } catch {
          isWritten = false;
          lost += 1;
          untold += 1;
        }
      },
    },
  );
  /** Writes before the next line how many are missing, as soon as writing works again. */
  const tellLost = () => {
    if (untold === 0) return;
    const lines = untold;
    tell(logger, 'lines-lost', { lines });
    // A lost notice does not count as a lost line.
    if (isWritten) untold = 0;
    else [lost, untold] = [lost - 1, lines];
  };
  const line =
    (level: 'debug' | 'info' | 'warn' | 'error') => (fields: Readonly<Record<string, unknown>>, event: string) => {
      tellLost();
      logger[level](fields, event);
    };
  return { debug: line('debug'), info: line('info'), warn: line('warn'), error: line('error'), lost: () => lost };
}

/** Longest wait for a full pipe, in milliseconds: a reader that takes nothing must not block a daemon. */
const PATIENCE = 1_000;
const PAUSE = 5;

function writeToStandardError(text: string): void {
  let bytes = Buffer.from(text);
  for (let waited = 0; bytes.length > 0; ) {
    try {
      bytes = bytes.subarray(writeSync(2, bytes));
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : undefined;
      if (code !== 'EAGAIN' || waited >= PATIENCE) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE);
      waited += PAUSE;
    }
  }
}
