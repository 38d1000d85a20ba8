import { CustosError } from '../../core/errors.js';
import { contextBytes, type SlotPlace, type Wrapper } from '../keys/wrapper.js';
import { askJson, bytesAt, type Reach, serviceUrl, textAt } from '../remote.js';
import { crc32c } from './crc32c.js';
import { gcpToken } from './token.js';

const WHAT = 'GCP KMS';

/**
 * A symmetric key of GCP KMS (encrypt, decrypt), bound by additional authenticated data. Checksums prove in both directions that
 * nothing was damaged on the way. CUSTOS_GCP_KMS_ENDPOINT names a private endpoint.
 */
export function gcpWrapper({ name }: { readonly name: string }, reach: Reach): Wrapper {
  return {
    async wrap(key, place) {
      const answer = await ask(reach, `${name}:encrypt`, { ...summed('plaintext', key), ...bound(place) });
      for (const member of ['verifiedPlaintextCrc32c', 'verifiedAdditionalAuthenticatedDataCrc32c'] as const) {
        if (!isTrueAt(answer, member)) throw damaged();
      }
      return summedAt(answer, 'ciphertext');
    },
    async unwrap(wrapped, place) {
      const answer = await ask(reach, `${name}:decrypt`, { ...summed('ciphertext', wrapped), ...bound(place) });
      return summedAt(answer, 'plaintext');
    },
  };
}

async function ask(reach: Reach, path: string, body: Readonly<Record<string, unknown>>): Promise<unknown> {
  const { settings, clock, ask: send } = reach;
  const endpoint = settings['CUSTOS_GCP_KMS_ENDPOINT'] || 'https://cloudkms.googleapis.com';
  const url = new URL(`/v1/${path}`, serviceUrl(endpoint, 'CUSTOS_GCP_KMS_ENDPOINT'));
  const headers = { authorization: `Bearer ${await gcpToken(reach)}`, 'content-type': 'application/json' };
  const request = { method: 'POST', headers, body: JSON.stringify(body), redirect: 'error' } as const;
  return askJson({ what: WHAT, clock, send: (signal) => send(url, { ...request, signal }) });
}

function summed(name: string, bytes: Uint8Array): Readonly<Record<string, string>> {
  return { [name]: Buffer.from(bytes).toString('base64'), [`${name}Crc32c`]: String(crc32c(bytes)) };
}

function bound(place: SlotPlace): Readonly<Record<string, string>> {
  return summed('additionalAuthenticatedData', contextBytes(place));
}

function summedAt(answer: unknown, name: string): Uint8Array {
  const bytes = bytesAt(answer, [name], WHAT);
  if (textAt(answer, [`${name}Crc32c`], WHAT) === String(crc32c(bytes))) return bytes;
  bytes.fill(0);
  throw damaged();
}

function isTrueAt(answer: unknown, name: string): boolean {
  return typeof answer === 'object' && answer !== null && Reflect.get(answer, name) === true;
}

function damaged(): CustosError {
  return new CustosError('PASSWORD_SOURCE', `${WHAT} got or sent damaged bytes`);
}
