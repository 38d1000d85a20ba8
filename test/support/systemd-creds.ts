import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Why systemd-creds encrypts nothing here under the key of this machine; undefined where it does. */
export function whyNoHostKey(): string | undefined {
  const { error, status } = spawnSync(
    'systemd-creds',
    ['--with-key=host', '--name=custos-probe', 'encrypt', '-', '-'],
    {
      input: 'probe',
      stdio: ['pipe', 'ignore', 'ignore'],
    },
  );
  if (error !== undefined) return 'systemd-creds is not installed (Debian: systemd)';
  return status === 0 ? undefined : 'systemd-creds makes no host key here: it needs root';
}

/** A TPM in software. */
export interface Tpm {
  /** What leads systemd-creds to it. */
  readonly environment: { readonly SYSTEMD_TPM2_DEVICE: string };
  stop(): void;
}

/** @returns why there is none, or how to start one: each TPM has keys of its own */
export function findTpm(): { readonly why: string } | { readonly start: () => Tpm } {
  const lacking = ['swtpm', 'systemd-creds'].find((name) => spawnSync(name, ['--version']).error !== undefined);
  if (lacking !== undefined) return { why: `${lacking} is not installed` };
  let tpm: Tpm;
  try {
    tpm = startTpm();
  } catch {
    return { why: 'swtpm does not start here' };
  }
  const { error, status } = spawnSync(
    'systemd-creds',
    ['--with-key=tpm2', '--name=custos-probe', 'encrypt', '-', '-'],
    {
      env: { PATH: process.env['PATH'], ...tpm.environment },
      input: 'probe',
      stdio: ['pipe', 'ignore', 'ignore'],
    },
  );
  tpm.stop();
  if (error === undefined && status === 0) return { start: startTpm };
  return { why: 'systemd-creds does not reach a TPM in software (Debian: libtss2-tcti-swtpm0)' };
}

function startTpm(): Tpm {
  const state = mkdtempSync(join(tmpdir(), 'custos-tpm-'));
  const pid = join(state, 'pid');
  // The library asks the port after the first one for control.
  for (let tries = 0; ; tries++) {
    const port = 20_000 + Math.floor(Math.random() * 10_000);
    const at = (one: number) => `type=tcp,port=${one},bindaddr=127.0.0.1`;
    const ports = ['--server', at(port), '--ctrl', at(port + 1), '--flags', 'not-need-init,startup-clear'];
    const how = ['socket', '--tpm2', '--tpmstate', `dir=${state}`, ...ports, '--daemon', '--pid', `file=${pid}`];
    try {
      execFileSync('swtpm', how, { stdio: 'ignore', timeout: 20_000 });
    } catch (error) {
      if (tries < 9) continue;
      throw error;
    }
    return {
      environment: { SYSTEMD_TPM2_DEVICE: `swtpm:host=127.0.0.1,port=${port}` },
      stop() {
        process.kill(Number(readFileSync(pid, 'utf8')));
        rmSync(state, { recursive: true, force: true });
      },
    };
  }
}
