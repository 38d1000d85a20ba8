import { describe, expect, it } from 'vitest';
import { createLog } from '../../../src/app/process/log.js';

describe('a log', () => {
  it('a log loses only lines that cannot be written, counts them, and says so as soon as it can', () => {
    const written: string[] = [];
    let isFull = true;
    const log = createLog('info', (text) => {
      if (isFull) throw Object.assign(new Error('full'), { code: 'ENOSPC' });
      written.push(text);
    });
    log.info({}, 'one');
    log.error({}, 'two');
    expect(log.lost()).toBe(2);
    isFull = false;
    log.info({}, 'three');
    log.info({}, 'four');
    const lines = written.map((line) => JSON.parse(line));
    expect(lines.map(({ msg }) => msg)).toEqual(['log lines were lost', 'three', 'four']);
    expect(lines[0]).toMatchObject({ level: 'warn', lines: 2 });
    expect(log.lost()).toBe(2);
  });

  it('foreign text in a log cannot steer a terminal, and parsers get it complete', () => {
    const written: string[] = [];
    createLog('info', (text) => void written.push(text)).warn({ memo: 'pay \u202eevil\u001b[2J\u2028' }, 'seen');
    expect(written.join('')).not.toMatch(/[^\n\P{Cc}]|[\p{Cf}\p{Zl}]/u);
    expect(JSON.parse(written.join(''))).toMatchObject({ memo: 'pay \u202eevil\u001b[2J\u2028' });
  });
});
