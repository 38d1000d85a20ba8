import { isName } from '../../core/policy/demand.js';
import type { SettingsReader } from './reader.js';

/** Services that approve for persons. */
export interface ApproversConfig {
  /** The URL of each, by the person's name. */
  readonly services: ReadonlyMap<string, string>;
  /** File with the key that signs the questions. */
  readonly secretFile?: string;
}

/** `NAME=URL`, repeated or separated by commas. The URLs are checked with the others. */
export function readApprovers(read: SettingsReader): ApproversConfig {
  const given = read.variable('approvers');
  const items = read.list('approver') ?? given?.value.split(',').map((item) => item.trim()) ?? [];
  const from = read.isGiven('approver') ? '--approver' : (given?.from ?? '--approver');
  const services = new Map<string, string>();
  for (const item of items) {
    const end = item.indexOf('=');
    const [name, url] = [item.slice(0, Math.max(end, 0)), item.slice(end + 1)];
    if (!isName(name) || url === '') read.refuse(from, `${from} takes NAME=URL with the name of a person`);
    else if (services.has(name)) read.refuse(from, `${from} names ${name} twice`);
    else services.set(name, url);
  }
  const secretFile = read.text('approverSecret');
  return { services, ...(secretFile !== undefined && { secretFile }) };
}
