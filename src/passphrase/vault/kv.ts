import { Secret } from '../../core/secret.js';
import { askJson, type Reach, requireSettings, textAt } from '../remote.js';
import { doorOf } from './door.js';
import { pathOf } from './path.js';
import { vaultToken } from './token.js';

/**
 * The password from a KV store, version 2, of HashiCorp Vault or OpenBao: the field CUSTOS_VAULT_FIELD (`password` when absent)
 * of the secret CUSTOS_VAULT_SECRET, in CUSTOS_VAULT_MOUNT (`secret` when absent) of VAULT_ADDR.
 * @throws CustosError PASSWORD_SOURCE
 */
export async function passwordFromVault(reach: Reach): Promise<Secret> {
  const { settings, door } = doorOf(reach, ['CUSTOS_VAULT_SECRET']);
  const given = requireSettings(settings, ['CUSTOS_VAULT_SECRET']);
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
