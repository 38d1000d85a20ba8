import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { openApiDocument } from '../src/api/openapi.js';
import { type OwnMethod, ownMethods } from '../src/api/rpc/methods.js';
import { allRoutes } from '../src/api/server.js';
import { settings, sourceVariables } from '../src/app/config/settings.js';
import { chainNotes } from '../src/app/wallets/chain-notes.js';
import { createRegistry } from '../src/chains/registry.js';
import { commands } from '../src/cli/commands.js';
import { storeOptions } from '../src/cli/options.js';
import { tatumCommands } from '../src/cli/tatum-commands.js';
import { scopes } from '../src/core/access/scopes.js';
import type { ChainRegistry } from '../src/core/chain/chain.js';
import { errorKinds } from '../src/core/errors.js';
import { formerNames } from '../src/core/former-error-names.js';
import { logEvents } from '../src/core/log.js';
import { IDS_A_POLL } from '../src/core/network/limits.js';
import { documentedOperations } from '../src/gateway/documented.js';
import { addRoutes, createOperations } from '../src/gateway/operations.js';
import { reasonAgainst } from '../src/gateway/refusals.js';
import { directPackages, productionPackages } from './support/lock-file.js';
import { logLines } from './support/log-lines.js';
import { countsOf, longLines, stiltedWords } from './support/prose.js';
import { isKnown, shownCommands } from './support/shown-commands.js';
import { writtenFiles } from './support/written-files.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const pages = [
  ...['README.md', 'SECURITY.md', 'CONTRIBUTING.md', 'CHANGELOG.md'],
  ...readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' }).map((name) => `docs/${name}`),
].filter((page) => page.endsWith('.md'));
const read = (page: string) => readFileSync(join(root, page), 'utf8');
const sources = readdirSync(join(root, 'src'), { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => join(entry.parentPath, entry.name));

/** Text of the section below a heading, up to the next heading of the same or a higher level. */
function section(page: string, heading: string): string {
  const lines = read(page).split('\n');
  const start = lines.indexOf(heading);
  expect(start, `${page} has no heading "${heading}"`).toBeGreaterThanOrEqual(0);
  const depth = heading.indexOf(' ');
  const end = lines.findIndex((line, at) => at > start && /^#+ /.test(line) && line.indexOf(' ') <= depth);
  return lines.slice(start, end < 0 ? undefined : end).join('\n');
}

/** Cells of the rows of all tables of a text, without heads and rulers. */
function rows(text: string): string[][] {
  return text
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .map((line) =>
      line
        .slice(1, -1)
        .split(/(?<!\\)\|/)
        .map((cell) => cell.trim()),
    )
    .filter(([first = '']) => !/^-+$/.test(first));
}

describe('docs/errors.md', () => {
  const documented = rows(read('docs/errors.md')).filter(([code]) => code !== 'Code');

  it('docs/errors.md has exactly the codes of the program, in the same order', () => {
    expect(documented.map(([code]) => code)).toEqual(Object.keys(errorKinds).map((code) => `\`${code}\``));
  });

  it('docs/errors.md gives the exit code, the status and the retries of the program', () => {
    const expected = Object.entries(errorKinds).map(([code, { exit, status, retry }]) => {
      return [`\`${code}\``, String(exit), String(status), retry ? 'yes' : 'no'];
    });
    expect(documented.map((row) => row.slice(0, 4))).toEqual(expected);
  });

  it('docs/errors.md gives a cause and a remedy for every code', () => {
    for (const [code, , , , cause = '', remedy = ''] of documented) {
      expect(cause.length, `${code}: cause`).toBeGreaterThan(10);
      expect(remedy.length, `${code}: remedy`).toBeGreaterThan(5);
    }
    expect(documented.every((row) => row.length === 6)).toBe(true);
  });

  it('docs/errors.md has every former name of a code', () => {
    for (const name of Object.keys(formerNames)) expect(read('docs/errors.md')).toContain(`\`${name}\``);
  });

  it('the program can raise every code of docs/errors.md', () => {
    const text = sources.filter((file) => !file.endsWith('core/errors.ts')).map((file) => readFileSync(file, 'utf8'));
    const all = text.join('\n');
    expect(Object.keys(errorKinds).filter((code) => !all.includes(`'${code}'`))).toEqual([]);
  });
});

// What is generated is written by `npm run docs`.
const generator: {
  readmePage: Page<ChainRegistry>;
  chainsPage: Page<ChainRegistry>;
  commandsPage: Page<readonly string[]>;
  apiPage: Page<object>;
  rpcPage: Page<readonly OwnMethod[]>;
  gatewayOffer(parts: object, forms: unknown): Promise<GatewayOffer>;
  gatewayPage: Page<GatewayOffer>;
} = await import(`${root}docs.js`);
type Page<T> = (text: string, facts: T) => string;
interface Offered {
  readonly isOffered: boolean;
  readonly reason?: string;
}
interface GatewayOffer {
  readonly operations: readonly (Offered & { readonly operation: string })[];
  readonly forms: readonly (Offered & { readonly operation: string; readonly form: string })[];
}

describe('README.md', () => {
  it('the README has the number of chains that `npm run docs` writes', () => {
    const page = read('README.md');
    expect(page).toBe(generator.readmePage(page, createRegistry()));
  });
});

describe('docs/api.md', () => {
  it('docs/api.md has the operations that `npm run docs` writes', () => {
    const page = read('docs/api.md');
    expect(page).toBe(generator.apiPage(page, openApiDocument(allRoutes(''), '')));
  });

  it('docs/api.md has the methods of JSON-RPC that `npm run docs` writes', () => {
    const page = read('docs/api.md');
    expect(page).toContain('| `eth_sendTransaction` | `transactions:create` |');
    expect(page).toBe(generator.rpcPage(page, ownMethods));
  });

  it('docs/api.md has every scope with the words of the program', () => {
    const shown = rows(section('docs/api.md', '## Scopes')).filter(([first]) => first !== 'Scope');
    expect(shown).toEqual(Object.entries(scopes).map(([scope, about]) => [`\`${scope}\``, about]));
  });
});

describe('docs/gateway.md', () => {
  const { forms } = JSON.parse(read('test/vectors/documented-forms.json')) as { forms: unknown };
  const parts = { registry: createRegistry(), createOperations, addRoutes, documentedOperations, reasonAgainst };

  it('docs/gateway.md has the operations and forms that `npm run docs` writes', async () => {
    const page = read('docs/gateway.md');
    expect(page).toBe(generator.gatewayPage(page, await generator.gatewayOffer(parts, forms)));
  });

  it('as many documented forms are offered as before, and of the rest each has a reason', async () => {
    const offer = await generator.gatewayOffer(parts, forms);
    expect(offer.forms.filter(({ isOffered }) => isOffered).length).toBeGreaterThanOrEqual(176);
    const refused = [...offer.forms, ...offer.operations].filter(({ isOffered }) => !isOffered);
    expect(refused.filter(({ reason = '' }) => reason.length < 10)).toEqual([]);
  });
});

describe('docs/chains.md', () => {
  it('docs/chains.md has the table that `npm run docs` writes', () => {
    const page = read('docs/chains.md');
    expect(page).toBe(generator.chainsPage(page, createRegistry()));
    const [table = ''] = page.split('\n## ');
    expect(
      rows(table)
        .slice(1)
        .map(([ticker]) => ticker),
    ).toEqual([...createRegistry().ids].sort().map((id) => `\`${id}\``));
  });
});

describe('docs/commands.md', () => {
  const all = [...commands, ...tatumCommands];
  const flagsOf = (text: string) => rows(text).flatMap(([first = '']) => /^`(--[^`]*)`$/.exec(first)?.[1] ?? []);

  it('docs/commands.md has exactly the commands of the help, in the same order', () => {
    const headings = read('docs/commands.md').match(/^### .*$/gm);
    expect(headings).toEqual(all.map(({ path, args }) => `### \`custos ${path}${args ? ` ${args}` : ''}\``));
  });

  it.each(all)(
    'docs/commands.md has exactly the flags of $path, in the words of its help',
    ({ path, args, options }) => {
      const text = section('docs/commands.md', `### \`custos ${path}${args ? ` ${args}` : ''}\``);
      const common = text.includes('(#store-options)') ? storeOptions.map(({ flags }) => flags) : [];
      const shown = options.filter(({ hidden }) => hidden !== true);
      expect([...flagsOf(text), ...common].sort()).toEqual(shown.map(({ flags }) => flags).sort());
      for (const { flags, about } of shown.filter((option) => !storeOptions.includes(option))) {
        expect(rows(text)).toContainEqual([`\`${flags}\``, about]);
      }
    },
  );

  it('docs/commands.md has exactly the store options', () => {
    const text = section('docs/commands.md', '## Store options');
    expect(flagsOf(text)).toEqual(storeOptions.map(({ flags }) => flags));
  });

  it('docs/commands.md has exactly the environment variables that the program reads', () => {
    const read_ = new Set(sources.flatMap((file) => readFileSync(file, 'utf8').match(variable) ?? []));
    const known = [...Object.values(settings).flatMap(({ env }) => env), ...sourceVariables];
    const text = section('docs/commands.md', '## Settings');
    const named = new Set(text.match(variable));
    expect(known.filter((name) => !named.has(name))).toEqual([]);
    expect([...named].filter((name) => !read_.has(name))).toEqual([]);
  });

  it('docs/commands.md names the chains as `npm run docs` writes them', () => {
    const page = read('docs/commands.md');
    expect(page).toBe(generator.commandsPage(page, chainNotes()));
  });

  it('docs/commands.md lists every chain', () => {
    const text = section('docs/commands.md', '### `custos wallet create <chain>`');
    const listed = /^Chains: (.*)\.$/m.exec(text)?.[1]?.split(' ');
    expect(listed?.sort()).toEqual([...createRegistry().ids].sort());
  });
});

