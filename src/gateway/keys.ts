import { CustosError } from '../core/errors.js';

// Clients of the node proxies send the key only in the path, as the API documents it.
const keyPaths = [
  /^\/v3\/[a-z]+\/web3\/([^/]+)$/,
  /^\/v3\/blockchain\/node\/[^/]+\/([^/]+)/,
  /^\/v3\/egld\/node\/([^/]+)/,
  /^\/v3\/algorand\/node\/(?:algod|indexer)\/([^/]+)/,
];

/**
 * The decoded API key in the path of a node proxy.
 * @param path - still encoded: only the encoded form shows where a segment ends
 */
export function pathKey(path: string): string | undefined {
  const [key] = keyPaths.flatMap((form) => form.exec(path)?.[1] ?? []);
  try {
    return key === undefined ? undefined : decodeURIComponent(key);
  } catch {
    return key;
  }
}

/** @throws CustosError API_KEY_MISSING, API_KEY_INVALID: names the place of the key, never the key */
export function refuseKey({ header, path }: { header: string | undefined; path: string | undefined }): never {
  if (header !== undefined) {
    throw new CustosError('API_KEY_INVALID', 'the header x-api-key holds another key than the gateway has');
  }
  if (path !== undefined) {
    throw new CustosError('API_KEY_INVALID', 'the path holds another key than the gateway has');
  }
  throw new CustosError('API_KEY_MISSING', 'the header x-api-key is missing');
}
