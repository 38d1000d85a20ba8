import { CustosError } from '../core/errors.js';

// Clients of the node proxies send the key only there, as the API documents it.
const keyPaths = [
  /^\/v3\/[a-z]+\/web3\/([^/]+)$/,
  /^\/v3\/blockchain\/node\/[^/]+\/([^/]+)/,
  /^\/v3\/egld\/node\/([^/]+)/,
  /^\/v3\/algorand\/node\/(?:algod|indexer)\/([^/]+)/,
];

/**
 * The API key in the path of a node proxy, as it was before it was encoded for the URL.
 * @param path - as it was sent: only the encoded form says which part of it is one segment
 */
export function pathKey(path: string): string | undefined {
  const [key] = keyPaths.flatMap((form) => form.exec(path)?.[1] ?? []);
  try {
    return key === undefined ? undefined : decodeURIComponent(key);
  } catch {
    return key;
  }
}

/** @throws CustosError API_KEY_MISSING, API_KEY_INVALID: says where the key stands, never which it is */
export function refuseKey({ header, path }: { header: string | undefined; path: string | undefined }): never {
  if (header !== undefined) {
    throw new CustosError('API_KEY_INVALID', 'the header x-api-key holds another key than the gateway has');
  }
  if (path !== undefined) {
    throw new CustosError('API_KEY_INVALID', 'the path holds another key than the gateway has');
  }
  throw new CustosError('API_KEY_MISSING', 'the header x-api-key is missing');
}
