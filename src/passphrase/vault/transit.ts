import { contextBytes, type SlotPlace, type Wrapper } from '../keys/wrapper.js';
import { askJson, bytesAt, type Reach, textAt } from '../remote.js';
import { doorOf } from './door.js';
import { pathOf } from './path.js';
import { vaultToken } from './token.js';

const WHAT = 'Vault transit';

/** A key of a transit engine. */
interface TransitKey {
  readonly mount: string;
  readonly key: string;
}

/**
 * A key of the transit engine of HashiCorp Vault or OpenBao (`aes256-gcm96`), at VAULT_ADDR, bound by associated data, and by the
 * context where the key derives others.
 */
export function transitWrapper({ mount, key }: TransitKey, reach: Reach): Wrapper {
  const ask = async (action: string, body: Readonly<Record<string, unknown>>): Promise<unknown> => {
    const { settings, door } = doorOf(reach);
    const url = door.url(`${pathOf(mount, 'the mount')}/${action}/${pathOf(key, 'the key')}`);
    const token = await vaultToken({ ...reach, settings }, door);
    const headers = { ...door.headers, 'x-vault-token': token, 'content-type': 'application/json' };
    const request = { method: 'POST', headers, body: JSON.stringify(body), redirect: 'error' } as const;
    return askJson({ what: WHAT, clock: reach.clock, send: (signal) => reach.ask(url, { ...request, signal }) });
  };
  return {
    async wrap(slotKey, place) {
      const answer = await ask('encrypt', { plaintext: Buffer.from(slotKey).toString('base64'), ...bound(place) });
      return new Uint8Array(Buffer.from(textAt(answer, ['data', 'ciphertext'], WHAT), 'utf8'));
    },
    async unwrap(wrapped, place) {
      const answer = await ask('decrypt', { ciphertext: Buffer.from(wrapped).toString('utf8'), ...bound(place) });
      return bytesAt(answer, ['data', 'plaintext'], WHAT);
    },
  };
}

function bound(place: SlotPlace): Readonly<Record<string, string>> {
  const text = contextBytes(place).toString('base64');
  return { associated_data: text, context: text };
}
