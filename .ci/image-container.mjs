// Starts processes in the image that .ci/image has built: as its user, read-only, without capabilities, with its seccomp profile.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { chownSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const USER = 10_001;
/** What every process of the image starts with. */
const program = ['/nodejs/bin/node', '/app/bin/custos.js'];

/**
 * @param work - folder of .ci/image, with the image unpacked in `bundle`
 * @param seccompFile - deploy/seccomp.json
 */
export function containers(work, seccompFile) {
  const bundle = join(work, 'bundle');
  const made = JSON.parse(readFileSync(join(bundle, 'config.json'), 'utf8'));
  const seccomp = profileFor(JSON.parse(readFileSync(seccompFile, 'utf8')));
  assert.deepEqual(made.process.args.slice(0, 2), program);
  assert.deepEqual([made.process.user.uid, made.process.user.gid], [USER, USER]);
  let count = 0;

  /** A volume of the image's user, or of another. */
  function volume(name, owner = USER) {
    const folder = join(work, name);
    mkdirSync(folder, { mode: 0o700 });
    chownSync(folder, owner, owner);
    return folder;
  }

  /**
   * Starts the program of the image, or what `entry` names in its place.
   * @param options - `env` beside that of the image, where undefined takes away; `home`: its volume; `mounts`: paths by where they
   *   are mounted; `uid`; `input`
   */
  function start(args, { env = {}, home, mounts = {}, uid = USER, input = '', entry = program } = {}) {
    const own = Object.fromEntries(
      made.process.env.map((one) => [one.slice(0, one.indexOf('=')), one.slice(one.indexOf('=') + 1)]),
    );
    const all = Object.entries({ ...own, ...env }).filter(([, value]) => value !== undefined);
    const none = { bounding: [], effective: [], inheritable: [], permitted: [], ambient: [] };
    const bound = Object.entries({ ...(home && { '/var/lib/custos': home }), ...mounts });
    const config = {
      ...made,
      process: {
        ...made.process,
        ...{ terminal: false, args: [...entry, ...args], env: all.map(([name, value]) => `${name}=${value}`) },
        ...{ user: { uid, gid: uid }, capabilities: none, noNewPrivileges: true },
      },
      root: { path: 'rootfs', readonly: true },
      mounts: [
        ...made.mounts.filter(({ type }) => type !== 'cgroup'),
        { destination: '/tmp', type: 'tmpfs', source: 'tmpfs', options: ['nosuid', 'nodev', 'mode=1777'] },
        ...bound.map(([destination, source]) => ({ destination, type: 'bind', source, options: ['rbind', 'rw'] })),
      ],
      linux: {
        ...made.linux,
        seccomp,
        // The blockchain of the payments is on this machine.
        namespaces: made.linux.namespaces.filter(({ type }) => type !== 'network'),
        resources: undefined,
      },
    };
    writeFileSync(join(bundle, 'config.json'), JSON.stringify(config));
    count += 1;
    const runc = ['--root', join(work, 'runc'), 'run', '--bundle', bundle, `custos-${process.pid}-${count}`];
    const child = spawn('runc', runc, { stdio: ['pipe', 'pipe', 'pipe'] });
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
    const said = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr']) child[name].on('data', (part) => (said[name] += part));
    const ended = new Promise((resolve) => child.once('close', (code) => resolve({ code, ...said })));
    return { child, said, ended };
  }

  /** Runs a command to its end, which has to be a good one. @returns what it printed */
  async function run(args, options) {
    const result = await start(args, options).ended;
    assert.equal(result.code, 0, `${args.join(' ')}\n${result.stdout}${result.stderr}`);
    return result;
  }

  /** Runs a command that has to be refused with these words. */
  async function refused(args, words, options) {
    const { code, stderr } = await start(args, options).ended;
    assert.notEqual(code, 0, args.join(' '));
    assert.match(stderr, words);
    assert.doesNotMatch(stderr, /^ {4}at /m);
    return stderr;
  }

  return { start, run, refused, volume };
}

/** Names of comments belong to container services; runc does not know them. */
function profileFor({ defaultAction, defaultErrnoRet, syscalls }) {
  return {
    ...{ defaultAction, defaultErrnoRet },
    architectures: [process.arch === 'arm64' ? 'SCMP_ARCH_AARCH64' : 'SCMP_ARCH_X86_64'],
    syscalls: syscalls.map(({ names, action, errnoRet }) => ({ names, action, errnoRet })),
  };
}

/** Asks again and again, for a minute; @param program - whose words are shown if it never becomes so */
export async function until(isSo, program) {
  const end = Date.now() + 60_000;
  while (!(await isSo().catch(() => false))) {
    if (Date.now() > end) throw new Error(`it did not become so in a minute: ${program?.said.stderr}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
