// Says what keeps a commit from being released, or prints the notes of its version.
// Usage: node release-check.mjs TAG [ADDRESS] | node release-check.mjs --notes [FOLDER]
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { argv, exit, stderr, stdout } from 'node:process';
import { fileURLToPath } from 'node:url';

/** The part of the changelog about a version. @returns undefined where there is none */
export function notesOf(changelog, version) {
  const parts = changelog.split(/^## /m).slice(1);
  const found = parts.find((part) => part.startsWith(`[${version}]`));
  return found?.slice(found.indexOf('\n')).trim();
}

/**
 * @param files - texts of package.json, package-lock.json and CHANGELOG.md
 * @param address - of the repository; npm refuses provenance of another one
 * @returns each reason against a release
 */
export function reasonsAgainst({ manifest, lock, changelog }, tag, address) {
  const { version, repository } = JSON.parse(manifest);
  const locked = JSON.parse(lock).version;
  const url = typeof repository === 'string' ? repository : (repository?.url ?? '');
  const isSame = url.replace(/^git\+/, '').replace(/\.git$/, '') === address;
  return [
    ...(tag === `v${version}` ? [] : [`the tag is ${tag}, and package.json says ${version}`]),
    ...(locked === version ? [] : [`package-lock.json says ${locked}, and package.json ${version}: run npm install`]),
    ...(notesOf(changelog, version) ? [] : [`CHANGELOG.md has no section [${version}]`]),
    ...(isSame || address === undefined ? [] : [`\`repository\` of package.json is "${url}", and not ${address}`]),
  ];
}

if (argv[1] === fileURLToPath(import.meta.url)) {
  const [first, second] = argv.slice(2);
  const root = first === '--notes' ? (second ?? '.') : fileURLToPath(new URL('..', import.meta.url));
  const read = (name) => readFileSync(join(root, name), 'utf8');
  const files = { manifest: read('package.json'), lock: read('package-lock.json'), changelog: read('CHANGELOG.md') };
  if (first === '--notes') {
    stdout.write(`${notesOf(files.changelog, JSON.parse(files.manifest).version) ?? ''}\n`);
  } else {
    const reasons = reasonsAgainst(files, first, second);
    for (const reason of reasons) stderr.write(`not to be released: ${reason}\n`);
    exit(reasons.length === 0 ? 0 : 1);
  }
}
