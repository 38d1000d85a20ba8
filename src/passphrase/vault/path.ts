import { CustosError } from '../../core/errors.js';

/** A path whose parts name something: none is empty, and none leads elsewhere. @throws CustosError PASSWORD_SOURCE */
export function pathOf(text: string, name: string): string {
  const parts = text.split('/');
  if (parts.some((part) => /^\.{0,2}$/.test(part))) {
    throw new CustosError('PASSWORD_SOURCE', `${name} is not a path such as custos/store`);
  }
  return parts.map(encodeURIComponent).join('/');
}
