import { createHash } from 'node:crypto';
import type { Clock } from '../../core/clock.js';
import type { Log } from '../../core/log.js';
import { Secret } from '../../core/secret.js';
import type { Signer } from '../../core/signing/signer.js';
import type { Store } from '../../core/store/store.js';
import { AuditClerk } from '../audit/clerk.js';
import type { DaemonSettings } from '../config/check.js';
import { packageVersion } from '../process/package.js';

interface AuditMeans {
  readonly config: DaemonSettings;
  readonly clock: Clock;
  readonly log: Log;
}

/** Records that a daemon starts and stops, and has the log signed by the signer process meanwhile. */
export async function withAudit<T>(
  { config, clock, log }: AuditMeans,
  { store: { audit }, signer }: { readonly store: Store; readonly signer: Signer },
  work: () => Promise<T>,
): Promise<T> {
  const sign = signer.checkpoint?.bind(signer);
  const clerk = sign && new AuditClerk({ audit, sign, now: () => clock.now(), log });
  try {
    const settings = settingsDigest(config);
    await audit.add([{ code: 'daemon.started', detail: { version: packageVersion(), settings } }]);
    const result = await work();
    await audit.add([{ code: 'daemon.stopped', detail: {} }]);
    return result;
  } finally {
    await clerk?.stop();
  }
}

/** SHA-256 of what a daemon was told to do, without secrets and places, in hexadecimal digits. */
function settingsDigest({ network, cloudUrl, daemon }: DaemonSettings): string {
  const text = JSON.stringify(plain({ network, cloudUrl, daemon }));
  return createHash('sha256').update(text).digest('hex');
}

/** The same for equal settings: maps and sets become lists, members are in the order of their names. */
function plain(value: unknown): unknown {
  if (Secret.is(value)) return '[secret]';
  if (typeof value === 'bigint') return value.toString();
  if (value instanceof Map || value instanceof Set) return plain([...value]);
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
  return Object.fromEntries(members.map(([name, member]) => [name, plain(member)]));
}
