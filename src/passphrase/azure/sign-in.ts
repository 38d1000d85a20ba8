import type { Reach } from '../remote.js';

/** Settings of the way to sign in. What is half set is a mistake, and never a reason to sign in by another identity. */
export function signInNamedBy(
  settings: Reach['settings'],
): readonly ('AZURE_TENANT_ID' | 'AZURE_CLIENT_ID' | 'AZURE_CLIENT_SECRET')[] {
  if (settings['AZURE_FEDERATED_TOKEN_FILE']) return ['AZURE_TENANT_ID', 'AZURE_CLIENT_ID'];
  const isClient = settings['AZURE_TENANT_ID'] || settings['AZURE_CLIENT_SECRET'];
  return isClient ? ['AZURE_TENANT_ID', 'AZURE_CLIENT_ID', 'AZURE_CLIENT_SECRET'] : [];
}

/** What a token is for: vaults, or managed HSMs, of the same cloud as this one. */
export function resourceOf({ hostname }: URL): string {
  const [, cloud = 'vault.azure.net'] =
    /\.((?:vault|managedhsm)\.(?:azure\.net|azure\.cn|usgovcloudapi\.net))$/.exec(hostname) ?? [];
  return `https://${cloud}`;
}
