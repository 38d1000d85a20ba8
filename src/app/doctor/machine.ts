import { readFile } from 'node:fs/promises';
import type { KeySlot, StretchedSlot } from '../../core/store/store.js';
import { defaultScrypt } from '../../crypto/kdf.js';
import type { Environment } from '../config/reader.js';
import type { Finding } from './finding.js';

/** Where Linux describes this process and swap; other systems are not checked. */
export interface MachineFiles {
  readonly limits: string;
  readonly swaps: string;
  /** The control group of this process. */
  readonly group: string;
  /** Directory of the control groups. */
  readonly groups: string;
}

const linux: MachineFiles = {
  limits: '/proc/self/limits',
  swaps: '/proc/swaps',
  group: '/proc/self/cgroup',
  groups: '/sys/fs/cgroup',
};

/** Settings of this machine or its environment that leak keys or let others in. */
export async function machineFindings(
  environment: Environment,
  files: MachineFiles = linux,
): Promise<readonly Finding[]> {
  return [...environmentFindings(environment), ...(await coreFindings(files)), ...(await swapFindings(files))];
}

function environmentFindings(environment: Environment): Finding[] {
  const found: Finding[] = [];
  if (environment['NODE_TLS_REJECT_UNAUTHORIZED'] === '0') {
    const text =
      'NODE_TLS_REJECT_UNAUTHORIZED=0: certificates are not checked, so anybody on the way reads keys and changes answers';
    const remedy = 'unset it; name your own certificate authority in NODE_EXTRA_CA_CERTS';
    found.push({ check: 'TLS', state: 'warning', text, remedy });
  }
  if ((environment['NODE_DEBUG'] ?? '') !== '') {
    const text = 'NODE_DEBUG is set; its output is not shown, because it may contain keys';
    found.push({ check: 'NODE_DEBUG', state: 'warning', text, remedy: 'unset it' });
  }
  return found;
}

async function coreFindings({ limits }: MachineFiles): Promise<Finding[]> {
  const [, soft] = /^Max core file size\s+(\S+)/m.exec(await textOf(limits)) ?? [];
  if (soft === undefined) return [];
  if (soft === '0') return [{ check: 'core dumps', state: 'ok', text: 'off' }];
  const text = `on (${soft}): a process that dies may leave its open keys on the disk`;
  const remedy = 'LimitCORE=0 in the unit of systemd, or `ulimit -c 0` before the command';
  return [{ check: 'core dumps', state: 'warning', text, remedy }];
}

async function swapFindings(files: MachineFiles): Promise<Finding[]> {
  const swaps = await textOf(files.swaps);
  if (swaps === '') return [];
  const [, ...areas] = swaps.trim().split('\n');
  if (areas.length === 0) return [{ check: 'swap', state: 'ok', text: 'off' }];
  if (await isKeptFromSwap(files)) return [{ check: 'swap', state: 'ok', text: 'not for this control group' }];
  const names = areas.map((line) => line.split(/\s+/)[0]).join(', ');
  const remedy =
    'MemorySwapMax=0 in the unit of systemd, `swapoff -a`, or swap that is encrypted under a key made at each start';
  return [{ check: 'swap', state: 'warning', text: `on (${names}): open keys may be written to the disk`, remedy }];
}

/** True when the control group of this process, or one above it, may use no swap (cgroup v2). */
async function isKeptFromSwap({ group, groups }: MachineFiles): Promise<boolean> {
  const [, path = ''] = /^0::(\/.*)$/m.exec(await textOf(group)) ?? [];
  for (let at = path; at.length > 1; at = at.slice(0, at.lastIndexOf('/'))) {
    if ((await textOf(`${groups}${at}/memory.swap.max`)).trim() === '0') return true;
  }
  return false;
}

async function textOf(path: string): Promise<string> {
  return readFile(path, 'utf8').catch(() => '');
}

/** Key slots with passwords that are cheaper to guess than those of new slots. */
export function scryptFinding(slots: readonly KeySlot[]): Finding {
  const costOf = ({ logN, r, p }: StretchedSlot['kdf']) => 2 ** logN * r * p;
  const passwords = slots.filter((slot): slot is StretchedSlot => slot.kind === 'password');
  const weak = passwords.filter(({ kdf }) => costOf(kdf) < costOf(defaultScrypt));
  if (weak.length === 0)
    return { check: 'key derivation', state: 'ok', text: 'scrypt as in new key slots, or stronger' };
  const shown = weak.map(({ kdf: { logN, r, p } }) => `N=2^${logN} r=${r} p=${p}`);
  const text = `${weak.length} passwords are stretched less than new ones are (${[...new Set(shown)].join(', ')})`;
  const remedy = 'run `custos password change` with each of these passwords; the new one may be the same';
  return { check: 'key derivation', state: 'warning', text, remedy };
}