const variable = /\b(?:CUSTOS|TATUM|AZURE|AWS|GOOGLE|GCE|VAULT|BAO|IDENTITY|CREDENTIALS|SYSTEMD)_[A-Z0-9_]+\b/g;

describe('docs/operations/log-lines.md', () => {
  it('docs/operations/log-lines.md explains exactly the log lines of the program', () => {
    const documented = rows(section('docs/operations/log-lines.md', '## Log lines'))
      .filter(([first]) => first !== 'Line')
      .map(([line = '']) => line.replaceAll('`', ''));
    expect(documented.toSorted()).toEqual([...logLines(sources)].sort());
  });

  it('docs/operations/log-lines.md has the code of every event that has one, with its line', () => {
    const documented = rows(section('docs/operations/log-lines.md', '## Event codes')).map((cells) => cells.join(' '));
    const events = Object.entries(logEvents).map(([code, [, sentence]]) => `\`${code}\` \`${sentence}\``);
    expect(documented.filter((row) => !row.startsWith('`event`')).toSorted()).toEqual(events.sort());
  });
});

describe('docs/compatibility.md', () => {
  it('docs/compatibility.md has a row for every command of Tatum KMS', () => {
    const first = rows(section('docs/compatibility.md', '## Commands')).map(([name = '']) => name);
    for (const { path } of tatumCommands)
      expect(
        first.some((name) => name.startsWith(`\`${path}`)),
        path,
      ).toBe(true);
    expect(first.some((name) => name.startsWith('`daemon'))).toBe(true);
  });
});

