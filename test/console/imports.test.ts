import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('../../console/', import.meta.url));
const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((name) => /\.tsx?$/.test(name));
/** What the page is built with. */
const packages = /^(?:preact|@preact\/signals|uplot|uqr)(?:\/|$)/;

/** Each import of a file that does not stay in the console, as `type` or `value` and its name. */
function outsideOf(file: string): readonly string[] {
  const text = readFileSync(join(root, file), 'utf8');
  const tree = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, false, ts.ScriptKind.TSX);
  return tree.statements.filter(ts.isImportDeclaration).flatMap(({ importClause, moduleSpecifier }) => {
    const name = ts.isStringLiteral(moduleSpecifier) ? moduleSpecifier.text : '';
    const isOwn = name.startsWith('.') && !join('/console', file, '..', name).startsWith('/src/');
    if (isOwn || packages.test(name)) return [];
    return [`${importClause?.isTypeOnly === true ? 'type' : 'value'} ${join('/console', file, '..', name)}`];
  });
}

test('the console takes the types of the API from the rest of the house, and nothing else', () => {
  expect(files.length).toBeGreaterThan(20);
  expect(new Set(files.flatMap(outsideOf))).toEqual(new Set(['type /src/client/operations.js']));
});
