import { CustosError } from '../../core/errors.js';
import { awsWrapper } from '../aws/kms.js';
import { azureWrapper } from '../azure/wrapped-key.js';
import { gcpWrapper } from '../gcp/kms.js';
import { transitWrapper } from '../vault/transit.js';
import { commandWrapper } from './command.js';
import type { Reference } from './reference.js';
import { systemdWrapper } from './systemd-creds.js';
import type { Wrapper, WrapperMeans } from './wrapper.js';

/** All that need no process of their own. */
type OwnReference = Exclude<Reference, { kind: 'pkcs11' }>;

/** The key outside of the store that a reference names. @throws CustosError of its methods: SLOT_KEY_UNAVAILABLE, CONFIG_INVALID */
export function wrapperOf(reference: OwnReference, means: WrapperMeans): Wrapper {
  const { wrap, unwrap } = chosen(reference, means);
  return {
    wrap: (key, place) => said(() => wrap(key, place)),
    unwrap: (wrapped, place) => said(() => unwrap(wrapped, place)),
  };
}

function chosen(reference: OwnReference, means: WrapperMeans): Wrapper {
  switch (reference.kind) {
    case 'command':
      return commandWrapper(means);
    case 'systemd-creds':
      return systemdWrapper(reference.key, means);
    case 'awskms':
      return awsWrapper(reference, means);
    case 'gcpkms':
      return gcpWrapper(reference, means);
    case 'azurekms':
      return azureWrapper(reference, means);
    case 'transit':
      return transitWrapper(reference, means);
  }
}

/** Sign-in and requests are those of the password sources, and so are the words for what went wrong; the remedy is another. */
async function said(work: () => Promise<Uint8Array>): Promise<Uint8Array> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof CustosError) || error.code !== 'PASSWORD_SOURCE') throw error;
    throw new CustosError('SLOT_KEY_UNAVAILABLE', error.message, { cause: error });
  }
}
