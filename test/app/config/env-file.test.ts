import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import dotenv from 'dotenv';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readConfig } from '../../../src/app/config/config.js';
import { parseEnv } from '../../../src/app/config/env-file.js';

/** Lines as existing files have them. Each is read as dotenv 16 reads it. */
const sameAsDotenv: readonly string[] = [
  'A=x',
  'A = x',
  ' A=x',
  '\tA=x',
  'A=x  ',
  'A: x',
  'A:  x',
  'export A=x',
  'export  A=x',
  '\texport\tA=x',
  'A=',
  'A=""',
  "A=''",
  'A=x y',
  'A=x=y',
  'A==x',
  'A=x # comment',
  'A= # comment',
  'A="x # y"',
  "A='x # y'",
  'A=`x # y`',
  'A="x" # comment',
  "A='x'#comment",
  'A="a\\nb"',
  "A='a\\nb'",
  'A="a\nb"',
  "A='a\nb'",
  'A=`a\nb`',
  'A="a\'b"',
  "A='a\"b'",
  'A=`a\'b"c`',
  "A='a'b'",
  'A="a"b"',
  'A="a\\"b"',
  'A=a"b',
  "A=it's",
  'A.B=x',
  'A-B=x',
  'A=x\r\nB=y\r\n',
  'A=x\rB=y\r',
  'A=1\nA=2',
  '# comment\nA=x',
  '\n\n  \nA=x\n\n',
  '  # comment\n\n# another\nA=x # last',
  'A=ünï',
  'A=$B',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: it is what such files hold, and stays as it is
  'A=${B}',
  'A={"json": "text"}',
  'A=https://host/path?x=1&y=2',
  'A=a\\b',
  'A=x;y',
  'A=-----BEGIN KEY-----',
];

/** Lines that dotenv drops or cuts without a word. */
const refused: readonly (readonly [string, number, RegExp])[] = [
  ['A=pass#word', 1, /has a # in its value/],
  ['B=x\nA=pass#word', 2, /has a # in its value/],
  ['A="x', 1, /not closed/],
  ["A='x", 1, /not closed/],
  ['A="x" y', 1, /not closed/],
  ['A', 1, /neither NAME=VALUE/],
  ['B=x\n\nA', 3, /neither NAME=VALUE/],
  ['A:x', 1, /neither NAME=VALUE/],
  ['set A=x', 1, /neither NAME=VALUE/],
  ['A B=x', 1, /neither NAME=VALUE/],
  ['=x', 1, /neither NAME=VALUE/],
  ['[section]', 1, /neither NAME=VALUE/],
  ['; comment', 1, /neither NAME=VALUE/],
  ['// comment', 1, /neither NAME=VALUE/],
];

describe('a line of a settings file', () => {
  it.each(sameAsDotenv)('the line %j is read as dotenv 16 reads it', (source) => {
    const { values, bad } = parseEnv(source);
    expect(bad).toEqual([]);
    expect(Object.entries(values)).toEqual(Object.entries(dotenv.parse(source)));
  });

  it.each(refused)('%j is refused at line %i, because part of it would be lost', (source, line, why) => {
    expect(parseEnv(source).bad).toEqual([{ line, why: expect.stringMatching(why) }]);
  });

  it('any line is read as dotenv 16 reads it or refused', () => {
    const piece = fc.constantFrom(
      'A',
      'B',
      '=',
      ':',
      ' ',
      '\t',
      '#',
      '"',
      "'",
      '`',
      '\n',
      '\r',
      'x',
      '\\',
      'export ',
      '.',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 14 }), (pieces) => {
        const source = pieces.join('');
        const { values, bad } = parseEnv(source);
        if (bad.length === 0) expect(Object.entries(values)).toEqual(Object.entries(dotenv.parse(source)));
      }),
      { seed: 22, numRuns: 3000 },
    );
  });
});

describe('a settings file', () => {
  let home: string;
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'custos-env-'));
    mkdirSync(join(home, '.tatumrc'));
  });
  afterEach(() => rmSync(home, { recursive: true, force: true }));
  const path = () => join(home, '.tatumrc', '.env');
  const write = (content: string | Uint8Array, mode = 0o600) => {
    writeFileSync(path(), content);
    chmodSync(path(), mode);
  };
  const config = (environment: Record<string, string> = {}) => readConfig({}, environment, home);

  it('a settings file with a byte order mark keeps its first line', () => {
    write('\ufeffTATUM_API_URL=http://127.0.0.1:8645\nTATUM_API_KEY=x\n');
    expect(config().cloudUrl).toBe('http://127.0.0.1:8645');
  });

  it.each([
    ['UTF-16 with a mark', Buffer.from('\ufeffA=x\n', 'utf16le'), /UTF-16/],
    ['UTF-16 without a mark', Buffer.from('A=x\nB=y\n', 'utf16le'), /UTF-16/],
    ['UTF-16 of the other order', Buffer.from('\ufeffA=x\n', 'utf16le').swap16(), /UTF-16/],
    ['no UTF-8', Uint8Array.of(0x41, 0x3d, 0xff, 0x0a), /not UTF-8/],
    ['a line that is not understood, by its number', 'A=x\nTATUM_KMS_PASSWORD=secret#word\n', /line 2 of .*has a #/],
  ])('a settings file in %s is refused', (_what, content, message) => {
    write(content);
    expect(config).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID', message: expect.stringMatching(message) }),
    );
  });

  it('an error never repeats the content of a bad line', () => {
    write('TATUM_KMS_PASSWORD=secret#word\n');
    expect(config).toThrow(expect.objectContaining({ message: expect.not.stringContaining('secret') }));
  });

  it('a missing settings file counts as empty, unless it was named', () => {
    expect(config().problems).toEqual([]);
    expect(() => readConfig({ envFile: join(home, 'none') }, {}, home)).toThrow(/does not exist/);
  });

  it('a settings file that is a directory, as a mount makes it, is reported', () => {
    mkdirSync(path());
    expect(config).toThrow(expect.objectContaining({ message: expect.stringContaining('it is a directory') }));
  });

  it('a settings file with secrets that others may read causes a warning with its name', () => {
    write('CUSTOS_PASSWORD=x\nCUSTOS_STORE=/s\n', 0o644);
    expect(config().warnings).toEqual([expect.stringMatching(/others may read .*CUSTOS_PASSWORD: run chmod 600/)]);
    write('CUSTOS_STORE=/s\n', 0o644);
    expect(config().warnings).toEqual([]);
    write('CUSTOS_PASSWORD=x\n', 0o600);
    expect(config().warnings).toEqual([]);
  });

  it('the environment overrides a settings file, under any name of the setting', () => {
    write('CUSTOS_CLOUD_URL=http://127.0.0.1:1\nCUSTOS_STORE=/file\n');
    const { cloudUrl, store } = config({ TATUM_API_URL: 'http://127.0.0.1:2' });
    expect([cloudUrl, store]).toEqual(['http://127.0.0.1:2', '/file']);
  });
});
