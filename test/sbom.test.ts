import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deployTools } from './support/deploy-tools.js';
import { shippedPackages } from './support/lock-file.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'custos-sbom-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const {
  copied,
  contents,
}: {
  copied: Readonly<Record<string, string>>;
  contents: (manifest: object, lock: object) => unknown;
} = await import(`${root}sbom.js`);

const { version }: { version: string } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

interface CycloneDx {
  readonly specVersion: string;
  readonly metadata: { readonly component: { readonly purl: string } };
  readonly components: readonly { readonly purl: string; readonly hashes: readonly { readonly content: string }[] }[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn: readonly string[] }[];
}
interface Spdx {
  readonly spdxVersion: string;
  readonly packages: readonly {
    readonly SPDXID: string;
    readonly name: string;
    readonly versionInfo: string;
    readonly licenseDeclared: string;
  }[];
  readonly relationships: readonly { readonly spdxElementId: string; readonly relatedSpdxElement: string }[];
}

let texts: Readonly<Record<string, string>>;
let cyclone: CycloneDx;
let spdx: Spdx;

/** The documents, by name, as the command writes them in a folder. */
function made(where: string, env: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> {
  const target = mkdtempSync(join(folder, 'made-'));
  execFileSync(process.execPath, [join(where, 'sbom.js'), target], { env, cwd: tmpdir() });
  return Object.fromEntries(readdirSync(target).map((name) => [name, readFileSync(join(target, name), 'utf8')]));
}

beforeAll(() => {
  texts = made(root);
  cyclone = JSON.parse(texts[`custos-kms-${version}.cdx.json`] ?? '');
  spdx = JSON.parse(texts[`custos-kms-${version}.spdx.json`] ?? '');
});

/** `name@version` of each package that the package brings. */
const shipped = () => {
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  const paths = [...shippedPackages().map(([path]) => path), ...Object.keys(copied)];
  const names = paths.map((path) => {
    const { name = path.replace(/^.*node_modules\//, ''), version } = lock.packages[path];
    return `${name}@${version}`;
  });
  return [...new Set(names)].sort();
};

describe('npm run sbom', () => {
  it('both documents list exactly the production packages of the lock file and the files that the build copies', () => {
    expect(shipped().length).toBeGreaterThan(50);
    const purls = cyclone.components.map(({ purl }) => decodeURIComponent(purl.replace('pkg:npm/', '')));
    expect(purls.sort()).toEqual(shipped());
    const [own, ...others] = spdx.packages.map(({ name, versionInfo }) => `${name}@${versionInfo}`);
    expect(own).toBe(`custos-kms@${version}`);
    expect(others.sort()).toEqual(shipped());
  });

  it('the build copies no other package than the documents say', () => {
    const taken = (into: string) => Object.keys(copied).filter((path) => copied[path] === into);
    const build = readFileSync(join(root, 'bundle.js'), 'utf8');
    const files = new Set(build.match(/(?<=')node_modules\/[^']+/g));
    expect([...files].sort()).toEqual(taken('dist/program/sqlite').sort());
    // The build notes the licence of every package with code in a bundle.
    const noted = (file: string) =>
      [...readFileSync(join(root, file), 'utf8').matchAll(/^# (\S+) [\d.]+ \(/gm)].map(([, name]) => name);
    const page = noted('dist/console/licenses.txt').map((name) => `node_modules/${name}`);
    expect(page.sort()).toEqual(taken('dist/console').sort());
    const names = new Set(shipped().map((one) => one.slice(0, one.lastIndexOf('@'))));
    const program = readdirSync(join(root, 'dist/program')).filter((file) => file.endsWith('-licenses.txt'));
    expect(program.length).toBeGreaterThan(2);
    for (const file of program)
      expect(noted(`dist/program/${file}`).filter((name) => !names.has(name ?? ''))).toEqual([]);
  });

  it('every package can be reached from Custos, and has its digest and a licence', () => {
    const needs = new Map(cyclone.dependencies.map(({ ref, dependsOn }) => [ref, dependsOn]));
    const reached = new Set([cyclone.metadata.component.purl]);
    for (const one of reached) for (const other of needs.get(one) ?? []) reached.add(other);
    expect([...reached].slice(1).sort()).toEqual(cyclone.components.map(({ purl }) => purl).sort());
    const related = new Set(spdx.relationships.map(({ relatedSpdxElement }) => relatedSpdxElement));
    expect(spdx.packages.map(({ SPDXID }) => SPDXID).filter((id) => !related.has(id))).toEqual([]);
    expect(new Set(spdx.packages.map(({ SPDXID }) => SPDXID)).size).toBe(spdx.packages.length);
    for (const { hashes } of cyclone.components) expect(hashes[0]?.content).toMatch(/^[0-9a-f]{128}$/);
    expect(spdx.packages.filter(({ licenseDeclared }) => !/^[A-Z]/.test(licenseDeclared))).toEqual([]);
  });

  const tools = deployTools('the bill of CycloneDX is not compared with its schema');
  it.skipIf(tools === undefined)('the document of CycloneDX keeps its schema, which refuses another', async () => {
    const [text = ''] = Object.entries(texts).flatMap(([name, one]) => (name.endsWith('.cdx.json') ? [one] : []));
    expect(await tools?.bomErrors(text)).toBeNull();
    expect(await tools?.bomErrors(text.replace('"SHA-512"', '"SHA-513"'))).not.toBeNull();
  });

  it('two clones on two machines give the same bytes, without a time, a drawn number, a path or a registry', () => {
    for (const name of ['sbom.js', 'package.json', 'package-lock.json'])
      copyFileSync(join(root, name), join(folder, name));
    const env = { HOME: folder, TZ: 'Pacific/Auckland', npm_config_registry: 'https://registry.internal' };
    expect(made(folder, env)).toEqual(texts);
    const all = Object.values(texts).join('\n');
    expect(all).not.toMatch(/timestamp|serialNumber|node_modules|registry|\/(?:home|root|tmp|Users)\//);
    expect(all.match(/https?:\/\/[^/"]+/g)).toEqual(['https://spdx.org']);
    expect(all.match(/\d{4}-\d\d-\d\dT[^"]*/g)).toEqual(['1970-01-01T00:00:00Z']);
  });

  it('the time of SPDX is that of SOURCE_DATE_EPOCH, and nothing else follows it', () => {
    const dated = made(root, { SOURCE_DATE_EPOCH: '1790000000' });
    const [name = ''] = Object.keys(texts).filter((one) => one.endsWith('.spdx.json'));
    expect(dated[name]?.replace('2026-09-21T14:13:20Z', '1970-01-01T00:00:00Z')).toBe(texts[name]);
    expect(dated[name]).not.toBe(texts[name]);
  });

  it('a lock file with a package without a digest or a licence gives no document', () => {
    const [manifest, lock] = ['package.json', 'package-lock.json'].map((name) => {
      return JSON.parse(readFileSync(join(root, name), 'utf8'));
    });
    expect(contents(manifest, lock)).toBeDefined();
    for (const missing of ['integrity', 'license']) {
      const broken = structuredClone(lock);
      delete broken.packages['node_modules/zod'][missing];
      expect(() => contents(manifest, broken)).toThrow('of node_modules/zod');
    }
  });
});
