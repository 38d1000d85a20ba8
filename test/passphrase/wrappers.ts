import { systemClock } from '../../src/core/clock.js';
import { wrapperOf } from '../../src/passphrase/keys/index.js';
import { parseReference } from '../../src/passphrase/keys/reference.js';
import type { Wrapper, WrapperMeans } from '../../src/passphrase/keys/wrapper.js';

/** The slot that keys are wrapped for. */
export const place = {
  storeId: '0123456789abcdef0123456789abcdef',
  slot: 'dcfb813b-7427-4a18-9214-8700616e941c',
};

/** Nobody waits between attempts. */
const clock = { ...systemClock, wait: async () => undefined };

/** The outside key of a reference, reached as the means say. */
export function wrapperFor(reference: string, means: Partial<WrapperMeans>): Wrapper {
  const parsed = parseReference(reference);
  if (parsed.kind === 'pkcs11') throw new Error('tokens have a process of their own');
  return wrapperOf(parsed, { settings: {}, clock, ask: fetch, direct: fetch, home: undefined, ...means });
}
