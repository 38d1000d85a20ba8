import { asCustosError } from '../../core/errors.js';
import { decodeText } from '../../core/text/text-bytes.js';
import { type NamedFile, readNamedFileNow } from '../../files/named-file.js';
import { isMissing } from '../../files/refused.js';
import { isKnownVariable } from './settings.js';

/** The content of a settings file, and its mistakes. */
export interface EnvFile {
  readonly values: Readonly<Record<string, string>>;
  /** Each names a line by its number and never repeats its content. */
  readonly problems: readonly string[];
  readonly warnings: readonly string[];
}

/** Largest file that is read, in bytes. */
const MAX_BYTES = 1024 * 1024;

/** One assignment in the syntax of dotenv 16, which existing files use. */
const assignment =
  /^\s*(?:export\s+)?([\w.-]+)(?:\s*=\s*?|:\s+?)(\s*'(?:\\'|[^'])*'|\s*"(?:\\"|[^"])*"|\s*`(?:\\`|[^`])*`|[^#\n]+)?\s*(?:#.*)?$/gm;

/**
 * Reads a settings file. A missing file counts as an empty one, unless it was named.
 * @param isNamed - by the person who runs the command
 */
export function readEnvFile(path: string, { isNamed }: { readonly isNamed: boolean }): EnvFile {
  let file: NamedFile;
  try {
    file = readNamedFileNow(path, { most: MAX_BYTES });
  } catch (error) {
    if (isMissing(error) && !isNamed) return { values: {}, problems: [], warnings: [] };
    return broken(asCustosError(error).message);
  }
  const decoded = decodeText(file.bytes);
  if ('problem' in decoded) return broken(`${path} ${decoded.problem}`);
  const { values, bad, repeated } = parseEnv(decoded.text);
  const problems = [
    ...bad.map(({ line, why }) => `line ${line} of ${path} ${why}`),
    ...repeated
      .filter(({ name }) => isOurs(name))
      .map(({ name, lines }) => `${name} stands in lines ${lines.join(' and ')} of ${path}`),
  ];
  return { values, problems, warnings: warningsOf(path, file, values) };
}

function broken(problem: string): EnvFile {
  return { values: {}, problems: [problem], warnings: [] };
}

/** A line that was not understood: its number, from 1 on, and why. */
interface BadLine {
  readonly line: number;
  readonly why: string;
}

/** A name that was assigned more than once; dotenv takes the last one. */
interface Repeated {
  readonly name: string;
  /** Numbers of the lines, from 1 on. */
  readonly lines: readonly number[];
}

interface ParsedEnv {
  readonly values: Record<string, string>;
  readonly bad: readonly BadLine[];
  readonly repeated: readonly Repeated[];
}

/** Reads assignments as dotenv 16 does; a line that dotenv would silently drop or cut off is a bad line. */
export function parseEnv(source: string): ParsedEnv {
  const text = source.replace(/\r\n?/g, '\n');
  const lineAt = (at: number) => text.slice(0, at).split('\n').length;
  const values = new Map<string, string>();
  const lines = new Map<string, number[]>();
  const bad: BadLine[] = [];
  let end = 0;
  for (const match of text.matchAll(assignment)) {
    bad.push(...leftOut(text.slice(end, match.index), lineAt(end)));
    end = match.index + match[0].length;
    const [whole, name = '', raw = ''] = match;
    const why = misread(whole, raw);
    const line = lineAt(match.index + whole.indexOf(name));
    lines.set(name, [...(lines.get(name) ?? []), line]);
    if (why === undefined) values.set(name, textOf(raw));
    else bad.push({ line, why });
  }
  bad.push(...leftOut(text.slice(end), lineAt(end)));
  const repeated = [...lines].filter(([, at]) => at.length > 1).map(([name, at]) => ({ name, lines: at }));
  return { values: Object.fromEntries(values), bad, repeated };
}

/** Text between two assignments must be blank or a comment. */
function leftOut(text: string, first: number): BadLine[] {
  return text
    .split('\n')
    .flatMap((line, at) =>
      /^\s*(#.*)?$/.test(line) ? [] : [{ line: first + at, why: 'is neither NAME=VALUE nor a comment' }],
    );
}

/** Other programs may use the same file, so only our own repeated names count. */
function isOurs(name: string): boolean {
  return isKnownVariable(name) || /^(CUSTOS|TATUM)_/.test(name);
}

/** Why a value was read differently from its likely meaning, or undefined. */
function misread(whole: string, raw: string): string | undefined {
  const value = raw.trim();
  const [quote = ''] = value;
  const isQuoted = /['"`]/.test(quote);
  if (isQuoted && (value.length < 2 || !value.endsWith(quote)))
    return 'has a quotation mark that is not closed at its end';
  // A comment has a blank before it; anything else is most likely a password that would lose its end.
  const rest = whole.slice(whole.indexOf(raw) + raw.length);
  const isCut = raw !== '' && !isQuoted && /^#/.test(rest) && !/\s$/.test(raw);
  return isCut ? 'has a # in its value; put the value in single quotes' : undefined;
}

function textOf(raw: string): string {
  const value = raw.trim();
  const bare = value.replace(/^(['"`])([\s\S]*)\1$/gm, '$2');
  return value.startsWith('"') ? bare.replace(/\\n/g, '\n').replace(/\\r/g, '\r') : bare;
}

/** Only its owner should be able to read a file with a secret. */
function warningsOf(
  path: string,
  { mode, owner: of }: NamedFile,
  values: Readonly<Record<string, string>>,
): readonly string[] {
  const secrets = Object.keys(values).filter((name) => /PASSWORD|SECRET|API_?KEY|RECOVERY_KEY|TOKEN/i.test(name));
  const isOpen = (mode & 0o077) !== 0;
  if (secrets.length === 0 || !isOpen) return [];
  const owner = process.getuid?.() === of ? '' : ' as its owner';
  return [`others may read ${path}, which holds ${secrets.join(', ')}: run chmod 600 ${path}${owner}`];
}
