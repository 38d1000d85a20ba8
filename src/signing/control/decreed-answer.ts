import { CustosError } from '../../core/errors.js';
import { isCount } from '../../core/json.js';
import type { Decreed, DecreeRequest } from '../../core/signing/decree.js';

/** Bytes of a sealed policy. */
const LONGEST_BOX = 8 * 1024 * 1024;
const LONGEST_SIGNATURES = 64 * 1024;
const TEXT = /^[ -~]*$/;
const MAC = /^[\w-]{43}$/;

/** Reads what a signer process made of a decree as if from an enemy. It has to be what was asked for. @throws CustosError SIGNER_DIED */
export function parseDecreed(value: unknown, { wish }: Pick<DecreeRequest, 'wish'>): Decreed {
  const of = membersOf(value);
  if (of('act') !== wish.act) throw foreign();
  if (wish.act === 'publish') {
    const document = membersOf(of('document'));
    const version = document('version');
    if (!isCount(version)) throw foreign();
    return {
      act: 'publish',
      document: { version, box: boxOf(document('box')), viewBox: boxOf(document('viewBox')) },
    };
  }
  const end = membersOf(of('end'));
  const at = end('at');
  if (!isCount(at)) throw foreign();
  const signatures = textOf(end('signatures'), TEXT);
  return {
    act: 'unfreeze',
    end: { at, signatures, mac: textOf(end('mac'), MAC), rootMac: textOf(end('rootMac'), MAC) },
  };
}

/** Own properties only: an inherited one was never part of the answer. */
function membersOf(value: unknown): (name: string) => unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw foreign();
  return (name) => (Object.hasOwn(value, name) ? Reflect.get(value, name) : undefined);
}

function boxOf(value: unknown): Uint8Array {
  if (!(value instanceof Uint8Array) || value.length === 0 || value.length > LONGEST_BOX) throw foreign();
  return Uint8Array.from(value);
}

function textOf(value: unknown, form: RegExp): string {
  if (typeof value !== 'string' || value.length > LONGEST_SIGNATURES || !form.test(value)) throw foreign();
  return value;
}

function foreign(): CustosError {
  return new CustosError('SIGNER_DIED', 'the signer process does not keep to the protocol');
}
