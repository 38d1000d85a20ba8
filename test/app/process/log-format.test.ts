import { describe, expect, it } from 'vitest';
import { summarizeLog } from '../../../src/app/doctor/log-summary.js';
import { createLog } from '../../../src/app/process/log.js';
import type { LogFormat } from '../../../src/app/process/log-format.js';
import { traceIdOf } from '../../../src/app/process/trace-id.js';
import { tell } from '../../../src/core/log.js';

const fields = { chain: 'ETH', id: 'an-id', code: 'NODE_UNREACHABLE', error: 'no node answered' };
const trace = traceIdOf('an-id');

function written(format: LogFormat, given: Readonly<Record<string, unknown>> = fields, traces = true): string {
  let text = '';
  const write = (line: string) => {
    text += line;
  };
  const log = createLog('debug', write, { format, traces });
  tell(log, 'transaction-postponed', given);
  return text;
}

describe('the layouts of a log', () => {
  it('json has our names, and the trace only where there are traces', () => {
    const line = { level: 'warn', event: 'transaction-postponed', msg: 'transaction postponed', ...fields };
    expect(JSON.parse(written('json'))).toEqual({ ...line, time: expect.any(String), trace_id: trace });
    expect(JSON.parse(written('json', fields, false))).toEqual({ ...line, time: expect.any(String) });
  });

  it('ecs has the names of the Elastic Common Schema, and all others below its own one', () => {
    expect(JSON.parse(written('ecs'))).toEqual({
      '@timestamp': expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      'log.level': 'warn',
      'ecs.version': '8.11.0',
      'service.name': 'custos',
      'event.code': 'transaction-postponed',
      'error.code': 'NODE_UNREACHABLE',
      'error.message': 'no node answered',
      'trace.id': trace,
      message: 'transaction postponed',
      custos: { chain: 'ETH', id: 'an-id' },
    });
  });

  it('gcp has severity, time, message and trace as Cloud Logging reads them', () => {
    expect(JSON.parse(written('gcp'))).toEqual({
      severity: 'WARNING',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      message: 'transaction postponed',
      event: 'transaction-postponed',
      'logging.googleapis.com/trace': trace,
      ...fields,
    });
  });

  it.each(['json', 'ecs', 'gcp'] as const)('%s hides what may be a secret, one level deep as well', (format) => {
    const text = written(format, { password: 'planted-1', inner: { apiKey: 'planted-2' }, shown: 'here' });
    expect(text).not.toContain('planted');
    expect(text.match(/\[secret\]/g)).toHaveLength(2);
    expect(text).toContain('here');
  });

  it.each(['json', 'ecs', 'gcp'] as const)('doctor reads %s', async (format) => {
    async function* lines() {
      yield written(format);
    }
    expect(await summarizeLog(lines())).toMatchObject({
      lines: 1,
      skipped: 0,
      from: expect.any(String),
      chains: { ETH: { postponed: 1 } },
      errors: [{ code: 'NODE_UNREACHABLE', count: 1 }],
    });
  });

  it('a trace id is 16 bytes, the same for the same transaction, and never only zeros', () => {
    expect(trace).toMatch(/^[0-9a-f]{32}$/);
    expect(traceIdOf('an-id')).toBe(trace);
    expect(traceIdOf('another-id')).not.toBe(trace);
  });
});
