// Asks for a secret as the vendor's own library does, by the identity that the first argument names.
import { ClientSecretCredential, ManagedIdentityCredential, WorkloadIdentityCredential } from '@azure/identity';
import { SecretClient } from '@azure/keyvault-secrets';

const { AZURE_TENANT_ID: tenant, AZURE_CLIENT_ID: client, AZURE_CLIENT_SECRET: secret, AUTHORITY, VAULT } = process.env;
const options = { authorityHost: AUTHORITY, disableInstanceDiscovery: true, retryOptions: { maxRetries: 0 } };
const credentials = {
  'client credentials': () => new ClientSecretCredential(tenant, client, secret, options),
  'workload identity': () => new WorkloadIdentityCredential(options),
  'managed identity': () => new ManagedIdentityCredential({ retryOptions: { maxRetries: 0 } }),
  'managed identity of an app': () => new ManagedIdentityCredential({ retryOptions: { maxRetries: 0 } }),
};
const keyVault = new SecretClient(VAULT, credentials[process.argv[2]](), {
  // The vault is on loopback, and its challenge names the real one.
  disableChallengeResourceVerification: true,
  retryOptions: { maxRetries: 0 },
});
process.stdout.write((await keyVault.getSecret('store-password', { version: 'v7' })).value);
