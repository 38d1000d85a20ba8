import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const project = fileURLToPath(new URL('../..', import.meta.url));
/** What is not of the project's own, or made of the rest. */
const left: ReadonlySet<string> = new Set(['node_modules', 'dist', '.git']);

/** A copy of this project, in which a test may write as a person would. */
export interface ProjectCopy {
  readonly root: string;
  /** The built command. */
  readonly program: string;
  read(path: string): string;
  write(path: string, text: string): Promise<void>;
  /** Files that are new, gone or different since the last call, and since the copy was made at the first. */
  changes(): readonly string[];
  /** Runs a command line of words, as it stands in a document. @returns what it printed */
  run(command: string): Promise<string>;
  remove(): void;
}

export function copyProject(): ProjectCopy {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'custos-copy-')));
  for (const name of readdirSync(project).filter((one) => !left.has(one))) {
    cpSync(join(project, name), join(root, name), { recursive: true });
  }
  symlinkSync(realpathSync(join(project, 'node_modules')), join(root, 'node_modules'));
  let known = digests(root);
  return {
    root,
    program: join(root, 'bin/custos.js'),
    read: (path) => readFileSync(join(root, path), 'utf8'),
    async write(path, text) {
      await mkdir(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), text);
    },
    changes() {
      const now = digests(root);
      const paths = [...new Set([...known.keys(), ...now.keys()])];
      const changed = paths.filter((path) => known.get(path) !== now.get(path)).sort();
      known = now;
      return changed;
    },
    async run(command) {
      const [file = '', ...args] = command.split(' ');
      const { PATH, HOME } = process.env;
      const { stdout } = await promisify(execFile)(file, args, { cwd: root, env: { PATH, HOME }, maxBuffer: 2 ** 24 });
      return stdout;
    },
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
}

function digests(root: string): ReadonlyMap<string, string> {
  const entries = readdirSync(root, { withFileTypes: true })
    .filter(({ name }) => !left.has(name))
    .flatMap((entry) =>
      entry.isDirectory()
        ? readdirSync(join(root, entry.name), { recursive: true, withFileTypes: true })
        : [Object.assign(entry, { parentPath: root })],
    );
  return new Map(
    entries
      .filter((entry) => entry.isFile())
      .map((entry) => {
        const file = join(entry.parentPath, entry.name);
        return [relative(root, file), createHash('sha256').update(readFileSync(file)).digest('hex')];
      }),
  );
}
