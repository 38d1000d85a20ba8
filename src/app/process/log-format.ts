import type { LoggerOptions } from 'pino';
import { isObject, type JsonObject } from '../../core/json.js';
import { traceIdOf } from './trace-id.js';

/** How a log line is laid out: as Custos names things, as the Elastic Common Schema does, or as Google Cloud Logging does. */
export type LogFormat = 'json' | 'ecs' | 'gcp';

export interface LogShape {
  readonly format: LogFormat;
  /** Lines about a transaction have the id of its trace. */
  readonly traces: boolean;
}

type Fields = Readonly<Record<string, unknown>>;

interface Layout {
  readonly message: string;
  readonly time: string;
  level(label: string): Record<string, unknown>;
  fields(fields: Fields, trace: string | undefined): Record<string, unknown>;
}

const severities: Readonly<Record<string, string>> = { debug: 'DEBUG', info: 'INFO', warn: 'WARNING', error: 'ERROR' };

const layouts: Readonly<Record<LogFormat, Layout>> = {
  json: {
    message: 'msg',
    time: 'time',
    level: (label) => ({ level: label }),
    fields: (fields, trace) => ({ ...fields, ...(trace && { trace_id: trace }) }),
  },
  ecs: {
    message: 'message',
    time: '@timestamp',
    level: (label) => ({ 'log.level': label }),
    fields: ({ event, code, error, ...rest }, trace) => ({
      'ecs.version': '8.11.0',
      'service.name': 'custos',
      ...(event !== undefined && { 'event.code': event }),
      ...(code !== undefined && { 'error.code': code }),
      ...(error !== undefined && { 'error.message': error }),
      ...(trace && { 'trace.id': trace }),
      // The schema gives own fields a name that it will never use itself.
      custos: rest,
    }),
  },
  gcp: {
    message: 'message',
    time: 'time',
    level: (label) => ({ severity: severities[label] ?? 'DEFAULT' }),
    fields: (fields, trace) => ({ ...fields, ...(trace && { 'logging.googleapis.com/trace': trace }) }),
  },
};

/** Options of pino for a layout. */
export function layoutOptions({ format, traces }: LogShape): LoggerOptions {
  const { message, time, level, fields } = layouts[format];
  return {
    messageKey: message,
    timestamp: () => `,"${time}":"${new Date().toISOString()}"`,
    formatters: { level, log: (given) => fields(given, traces ? traceOf(given) : undefined) },
  };
}

function traceOf({ id }: Fields): string | undefined {
  return typeof id === 'string' ? traceIdOf(id) : undefined;
}

/** A line of any layout by the names of the first one; other members stay as they are. */
export function plainFields(line: JsonObject): JsonObject {
  const own = line['custos'];
  return {
    ...line,
    ...(isObject(own) && own),
    msg: line['msg'] ?? line['message'],
    time: line['time'] ?? line['@timestamp'],
    event: line['event'] ?? line['event.code'],
    code: line['code'] ?? line['error.code'],
  };
}
