import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { deployTools } from '../support/deploy-tools.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const read = (file: string) => readFileSync(`${root}/${file}`, 'utf8');
const tools = deployTools('workflows are not tested');

interface Files {
  readonly manifest: string;
  readonly lock: string;
  readonly changelog: string;
}
const {
  reasonsAgainst,
  notesOf,
}: {
  reasonsAgainst(files: Files, tag: string, address?: string): readonly string[];
  notesOf(changelog: string, version: string): string | undefined;
} = await import(`${root}/.ci/release-check.mjs`);

const manifest = (facts: object = {}) => JSON.stringify({ version: '1.2.3', ...facts });
const good: Files = {
  manifest: manifest({ repository: { type: 'git', url: 'git+https://forge.example/owner/name.git' } }),
  lock: JSON.stringify({ version: '1.2.3' }),
  changelog:
    '# Changelog\n\n## [Unreleased]\n\n## [1.2.3] - 2027-01-01\n\n### Added\n\n- This.\n\n## [1.2.2] - 2026-12-01\n\n- That.\n',
};
const address = 'https://forge.example/owner/name';

describe('the check before a release', () => {
  it('a commit whose tag, versions, changelog and address agree may be released', () => {
    expect(reasonsAgainst(good, 'v1.2.3', address)).toEqual([]);
    expect(notesOf(good.changelog, '1.2.3')).toBe('### Added\n\n- This.');
  });

  it.each<readonly [string, Partial<Files>, string]>([
    ['another tag', { manifest: manifest({ version: '1.2.4' }) }, 'the tag is v1.2.3, and package.json says 1.2.4'],
    ['another lock file', { lock: JSON.stringify({ version: '1.2.2' }) }, 'package-lock.json says 1.2.2'],
    ['no notes', { changelog: '# Changelog\n\n## [Unreleased]\n\n- This.\n' }, 'CHANGELOG.md has no section [1.2.3]'],
    ['an empty section', { changelog: '## [1.2.3]\n\n## [1.2.2]\n\n- That.\n' }, 'CHANGELOG.md has no section [1.2.3]'],
    ['no address', { manifest: manifest() }, '`repository` of package.json is ""'],
    ['another address', { manifest: manifest({ repository: 'https://forge.example/other' }) }, 'forge.example/other'],
  ])('a commit with %s is not released, and the reason is named', (_what, facts, reason) => {
    expect(reasonsAgainst({ ...good, ...facts }, 'v1.2.3', address).join('\n')).toContain(reason);
  });

  it('the command names each reason and ends with 1', () => {
    const run = () => execFileSync(process.execPath, [`${root}/.ci/release-check.mjs`, 'v0.0.0'], { stdio: 'pipe' });
    expect(run).toThrow(/not to be released: the tag is v0\.0\.0, and package\.json says/);
  });
});

describe.skipIf(tools === undefined)('workflows', () => {
  interface Step {
    readonly uses?: string;
    readonly run?: string;
    readonly env?: Readonly<Record<string, string>>;
  }
  interface Job {
    readonly needs?: readonly string[];
    readonly environment?: string;
    readonly permissions?: Readonly<Record<string, string>>;
    readonly 'timeout-minutes'?: number;
    readonly steps: readonly Step[];
  }
  interface Workflow {
    readonly on: object;
    readonly permissions: object;
    readonly jobs: Readonly<Record<string, Job>>;
  }
  const folder = '.github/workflows';
  const names = readdirSync(`${root}/${folder}`);
  const parsed = (name: string) => tools?.parseYaml(read(`${folder}/${name}`))[0] as Workflow;

  it.each(names)('%s is a workflow by the rules of GitHub', async (name) => {
    expect(await tools?.workflowErrors(name, read(`${folder}/${name}`))).toEqual([]);
    expect(await tools?.workflowErrors(name, `${read(`${folder}/${name}`)}  more: { steps: 7 }\n`)).not.toEqual([]);
  });

  it.each(names)('%s may read the repository and nothing else, but where a job says so, and ends by itself', (name) => {
    const { permissions, jobs } = parsed(name);
    expect(permissions).toEqual({ contents: 'read' });
    for (const job of Object.values(jobs)) expect(job['timeout-minutes']).toBeGreaterThan(0);
  });

  it('a release runs only for the tag of a version, and publishes only after tests and approval', () => {
    const { on, jobs } = parsed('release.yml');
    expect(on).toEqual({ push: { tags: ['v[0-9]+.[0-9]+.[0-9]+'] } });
    const writing = Object.entries(jobs).filter(([, { permissions = {} }]) =>
      Object.values(permissions).includes('write'),
    );
    expect(writing.map(([name]) => name).sort()).toEqual(['image', 'package', 'publish']);
    for (const name of ['image', 'package']) {
      expect([jobs[name]?.needs, jobs[name]?.environment]).toEqual([['test', 'build'], 'release']);
    }
    expect(jobs['publish']?.needs).toEqual(['package', 'image']);
  });

  it('a release takes actions by the digest of their code, and no secret but the token of its run', () => {
    const steps = Object.values(parsed('release.yml').jobs).flatMap((job) => job.steps);
    const used = steps.flatMap(({ uses }) => uses ?? []);
    expect(used.length).toBeGreaterThan(5);
    expect(used.filter((one) => !/^[\w-]+\/[\w-]+@[0-9a-f]{40}$/.test(one))).toEqual([]);
    expect(new Set(read(`${folder}/release.yml`).match(/secrets\.\w+/g))).toEqual(new Set(['secrets.GITHUB_TOKEN']));
    // What somebody else chose, such as the name of a tag, never becomes part of a command.
    expect(steps.filter(({ run = '' }) => run.includes('${{'))).toEqual([]);
  });

  it('workflows run scripts and files that exist', () => {
    const { scripts } = JSON.parse(read('package.json'));
    for (const name of names) {
      const text = read(`${folder}/${name}`);
      for (const [, script = ''] of text.matchAll(/npm run (?:--silent )?([\w:-]+)/g))
        expect(scripts).toHaveProperty([script]);
      const files = [...text.matchAll(/(?<=\s)\.ci\/[\w.-]+/g)].map(([file]) => file);
      expect(files.length).toBeGreaterThan(0);
      expect(files.filter((file) => !existsSync(`${root}/${file}`))).toEqual([]);
    }
  });
});
