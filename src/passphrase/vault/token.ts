import { CustosError } from '../../core/errors.js';
import { askJson, type Reach, textAt, tokenIn } from '../remote.js';
import { tokenFromFile } from '../token-file.js';
import { pathOf } from './path.js';

/** A Vault or OpenBao, and what each request to it carries. */
export interface VaultDoor {
  url(path: string): URL;
  readonly headers: Readonly<Record<string, string>>;
}

/** A way to get a token, and the settings of which any means it. */
interface Way {
  readonly names: readonly string[];
  token(reach: Reach, door: VaultDoor): Promise<string>;
}

const ways: readonly Way[] = [
  { names: ['VAULT_TOKEN'], token: async ({ settings }) => tokenIn(settings['VAULT_TOKEN'] ?? '', 'VAULT_TOKEN') },
  {
    names: ['CUSTOS_VAULT_TOKEN_FILE'],
    token: ({ settings }) => tokenFromFile(settings['CUSTOS_VAULT_TOKEN_FILE'] ?? '', 'CUSTOS_VAULT_TOKEN_FILE'),
  },
  { names: ['CUSTOS_VAULT_ROLE_ID', 'CUSTOS_VAULT_SECRET_ID', 'CUSTOS_VAULT_SECRET_ID_FILE'], token: byAppRole },
  { names: ['CUSTOS_VAULT_KUBERNETES_ROLE'], token: byKubernetes },
];

/**
 * A token by exactly one of these: VAULT_TOKEN, a file that an agent keeps fresh, AppRole, or the service account of a pod.
 * @throws CustosError PASSWORD_SOURCE
 */
export function vaultToken(reach: Reach, door: VaultDoor): Promise<string> {
  const [way, ...more] = ways.filter(({ names }) => names.some((name) => reach.settings[name]));
  if (way !== undefined && more.length === 0) return way.token(reach, door);
  const all = ways.map(({ names: [first] }) => first).join(', ');
  const text = way === undefined ? 'no way to sign in to Vault is set' : 'more than one way to sign in to Vault is set';
  throw new CustosError('PASSWORD_SOURCE', `${text}: set one of ${all}`);
}

async function byAppRole(reach: Reach, door: VaultDoor): Promise<string> {
  const { settings } = reach;
  const role = settings['CUSTOS_VAULT_ROLE_ID'];
  const [text, file] = [settings['CUSTOS_VAULT_SECRET_ID'], settings['CUSTOS_VAULT_SECRET_ID_FILE']];
  if (!role) throw new CustosError('PASSWORD_SOURCE', 'not set: CUSTOS_VAULT_ROLE_ID');
  if (Boolean(text) === Boolean(file)) {
    const names = 'CUSTOS_VAULT_SECRET_ID and CUSTOS_VAULT_SECRET_ID_FILE';
    throw new CustosError('PASSWORD_SOURCE', `set one of ${names}`);
  }
  const secretId = text || (await tokenFromFile(file ?? '', 'CUSTOS_VAULT_SECRET_ID_FILE'));
  return login(reach, door, { kind: 'approle', body: { role_id: role, secret_id: secretId } });
}

/** Where Kubernetes mounts the token of a pod's service account. */
const POD_TOKEN = '/var/run/secrets/kubernetes.io/serviceaccount/token';

async function byKubernetes(reach: Reach, door: VaultDoor): Promise<string> {
  const { settings } = reach;
  const name = 'CUSTOS_VAULT_KUBERNETES_TOKEN_FILE';
  const jwt = await tokenFromFile(settings[name] || POD_TOKEN, name);
  return login(reach, door, { kind: 'kubernetes', body: { role: settings['CUSTOS_VAULT_KUBERNETES_ROLE'], jwt } });
}

interface Login {
  /** Also the mount, when the settings name none. */
  readonly kind: string;
  readonly body: Readonly<Record<string, unknown>>;
}

async function login({ settings, clock, ask }: Reach, door: VaultDoor, { kind, body }: Login): Promise<string> {
  const mount = pathOf(settings['CUSTOS_VAULT_AUTH_MOUNT'] || kind, 'CUSTOS_VAULT_AUTH_MOUNT');
  const headers = { ...door.headers, 'content-type': 'application/json' };
  const request = { method: 'POST', headers, body: JSON.stringify(body), redirect: 'error' } as const;
  const send = (signal: AbortSignal) => ask(door.url(`auth/${mount}/login`), { ...request, signal });
  const answer = await askJson({ what: 'Vault sign-in', clock, send });
  return tokenIn(textAt(answer, ['auth', 'client_token'], 'Vault sign-in'), 'Vault sign-in');
}
