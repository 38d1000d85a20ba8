import { CustosError } from '../../core/errors.js';
import { parseKeyUri } from '../../core/signing/key-uri.js';
import { serviceUrl } from '../remote.js';

/** Keys of `systemd-creds`: the host's, the TPM's, both, or what the machine has. */
const machineKeys = ['host', 'tpm2', 'host+tpm2', 'auto'] as const;

/** Names a key outside of the store that wraps slot keys. `text` is its whole form, which slots and settings have. */
export type Reference = { readonly text: string } & (
  | { readonly kind: 'command' }
  /** Held by a process of its own, which is not of this room. */
  | { readonly kind: 'pkcs11' }
  | { readonly kind: 'systemd-creds'; readonly key: (typeof machineKeys)[number] }
  | { readonly kind: 'awskms'; readonly arn: string; readonly region: string }
  | { readonly kind: 'gcpkms'; readonly name: string }
  | { readonly kind: 'azurekms'; readonly vault: URL; readonly name: string; readonly version?: string }
  | { readonly kind: 'transit'; readonly mount: string; readonly key: string }
);

type Reader = (rest: string, text: string) => Reference | undefined;

const readers: Readonly<Record<Reference['kind'], Reader>> = {
  command: (rest, text) => (/^[\w.-]{0,64}$/.test(rest) ? { kind: 'command', text } : undefined),
  pkcs11(_rest, text) {
    // A PIN in it, or a part without effect, is said by its own error.
    parseKeyUri(text);
    return { kind: 'pkcs11', text };
  },
  'systemd-creds'(rest, text) {
    const key = machineKeys.find((one) => one === rest);
    return key && { kind: 'systemd-creds', key, text };
  },
  awskms(rest, text) {
    const found = /^arn:aws[a-z-]*:kms:([a-z]{2}(?:-[a-z]+)+-\d+):\d{12}:(?:key\/[\w-]+|alias\/[\w/-]+)$/.exec(rest);
    return found?.[1] === undefined ? undefined : { kind: 'awskms', arn: rest, region: found[1], text };
  },
  gcpkms(rest, text) {
    const isName = /^projects\/[a-z0-9.:-]+\/locations\/[a-z0-9-]+\/keyRings\/[\w-]+\/cryptoKeys\/[\w-]+$/.test(rest);
    return isName ? { kind: 'gcpkms', name: rest, text } : undefined;
  },
  azurekms(rest, text) {
    const url = serviceUrl(rest, 'the key in Azure Key Vault');
    const [, name, version] = /^\/keys\/([0-9A-Za-z-]{1,127})(?:\/([0-9a-f]{32}))?$/.exec(url.pathname) ?? [];
    if (name === undefined || url.search !== '' || url.username !== '' || url.hash !== '') return undefined;
    return { kind: 'azurekms', vault: new URL(url.origin), name, ...(version && { version }), text };
  },
  transit(rest, text) {
    const [, mount, key] = /^([\w./-]+)\/([\w.-]+)$/.exec(rest) ?? [];
    return mount === undefined || key === undefined ? undefined : { kind: 'transit', mount, key, text };
  },
};

const forms: readonly string[] = [
  'command or command:NAME',
  'systemd-creds:host, tpm2, host+tpm2 or auto',
  'pkcs11:token=T;object=K?module-path=/path',
  'awskms:ARN',
  'gcpkms:projects/P/locations/L/keyRings/R/cryptoKeys/K',
  'azurekms:https://VAULT/keys/KEY',
  'transit:MOUNT/KEY',
];

/** @throws CustosError CONFIG_INVALID: it names no key of a known form */
export function parseReference(text: string): Reference {
  const [scheme = '', ...parts] = text.split(':');
  const read = Object.hasOwn(readers, scheme) ? readers[scheme as Reference['kind']] : undefined;
  const found = text.length <= 1024 ? safely(() => read?.(parts.join(':'), text)) : undefined;
  if (found !== undefined) return found;
  throw new CustosError('CONFIG_INVALID', 'the key of a key slot has no known form', {
    hint: `one of ${forms.join('; ')}`,
  });
}

/** What is wrong with a URL is said with the forms. */
function safely(read: () => Reference | undefined): Reference | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof CustosError && error.code === 'KEY_URI_INVALID') throw error;
    return undefined;
  }
}
