// Wraps and unwraps a key as the vendor's own library does. Arguments: id of the key, key in base64, what another program wrapped.
import { ClientSecretCredential } from '@azure/identity';
import { CryptographyClient } from '@azure/keyvault-keys';

const { AZURE_TENANT_ID: tenant, AZURE_CLIENT_ID: client, AZURE_CLIENT_SECRET: secret, AUTHORITY } = process.env;
const options = { authorityHost: AUTHORITY, disableInstanceDiscovery: true, retryOptions: { maxRetries: 0 } };
const [id, key, foreign] = process.argv.slice(2);
const vault = new CryptographyClient(id, new ClientSecretCredential(tenant, client, secret, options), {
  // The vault is on loopback, and its challenge names the real one.
  disableChallengeResourceVerification: true,
  retryOptions: { maxRetries: 0 },
});
const wrapped = await vault.wrapKey('RSA-OAEP-256', Buffer.from(key, 'base64'));
const unwrapped = await vault.unwrapKey('RSA-OAEP-256', Buffer.from(foreign, 'base64'));
const base64 = (bytes) => Buffer.from(bytes).toString('base64');
process.stdout.write(JSON.stringify({ wrapped: base64(wrapped.result), unwrapped: base64(unwrapped.result) }));