it('docs/control.md says of each command whose signature it needs', () => {
  const rows = [...read('docs/control.md').matchAll(/^\| `custos ([a-z ]+)`\s*\| ([a-z]+)\s*\|/gm)];
  const told = rows.map(([, path, role]) => `${path}: ${role}`);
  const needed = commands.flatMap(({ path, role }) => (role === undefined ? [] : [`${path}: ${role}`]));
  expect(told.sort()).toEqual(needed.sort());
});

describe('every page', () => {
  it.each(pages)('%s has no broken link', (page) => {
    const links = [...read(page).matchAll(/\]\(([^)\s]+)\)/g)].map((match) => match[1] ?? '');
    const broken = links.filter((link) => !/^(https?|mailto):/.test(link) && !leadsSomewhere(page, link));
    expect(broken).toEqual([]);
  });

  it.each(pages)('%s names tests that exist', (page) => {
    // A file, and perhaps the name of one of its tests: `test/x.test.ts`: "does what it should".
    const named = [...read(page).matchAll(/`(test\/[\w/.-]+)`(?:: "([^"]+)")?/g)];
    const wrong = named.filter(([, file = '', name]) => {
      const path = join(root, file);
      if (vectorsToBe(read(page)).has(file)) return false;
      return !existsSync(path) || (name !== undefined && !readFileSync(path, 'utf8').includes(name));
    });
    expect(wrong.map(([text]) => text)).toEqual([]);
  });

  /** Former names of codes stand where the change is told, and nowhere else. */
  const knownIn = (page: string): ReadonlySet<string> => {
    const tells = ['docs/errors.md', 'CHANGELOG.md'].includes(page);
    return new Set([...Object.keys(errorKinds), ...(tells ? Object.keys(formerNames) : [])]);
  };

  it.each(pages)('%s names error codes that exist', (page) => {
    const codes = [...read(page).matchAll(/`([A-Z]+_[A-Z_]+)`/g)].map((match) => match[1] ?? '');
    const unknown = codes.filter(
      (code) =>
        !/^(CUSTOS|TATUM|AZURE|AWS|GOOGLE|GCE|VAULT|BAO|IDENTITY|CREDENTIALS|TESTNET|NODE)_/.test(code) &&
        !knownIn(page).has(code),
    );
    expect(unknown).toEqual([]);
  });

  it.each(pages)('%s names source files that exist', (page) => {
    const named = [...read(page).matchAll(/`((?:src|bench|bin)\/[\w/.-]+\.[a-z]+)`/g)].map((match) => match[1] ?? '');
    // A page may tell what to write into a new file, as adding-a-chain.md does.
    const given = new Set(writtenFiles(read(page)).map(({ path }) => path));
    expect(named.filter((file) => !given.has(file) && !existsSync(join(root, file)))).toEqual([]);
  });

  it.each(pages)('%s shows only commands and flags that exist', (page) => {
    const wrong = shownCommands(read(page)).filter((command) => !isKnown(command));
    expect(wrong).toEqual([]);
  });

  it.each(pages)('%s has no line of prose above 160 characters', (page) => {
    expect(longLines(read(page))).toEqual([]);
  });

  it.each(pages)('%s uses plain words', (page) => {
    expect(stiltedWords(read(page))).toEqual([]);
  });

  it.each(pages)('%s counts chains and packages as they are', (page) => {
    const wrong = (what: string, truth: number) => countsOf(read(page), what).filter((number) => number !== truth);
    expect(wrong('chains', createRegistry().ids.length)).toEqual([]);
    expect(wrong('direct packages', directPackages().length)).toEqual([]);
    expect(wrong('production packages', productionPackages().length)).toEqual([]);
  });

  it.each(['docs/architecture.md', 'docs/capacity.md', 'docs/compatibility.md'])(
    '%s says how many wallets a poll asks for',
    (page) => {
      expect(read(page).replace(/\s+/g, ' ')).toContain(`${IDS_A_POLL.toLocaleString('en-US')} wallets`);
    },
  );

  it('the README is short', () => {
    expect(read('README.md').trimEnd().split('\n').length).toBeLessThanOrEqual(150);
  });
});

/** Vector files of the chains that a page tells its reader to add. */
function vectorsToBe(text: string): ReadonlySet<string> {
  const ids = writtenFiles(text).flatMap((file) => /\bid: (?:parseChainId\()?'([A-Z]+)'/.exec(file.text)?.[1] ?? []);
  return new Set(ids.map((id) => `test/vectors/chains/${id}.json`));
}

function leadsSomewhere(page: string, link: string): boolean {
  const [path = '', anchor] = link.split('#');
  const target = path === '' ? page : relative(root, join(root, dirname(page), path));
  if (!existsSync(join(root, target))) return false;
  if (anchor === undefined) return true;
  const anchors = (read(target).match(/^#+ .*$/gm) ?? []).map((heading) =>
    heading
      .replace(/^#+ /, '')
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
  return anchors.includes(anchor);
}
