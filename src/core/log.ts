/** Where events go: one line an event, verb in the past, ids as fields, never a secret. */
export interface Log {
  debug(fields: Readonly<Record<string, unknown>>, event: string): void;
  info(fields: Readonly<Record<string, unknown>>, event: string): void;
  warn(fields: Readonly<Record<string, unknown>>, event: string): void;
  error(fields: Readonly<Record<string, unknown>>, event: string): void;
}

export const silentLog: Log = { debug() {}, info() {}, warn() {}, error() {} };
