import { Secret } from '../../core/secret.js';
import { askJson, type Reach, requireSettings, serviceUrl, textAt } from '../remote.js';
import { pathOf } from './path.js';
import { type VaultDoor, vaultToken } from './token.js';

/**
 * The password from a KV store, version 2, of HashiCorp Vault or OpenBao: the field CUSTOS_VAULT_FIELD (`password` when absent)
 * of the secret CUSTOS_VAULT_SECRET, in CUSTOS_VAULT_MOUNT (`secret` when absent) of VAULT_ADDR.
 * @throws CustosError PASSWORD_SOURCE
 */
export async function passwordFromVault(reach: Reach): Promise<Secret> {
  const settings = inOneName(reach.settings);
  const given = requireSettings(settings, ['VAULT_ADDR', 'CUSTOS_VAULT_SECRET']);
  const door = doorAt(serviceUrl(given.VAULT_ADDR, 'VAULT_ADDR'), settings['VAULT_NAMESPACE']);
  const mount = pathOf(settings['CUSTOS_VAULT_MOUNT'] || 'secret', 'CUSTOS_VAULT_MOUNT');
  const url = door.url(`${mount}/data/${pathOf(given.CUSTOS_VAULT_SECRET, 'CUSTOS_VAULT_SECRET')}`);
  const version = settings['CUSTOS_VAULT_VERSION'];
  if (version) url.searchParams.set('version', version);
  const token = await vaultToken({ ...reach, settings }, door);
  const headers = { ...door.headers, 'x-vault-token': token };
  const send = (signal: AbortSignal) => reach.ask(url, { headers, redirect: 'error', signal });
  const answer = await askJson({ what: 'Vault', clock: reach.clock, send });
  const field = settings['CUSTOS_VAULT_FIELD'] || 'password';
  return Secret.text(textAt(answer, ['data', 'data', field], 'Vault'));
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
