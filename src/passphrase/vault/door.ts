import { type Reach, requireSettings, serviceUrl } from '../remote.js';
import type { VaultDoor } from './token.js';

/** The Vault or OpenBao at VAULT_ADDR, and the settings by the names of Vault. @param needed - further settings that have to be there @throws CustosError PASSWORD_SOURCE */
export function doorOf(
  reach: Reach,
  needed: readonly string[] = [],
): { readonly settings: Reach['settings']; readonly door: VaultDoor } {
  const settings = inOneName(reach.settings);
  const { VAULT_ADDR: address = '' } = requireSettings<string>(settings, ['VAULT_ADDR', ...needed]);
  return { settings, door: doorAt(serviceUrl(address, 'VAULT_ADDR'), settings['VAULT_NAMESPACE']) };
}

/** OpenBao's client looks at BAO_ before VAULT_, which it still understands. */
function inOneName(settings: Reach['settings']): Reach['settings'] {
  return {
    ...settings,
    VAULT_ADDR: settings['BAO_ADDR'] || settings['VAULT_ADDR'],
    VAULT_NAMESPACE: settings['BAO_NAMESPACE'] || settings['VAULT_NAMESPACE'],
    VAULT_TOKEN: settings['BAO_TOKEN'] || settings['VAULT_TOKEN'],
  };
}

function doorAt(base: URL, namespace: string | undefined): VaultDoor {
  const under = base.pathname.replace(/\/+$/, '');
  return {
    url: (path) => new URL(`${under}/v1/${path}`, base),
    // Vault refuses requests without the first header where it is set up against forged links.
    headers: { 'x-vault-request': 'true', ...(namespace && { 'x-vault-namespace': namespace }) },
  };
}
