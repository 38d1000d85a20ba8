import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { deployTools } from '../support/deploy-tools.js';
import { isKnown } from '../support/shown-commands.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const read = (file: string) => readFileSync(`${root}/${file}`, 'utf8');
const tools = deployTools('compose.yaml is not tested');

interface Service {
  readonly command?: readonly string[];
  readonly read_only?: boolean;
  readonly cap_drop?: readonly string[];
  readonly security_opt?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly secrets?: readonly string[];
  readonly ports?: readonly string[];
}

interface Compose {
  readonly services: Readonly<Record<string, Service>>;
  readonly secrets: Readonly<Record<string, { readonly file: string }>>;
}

describe('the image', () => {
  it('the image ends as a user without rights, with the program as its entry', () => {
    const [, last = ''] = read('Dockerfile').split(/^FROM \$\{BASE_IMAGE\}$/m);
    expect(last).toMatch(/^USER 10001:10001$/m);
    expect(last).toMatch(/^ENTRYPOINT \["\/nodejs\/bin\/node", "\/app\/bin\/custos\.js"\]$/m);
    expect(last).toMatch(/^HEALTHCHECK /m);
    // There is no shell in it.
    expect(last).not.toMatch(/^RUN /m);
  });

  // No machine of another processor is here; what differs between the images is this one folder.
  it.each([
    ['amd64', 'linux-x64', 62],
    ['arm64', 'linux-arm64', 183],
  ])('the image for %s keeps the SQLite of %s alone', (architecture, kept, machine) => {
    const [, command = ''] =
      /(find dist\/program\/sqlite\/prebuilds [^;]*?-exec rm -rf \{\} \+)/.exec(read('Dockerfile')) ?? [];
    const [, others = ''] = /(find \. -name '\*\.musl\.node' -delete)/.exec(read('Dockerfile')) ?? [];
    expect(command).toContain('"$TARGETARCH"');
    const folder = mkdtempSync(join(tmpdir(), 'custos-image-'));
    try {
      const prebuilds = join(folder, 'dist/program/sqlite/prebuilds');
      cpSync(join(root, 'dist/program/sqlite/prebuilds'), prebuilds, { recursive: true });
      execFileSync('sh', ['-c', `${command.replaceAll('\\\n', ' ')} && ${others}`], {
        cwd: folder,
        env: { PATH: process.env['PATH'], TARGETARCH: architecture },
      });
      expect(readdirSync(prebuilds)).toEqual([kept]);
      const [library = '', ...more] = readdirSync(join(prebuilds, kept));
      // The machine of an ELF file, from its header.
      expect([more, readFileSync(join(prebuilds, kept, library)).readUInt16LE(18)]).toEqual([[], machine]);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('a store, a settings file or a repository never gets into the build', () => {
    const [first, ...rest] = read('.dockerignore')
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'));
    expect(first).toBe('*');
    expect(rest).not.toContain('!.git');
    expect(rest.slice(-3)).toEqual(['**/.env', '**/*.db', '**/wallet.dat']);
  });

  it('the seccomp profile forbids what is not named, and names no way to other processes, keys or mounts', () => {
    const { defaultAction, syscalls } = JSON.parse(read('deploy/seccomp.json'));
    expect(defaultAction).toBe('SCMP_ACT_ERRNO');
    const allowed: string[] = syscalls
      .filter(({ action }: { action: string }) => action === 'SCMP_ACT_ALLOW')
      .flatMap(({ names }: { names: string[] }) => names);
    expect(allowed.length).toBeGreaterThan(200);
    const never = [
      'ptrace',
      'process_vm_readv',
      'mount',
      'setns',
      'unshare',
      'bpf',
      'keyctl',
      'kexec_load',
      'io_uring_setup',
    ];
    expect(allowed.filter((name) => never.includes(name))).toEqual([]);
  });
});

describe.skipIf(tools === undefined)('compose.yaml', () => {
  const compose = tools?.parseYaml(read('compose.yaml'))[0] as Compose;
  const own = ['serve', 'daemon', 'gateway'];

  it.each(own)('the service %s is closed, and starts a command that exists', (name) => {
    const { command = [], ...service } = compose.services[name]!;
    expect([service.read_only, service.cap_drop]).toEqual([true, ['ALL']]);
    expect(service.security_opt).toEqual(['no-new-privileges:true', 'seccomp=deploy/seccomp.json']);
    // The one flag that keeps the spelling of Tatum KMS.
    const words = command.filter((word) => !word.startsWith('--envFile='));
    expect(isKnown(`custos ${words.join(' ')}`), command.join(' ')).toBe(true);
    for (const port of service.ports ?? []) expect(port).toMatch(/^127\.0\.0\.1:/);
  });

  it('secrets come as files, and each service names only such that exist', () => {
    for (const { environment = {}, secrets = [], command = [] } of Object.values(compose.services)) {
      const named = Object.keys(environment).filter(
        (name) => /PASSWORD|KEY|SECRET/.test(name) && !name.endsWith('_FILE'),
      );
      expect(named).toEqual([]);
      expect(secrets.filter((secret) => !(secret in compose.secrets))).toEqual([]);
      const read = command.flatMap((word) => /\/run\/secrets\/(\S+)/.exec(word)?.[1] ?? []);
      expect(read.filter((secret) => !secrets.includes(secret))).toEqual([]);
    }
  });
});
