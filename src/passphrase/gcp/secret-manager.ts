import { CustosError } from '../../core/errors.js';
import { Secret } from '../../core/secret.js';
import { oneLine } from '../one-line.js';
import { askJson, type Reach, requireSettings, serviceUrl, textAt } from '../remote.js';
import { crc32c } from './crc32c.js';
import { gcpToken } from './token.js';

const WHAT = 'GCP Secret Manager';

/**
 * The password from GCP Secret Manager: the secret CUSTOS_GCP_SECRET (projects/P/secrets/S, perhaps with /versions/V; regional
 * ones have /locations/L before /secrets) by the key file of a service account or the identity of this machine or pod.
 * CUSTOS_GCP_ENDPOINT names a private endpoint.
 * @throws CustosError PASSWORD_SOURCE
 */
export async function passwordFromGcp(reach: Reach): Promise<Secret> {
  const { settings, clock, ask } = reach;
  const { name, host } = secretNamed(requireSettings(settings, ['CUSTOS_GCP_SECRET']).CUSTOS_GCP_SECRET);
  const base = serviceUrl(settings['CUSTOS_GCP_ENDPOINT'] || `https://${host}`, 'CUSTOS_GCP_ENDPOINT');
  const headers = { authorization: `Bearer ${await gcpToken(reach)}` };
  const url = new URL(`/v1/${name}:access`, base);
  const send = (signal: AbortSignal) => ask(url, { headers, redirect: 'error', signal });
  const answer = await askJson({ what: WHAT, clock, send });
  const bytes = Buffer.from(textAt(answer, ['payload', 'data'], WHAT), 'base64');
  try {
    const sum = textAt(answer, ['payload', 'dataCrc32c'], WHAT);
    if (sum !== String(crc32c(bytes))) throw new CustosError('PASSWORD_SOURCE', `${WHAT} sent damaged bytes`);
    const found = oneLine(bytes);
    if ('problem' in found) throw new CustosError('PASSWORD_SOURCE', `the GCP secret ${found.problem}`);
    return Secret.bytes(found.line);
  } finally {
    bytes.fill(0);
  }
}

interface Named {
  readonly name: string;
  readonly host: string;
}

const resource = /^projects\/[a-z0-9.:-]+(?:\/locations\/([a-z0-9-]+))?\/secrets\/[\w-]+(\/versions\/[\w-]+)?$/;

/** The name with a version, and the host that answers for it: regional secrets leave their region on no way. */
function secretNamed(given: string): Named {
  const found = resource.exec(given);
  if (found === null) {
    const hint = 'write it as projects/PROJECT/secrets/SECRET, perhaps with /versions/VERSION';
    throw new CustosError('PASSWORD_SOURCE', 'CUSTOS_GCP_SECRET is not the name of a secret', { hint });
  }
  const [, location, version] = found;
  return {
    name: version === undefined ? `${given}/versions/latest` : given,
    host: location === undefined ? 'secretmanager.googleapis.com' : `secretmanager.${location}.rep.googleapis.com`,
  };
}
