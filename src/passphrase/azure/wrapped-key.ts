import { CustosError } from '../../core/errors.js';
import type { Wrapper } from '../keys/wrapper.js';
import { askJson, bytesAt, type Reach, requireSettings, textAt } from '../remote.js';
import { resourceOf, signInNamedBy } from './sign-in.js';
import { azureToken } from './token.js';

const WHAT = 'Azure Key Vault';
const ALGORITHM = 'RSA-OAEP-256';
const API = 'api-version=7.4';

/** A key of a vault. */
interface AzureKey {
  readonly vault: URL;
  readonly name: string;
  /** The newest when absent. */
  readonly version?: string;
}

/**
 * An RSA key of Azure Key Vault (wrapKey, unwrapKey with RSA-OAEP-256). It binds nothing, so the slot's own box alone binds the
 * slot key to store and slot. What is kept is the version of the key, a dot, and the wrapped key in base64url.
 */
export function azureWrapper(key: AzureKey, reach: Reach): Wrapper {
  const ask = async (path: string, body?: Readonly<Record<string, string>>): Promise<unknown> => {
    requireSettings(reach.settings, signInNamedBy(reach.settings));
    const authorization = `Bearer ${await azureToken(reach, resourceOf(key.vault))}`;
    const url = new URL(`/keys/${key.name}/${path}?${API}`, key.vault);
    const headers = { authorization, ...(body && { 'content-type': 'application/json' }) };
    const request = body ? { method: 'POST', body: JSON.stringify(body) } : { method: 'GET' };
    const send = (signal: AbortSignal) => reach.ask(url, { ...request, headers, redirect: 'error', signal });
    return askJson({ what: WHAT, clock: reach.clock, send });
  };
  return {
    async wrap(slotKey) {
      const version = key.version ?? versionIn(textAt(await ask(''), ['key', 'kid'], WHAT));
      const body = { alg: ALGORITHM, value: Buffer.from(slotKey).toString('base64url') };
      const answer = await ask(`${version}/wrapkey`, body);
      return new Uint8Array(Buffer.from(`${version}.${textAt(answer, ['value'], WHAT)}`, 'utf8'));
    },
    async unwrap(wrapped) {
      const [version = '', value = ''] = Buffer.from(wrapped).toString('utf8').split('.');
      // Others may have written the store, and the version becomes part of a path.
      if (!isVersion(version))
        throw new CustosError('SLOT_KEY_UNAVAILABLE', 'the wrapped key names no version of its key');
      return bytesAt(await ask(`${version}/unwrapkey`, { alg: ALGORITHM, value }), ['value'], WHAT);
    },
  };
}

function isVersion(text: string): boolean {
  return /^[0-9a-f]{32}$/.test(text);
}

function versionIn(kid: string): string {
  const version = kid.slice(kid.lastIndexOf('/') + 1);
  if (isVersion(version)) return version;
  throw new CustosError('PASSWORD_SOURCE', `${WHAT} names no version of the key`);
}
