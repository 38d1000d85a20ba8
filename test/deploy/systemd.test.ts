import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { isKnown } from '../support/shown-commands.js';

const folder = fileURLToPath(new URL('../../deploy/systemd/', import.meta.url));
const services = ['custos', 'custos-signer', 'custos-serve', 'custos-gateway'].map((name) => `${name}.service`);
const all = [...services, 'custos-watchdog.service', 'custos-watchdog.timer'];
const read = (unit: string) => readFileSync(join(folder, unit), 'utf8').replaceAll('\\\n', ' ');

function hasSystemd(): boolean {
  try {
    execFileSync('systemd-analyze', ['--version']);
    return true;
  } catch {
    console.warn('exposure and syntax of the systemd units are not tested: there is no systemd-analyze');
    return false;
  }
}

/** The lines below the heading that says that every unit has them. */
function hardening(unit: string): string[] {
  const [, shared = ''] = read(unit).split('# Hardening: ');
  return shared.split('\n\n')[0]!.split('\n').slice(1);
}

describe('units of systemd', () => {
  it('every unit of the folder is tested', () => {
    const units = readdirSync(folder).filter((name) => !name.endsWith('.d'));
    expect(units.sort()).toEqual([...all].sort());
  });

  it.each(services)('%s has the same hardening as the others', (unit) => {
    expect(hardening(unit).length).toBeGreaterThan(25);
    expect(hardening(unit)).toEqual(hardening('custos.service'));
  });

  it.each([...services, 'custos.service.d/signer.conf'])(
    '%s starts a command that exists, with flags that exist',
    (unit) => {
      const [line = ''] = /^ExecStart=.+$/m.exec(read(unit)) ?? [];
      const [, command = ''] = /^ExecStart=\/usr\/bin\/node \/opt\/custos\/bin\/(custos\.js .*)$/.exec(line) ?? [];
      expect(isKnown(command), line).toBe(true);
    },
  );

  it('no unit takes a password or a key from its command or its environment', () => {
    for (const unit of services) {
      expect(read(unit)).not.toMatch(/^Environment=.*(PASSWORD|KEY|SECRET|TOKEN)/im);
      expect(read(unit)).not.toMatch(/--api-key/);
    }
  });

  it('the signer has no network, and the daemon beside it has no password', () => {
    expect(read('custos-signer.service')).toMatch(/^PrivateNetwork=yes$/m);
    expect(read('custos-signer.service')).toMatch(/^RestrictAddressFamilies=AF_UNIX$/m);
    const beside = read('custos.service.d/signer.conf');
    expect(beside).toMatch(/^LoadCredentialEncrypted=\nLoadCredentialEncrypted=four-eye:/m);
    expect(beside).not.toMatch(/password-file|password:/);
  });
});

describe.skipIf(!hasSystemd())('units of systemd, judged by systemd', () => {
  const copy = mkdtempSync(join(tmpdir(), 'custos-units-'));
  afterAll(() => rmSync(copy, { recursive: true, force: true }));
  cpSync(folder, copy, { recursive: true });
  for (const unit of services) {
    const path = join(copy, unit);
    // `verify` looks whether the program is there.
    writeFileSync(path, readFileSync(path, 'utf8').replace('/usr/bin/node', process.execPath));
  }

  it('systemd finds no mistake in the units', () => {
    const paths = all.map((unit) => join(copy, unit));
    const said = execFileSync('bash', ['-c', 'exec systemd-analyze verify "$@" 2>&1', 'verify', ...paths], {
      encoding: 'utf8',
    });
    // Units of the machine itself may have faults of their own.
    expect(said.split('\n').filter((line) => line.includes('custos'))).toEqual([]);
  });

  it.each(services)('systemd calls the exposure of %s at most 1.0', (unit) => {
    const args = ['security', '--offline=true', '--no-pager', '--threshold=10', join(copy, unit)];
    expect(execFileSync('systemd-analyze', args, { encoding: 'utf8' })).toContain('Overall exposure level');
  });
});
