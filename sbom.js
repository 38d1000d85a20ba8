import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { argv, env, stdout } from 'node:process';
import { fileURLToPath } from 'node:url';

/** Packages for development whose code the build takes along, and into which folder. */
export const copied = {
  'node_modules/@photostructure/sqlite': 'dist/program/sqlite',
  'node_modules/node-gyp-build': 'dist/program/sqlite',
  'node_modules/@preact/signals': 'dist/console',
  'node_modules/@preact/signals-core': 'dist/console',
  'node_modules/preact': 'dist/console',
  'node_modules/uplot': 'dist/console',
  'node_modules/uqr': 'dist/console',
};

/**
 * What the published package contains, from the lock file alone: neither clock, machine nor registry has a part in it. `npm sbom`
 * leaves out packages that a tool for development needs as well (npm 11), and adds a time and a number that is drawn.
 * @param manifest - package.json, parsed @param lock - package-lock.json, parsed
 */
export function contents(manifest, lock) {
  const paths = Object.keys(lock.packages).filter((path) => path !== '' && lock.packages[path].dev !== true);
  for (const path of Object.keys(copied)) if (!(path in lock.packages)) throw new Error(`the lock file has no ${path}`);
  const shipped = new Set([...paths, ...Object.keys(copied)]);
  /** Where Node finds a package from another: beside it, or in a folder above. */
  const found = (from, name) => {
    for (let at = from; ; at = at.slice(0, Math.max(0, at.lastIndexOf('node_modules/') - 1))) {
      const path = `${at === '' ? '' : `${at}/`}node_modules/${name}`;
      if (shipped.has(path)) return path;
      if (at === '') return undefined;
    }
  };
  const needsOf = (path) => {
    const { dependencies, optionalDependencies } = lock.packages[path];
    const names = Object.keys({ ...dependencies, ...optionalDependencies });
    return names.flatMap((name) => found(path, name) ?? []);
  };
  const parts = new Map();
  for (const path of shipped) {
    const {
      name = path.slice(path.lastIndexOf('node_modules/') + 13),
      version,
      license,
      integrity = '',
    } = lock.packages[path];
    const [, digest] = /^sha512-([A-Za-z0-9+/]{86}==)$/.exec(integrity) ?? [];
    if (!version || !license || !digest)
      throw new Error(`the lock file does not say version, licence and digest of ${path}`);
    const sha512 = Buffer.from(digest, 'base64').toString('hex');
    const key = purl(name, version);
    const known = parts.get(key);
    if (known && known.sha512 !== sha512) throw new Error(`two packages are ${key}`);
    const needs = [...(known?.needs ?? []), ...needsOf(path).map((one) => keyOf(lock, one))];
    parts.set(key, { key, name, version, license, sha512, needs: sorted(needs), into: copied[path] });
  }
  const { name, version, license, description } = manifest;
  const direct = [...Object.keys(manifest.dependencies).map((one) => `node_modules/${one}`), ...Object.keys(copied)];
  return {
    ...{ key: purl(name, version), name, version, license, description },
    needs: sorted(direct.map((one) => keyOf(lock, one))),
    parts: [...parts.values()].sort((one, other) => (one.key < other.key ? -1 : 1)),
  };
}

/** @returns the document of CycloneDX 1.5, without a time or a serial number, which are optional */
export function cycloneDx({ parts, ...own }) {
  const component = ({ key, name, version, license }) => {
    const [scope, short] = name.startsWith('@') ? name.split('/') : [undefined, name];
    const named = { ...(scope && { group: scope }), name: short, version };
    return { type: 'library', 'bom-ref': key, ...named, licenses: [{ expression: license }], purl: key };
  };
  return {
    ...{ bomFormat: 'CycloneDX', specVersion: '1.5', version: 1 },
    metadata: { component: { ...component(own), type: 'application', description: own.description } },
    components: parts.map((part) => ({
      ...component(part),
      hashes: [{ alg: 'SHA-512', content: part.sha512 }],
      ...(part.into && { properties: [{ name: 'custos:copied-into', value: part.into }] }),
    })),
    dependencies: [own, ...parts].map(({ key, needs }) => ({ ref: key, dependsOn: needs })),
  };
}

/** @param seconds - since 1970; SPDX wants a time @returns the document of SPDX 2.3 */
export function spdx({ parts, ...own }, seconds) {
  const idOf = (key) =>
    `SPDXRef-${key
      .slice('pkg:npm/'.length)
      .replace('%40', '')
      .replace(/[^A-Za-z0-9.-]/g, '-')}`;
  const described = ({ key, name, version, license, sha512 }) => ({
    ...{ SPDXID: idOf(key), name, versionInfo: version, downloadLocation: 'NOASSERTION', filesAnalyzed: false },
    ...{ licenseConcluded: 'NOASSERTION', licenseDeclared: license, copyrightText: 'NOASSERTION' },
    ...(sha512 && { checksums: [{ algorithm: 'SHA512', checksumValue: sha512 }] }),
    externalRefs: [{ referenceCategory: 'PACKAGE-MANAGER', referenceType: 'purl', referenceLocator: key }],
  });
  const related = (from, relationshipType, to) => ({
    ...{ spdxElementId: from, relationshipType, relatedSpdxElement: to },
  });
  const document = {
    packages: [own, ...parts].map(described),
    relationships: [
      related('SPDXRef-DOCUMENT', 'DESCRIBES', idOf(own.key)),
      ...[own, ...parts].flatMap(({ key, needs }) => needs.map((one) => related(idOf(key), 'DEPENDS_ON', idOf(one)))),
    ],
  };
  const digest = createHash('sha256').update(JSON.stringify(document)).digest('hex');
  return {
    ...{ spdxVersion: 'SPDX-2.3', dataLicense: 'CC0-1.0', SPDXID: 'SPDXRef-DOCUMENT' },
    name: `${own.name}-${own.version}`,
    documentNamespace: `https://spdx.org/spdxdocs/${own.name}-${own.version}-${digest}`,
    creationInfo: {
      created: new Date(seconds * 1000).toISOString().replace('.000Z', 'Z'),
      creators: ['Tool: sbom.js'],
    },
    ...document,
  };
}

const purl = (name, version) => `pkg:npm/${name.replace('@', '%40')}@${version}`;
const sorted = (keys) => [...new Set(keys)].sort();

function keyOf(lock, path) {
  const { name = path.slice(path.lastIndexOf('node_modules/') + 13), version } = lock.packages[path];
  return purl(name, version);
}

// Usage: node sbom.js [FOLDER]
if (argv[1] === fileURLToPath(import.meta.url)) {
  const read = (name) => JSON.parse(readFileSync(new URL(name, import.meta.url), 'utf8'));
  const found = contents(read('package.json'), read('package-lock.json'));
  const seconds = Number(env.SOURCE_DATE_EPOCH ?? 0);
  if (!Number.isSafeInteger(seconds) || seconds < 0) throw new Error('SOURCE_DATE_EPOCH is not a number of seconds');
  const folder = argv[2] ?? fileURLToPath(new URL('sbom', import.meta.url));
  mkdirSync(folder, { recursive: true });
  const name = `${found.name}-${found.version}`;
  for (const [file, document] of [
    [`${name}.cdx.json`, cycloneDx(found)],
    [`${name}.spdx.json`, spdx(found, seconds)],
  ]) {
    writeFileSync(join(folder, file), `${JSON.stringify(document, undefined, 2)}\n`);
    stdout.write(`${join(folder, file)}\n`);
  }
}
