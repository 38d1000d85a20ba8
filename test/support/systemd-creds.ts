import { spawnSync } from 'node:child_process';

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
