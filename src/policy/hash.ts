import { hash } from 'node:crypto';

const hashForm = /^sha256:[0-9a-f]{64}$/;

/** `sha256:` and the 64 hexadecimal digits of a text's SHA-256. */
export function hashOf(text: string): string {
  return `sha256:${hash('sha256', text, 'hex')}`;
}

/** Whether a text is a hash as `hashOf` writes it. */
export function isHash(text: string): boolean {
  return hashForm.test(text);
}
