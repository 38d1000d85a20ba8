import { CustosError } from '../../core/errors.js';
import { keyFromProgram } from './command.js';
import type { SlotPlace, Wrapper, WrapperMeans } from './wrapper.js';

const WHAT = 'systemd-creds';
/**
 * How a credential begins that is encrypted under no key at all (systemd's CRED_AES256_GCM_BY_NULL). Machines without Secure Boot
 * open one without a word, so whoever can write the store could make one.
 */
const NULL_KEY = '058469daf6f54324800549da0f8ea2fb';

/**
 * The host key of this machine, its TPM, or both, by systemd's own program. The credential has the name of the store and the slot,
 * which systemd binds. SYSTEMD_TPM2_DEVICE, systemd's own variable, names another TPM than the first one.
 */
export function systemdWrapper(key: string, { home, settings }: Pick<WrapperMeans, 'home' | 'settings'>): Wrapper {
  const device = settings['SYSTEMD_TPM2_DEVICE'];
  const variables = device ? { SYSTEMD_TPM2_DEVICE: device } : {};
  const run = (flags: readonly string[], verb: string, { input, place }: { input: Uint8Array; place: SlotPlace }) => {
    const name = `--name=custos-${place.storeId}-${place.slot}`;
    return keyFromProgram({ words: [WHAT, ...flags, name, verb, '-', '-'], home, input, variables }, WHAT);
  };
  return {
    async wrap(slotKey, place) {
      return underKey(await run([`--with-key=${key}`], 'encrypt', { input: slotKey, place }));
    },
    async unwrap(wrapped, place) {
      return run([], 'decrypt', { input: underKey(wrapped), place });
    },
  };
}

function underKey(credential: Uint8Array): Uint8Array {
  const bytes = Buffer.from(Buffer.from(credential).toString('latin1'), 'base64');
  if (bytes.length > 16 && bytes.toString('hex', 0, 16) !== NULL_KEY) return credential;
  throw new CustosError('SLOT_KEY_UNAVAILABLE', `${WHAT}: the credential is under no key of this machine`);
}
