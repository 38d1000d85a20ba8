import { destination, pino } from 'pino';
import type { Log } from '../core/log.js';
import type { LogLevel } from './config.js';

/** Names under which a secret might ever be logged; whatever stands there is replaced. */
const redacted = ['password', 'mnemonic', 'privateKey', 'secret', 'apiKey', 'recoveryKey', 'seed', 'authorization'];

/** One JSON line an event on standard error; standard output is for results. */
export function createLog(level: LogLevel): Log {
  const logger = pino(
    {
      level,
      base: null,
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: redacted.flatMap((name) => [name, `*.${name}`]), censor: '[secret]' },
    },
    destination({ dest: 2, sync: true }),
  );
  return {
    debug: (fields, event) => logger.debug(fields, event),
    info: (fields, event) => logger.info(fields, event),
    warn: (fields, event) => logger.warn(fields, event),
    error: (fields, event) => logger.error(fields, event),
  };
}
