import { writeSync } from 'node:fs';
import { pino } from 'pino';
import { type Log, tell } from '../../core/log.js';
import { shownJson } from '../../core/text/foreign-text.js';
import type { LogLevel } from '../config/config.js';

/** Names under which a secret might ever be logged; whatever stands there is replaced. */
const redacted = ['password', 'mnemonic', 'privateKey', 'secret', 'apiKey', 'recoveryKey', 'seed', 'authorization'];

/** A log that counts what it could not write. */
export interface CountingLog extends Log {
  /** Lines that were lost, because standard error took none: a full disk, a reader that is gone. */
  readonly lost: () => number;
}

/** Writes all of it, or throws. */
type WriteText = (text: string) => void;

/**
 * One JSON line an event on standard error; standard output is for results. A line that cannot be written ends nothing: keys
 * and money do not depend on the log. It is counted, and the next line that can be written is preceded by one that says so.
 */
export function createLog(level: LogLevel, write: WriteText = writeToStandardError): CountingLog {
  let lost = 0;
  let untold = 0;
  let isWritten = true;
  const logger = pino(
    {
      level,
      base: null,
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: redacted.flatMap((name) => [name, `*.${name}`]), censor: '[secret]' },
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
  /** Before the next line: how many are missing, as soon as something can be written again. */
  const tellLost = () => {
    if (untold === 0) return;
    const lines = untold;
    tell(logger, 'lines-lost', { lines });
    // The notice itself is not missed when it is lost.
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

/** Milliseconds for which a full pipe is waited for; a reader that takes nothing must not hold a daemon up. */
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
