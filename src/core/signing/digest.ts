import { hash } from 'node:crypto';

/** @returns SHA-256 of a completed form's UTF-8 bytes, in 64 hexadecimal digits: an approval holds for this digest only */
export function digestOf(completed: string): string {
  return hash('sha256', completed, 'hex');
}
