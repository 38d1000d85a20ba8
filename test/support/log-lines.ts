import { readFileSync } from 'node:fs';
import ts from 'typescript';
import { logEvents } from '../../src/core/log.js';

/**
 * The texts that the program logs: those of the table of events, and the second argument of every call of a logger.
 * @param sources - paths of the source files.
 */
export function logLines(sources: readonly string[]): ReadonlySet<string> {
  const found = new Set<string>(Object.values(logEvents).map(([, sentence]) => sentence));
  for (const file of sources) {
    // The logger's own way to the library has no texts.
    if (/(app\/process|core)\/log\.ts$/.test(file)) continue;
    const tree = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.ES2022, true);
    const visit = (node: ts.Node): void => {
      const [, text] = logCall(node) ?? [];
      for (const line of text === undefined ? [] : textsOf(text, tree)) found.add(line);
      ts.forEachChild(node, visit);
    };
    visit(tree);
  }
  return found;
}

function logCall(node: ts.Node): readonly ts.Expression[] | undefined {
  if (!ts.isCallExpression(node) || !ts.isPropertyAccessExpression(node.expression)) return undefined;
  const { name, expression } = node.expression;
  const isLog = ['debug', 'info', 'warn', 'error'].includes(name.text) && /(^|[.#])log$/.test(expression.getText());
  return isLog ? node.arguments : undefined;
}

/** A text as it stands; of a variable, the texts of its one declaration. */
function textsOf(node: ts.Node, tree: ts.SourceFile): readonly string[] {
  if (ts.isStringLiteralLike(node)) return [node.text];
  if (ts.isConditionalExpression(node)) return [...textsOf(node.whenTrue, tree), ...textsOf(node.whenFalse, tree)];
  const text = node.getText(tree);
  const declared = new RegExp(`const ${text} = ([^;]+);`).exec(tree.text)?.[1];
  const wrapped = ts.createSourceFile('text.ts', `(${declared})`, ts.ScriptTarget.ES2022, true);
  const statement = wrapped.statements[0];
  const inner = statement && ts.isExpressionStatement(statement) ? statement.expression : undefined;
  if (declared === undefined || inner === undefined || !ts.isParenthesizedExpression(inner)) {
    throw new Error(`a log line of ${tree.fileName} is neither a text nor a constant: ${text}`);
  }
  return textsOf(inner.expression, wrapped);
}
