import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('.', import.meta.url));
const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
const read = (name: string) => readFileSync(join(root, name), 'utf8');
/** Skips something; `skip(why)` of a test's own context shows its reason by itself. */
const skips = /\.(?:skipIf|runIf|skip)\b(?!\()|\.(?:skipIf|runIf)\(|\b(?:describe|it|test)\.(?:skip|todo|only)\b/;
const says = /console\.(?:warn|info)\(/;

/** Functions that say what is missing, by the file that they are in. */
const reasons: Readonly<Record<string, string>> = {
  deployTools: 'support/deploy-tools.ts',
  fileTest: 'support/file-test.ts',
  hasLitecoind: 'support/litecoind.ts',
  noBrowser: 'console/browser.ts',
  whyNoOpenssl: 'support/certificates.ts',
  whyNoPostgres: 'support/postgres.ts',
  whyNoSoftHsm: 'support/soft-hsm.ts',
};
const saysByImport = (text: string) =>
  Object.keys(reasons).some((name) => new RegExp(`import [^;]*\\b${name}\\b[^;]* from`).test(text));

describe('tests that are skipped', () => {
  it.each(Object.entries(reasons))('%s says why something is skipped', (name, file) => {
    const text = read(file);
    const body = text.slice(text.indexOf(`function ${name}(`));
    expect(body.startsWith(`function ${name}(`)).toBe(true);
    expect(body.slice(0, body.indexOf('\n}\n'))).toMatch(says);
  });

  it('every file that skips a test on some machines says why on its output', () => {
    const skipping = files.filter(
      (name) => skips.test(read(name)) && name !== relative(root, fileURLToPath(import.meta.url)),
    );
    expect(skipping.length).toBeGreaterThan(25);
    expect(skipping.filter((name) => !says.test(read(name)) && !saysByImport(read(name)))).toEqual([]);
  });

  it('what decides about a skip has a name, at which its reason is said', () => {
    const conditions = files.flatMap((name) =>
      [...read(name).matchAll(/\.(?:skipIf|runIf)\((.*?)\)(?:\(|\.each|$)/gm)].map(
        ([, condition = '']) => `${name}: ${condition}`,
      ),
    );
    expect(conditions.length).toBeGreaterThan(25);
    expect(
      conditions.filter((one) => !/: !?[a-z]\w*(?:\((?:'\w+')?\))?(?: !?==? ?undefined| [!=]== undefined)?$/.test(one)),
    ).toEqual([]);
    expect(conditions.filter((one) => one.includes('existsSync'))).toEqual([]);
  });

  it('no test is left out everywhere, and none is the only one', () => {
    const left = files.filter((name) =>
      /\b(?:describe|it|test)\.(?:only|todo|fails)\b|\bx(?:it|describe)\(/.test(read(name)),
    );
    expect(left.filter((name) => name !== relative(root, fileURLToPath(import.meta.url)))).toEqual([]);
  });
});
