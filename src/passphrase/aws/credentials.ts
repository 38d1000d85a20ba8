import { CustosError } from '../../core/errors.js';
import {
  askJson,
  askText,
  METADATA_TIMEOUT,
  metadataUrl,
  type Reach,
  requireSettings,
  serviceUrl,
  textAt,
  tokenIn,
} from '../remote.js';
import { tokenFromFile } from '../token-file.js';

/** Keys that sign one request. */
interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Of keys that end; absent for keys of a user. */
  readonly sessionToken?: string;
}

/** Where the services of a region are. */
interface Region {
  readonly region: string;
  readonly domain: string;
}

/**
 * Keys, in this order: those of the settings; those that STS gives for a web identity (AWS_ROLE_ARN and
 * AWS_WEB_IDENTITY_TOKEN_FILE, as EKS sets them); those of the instance's role. What is set decides, and a failure of one is
 * never a reason to try the next.
 * @throws CustosError PASSWORD_SOURCE
 */
export async function awsCredentials(reach: Reach, region: Region): Promise<Credentials> {
  const { settings } = reach;
  const [accessKeyId, secretAccessKey] = [
    settings['TATUM_KMS_AWS_ACCESS_KEY_ID'],
    settings['TATUM_KMS_AWS_SECRET_ACCESS_KEY'],
  ];
  if (accessKeyId && secretAccessKey) return { accessKeyId, secretAccessKey };
  const isWebIdentity = settings['AWS_ROLE_ARN'] || settings['AWS_WEB_IDENTITY_TOKEN_FILE'];
  return isWebIdentity ? byWebIdentity(reach, region) : byInstance(reach);
}

const STS = 'AWS STS';

/** AssumeRoleWithWebIdentity, which is not signed: the token is the proof. Its answer is XML. */
async function byWebIdentity({ settings, clock, ask }: Reach, { region, domain }: Region): Promise<Credentials> {
  const given = requireSettings(settings, ['AWS_ROLE_ARN', 'AWS_WEB_IDENTITY_TOKEN_FILE']);
  const endpoint = settings['AWS_ENDPOINT_URL_STS'] || `https://sts.${region}.${domain}/`;
  const url = serviceUrl(endpoint, 'AWS_ENDPOINT_URL_STS');
  const body = new URLSearchParams({
    Action: 'AssumeRoleWithWebIdentity',
    Version: '2011-06-15',
    RoleArn: given.AWS_ROLE_ARN,
    RoleSessionName: settings['AWS_ROLE_SESSION_NAME'] || 'custos',
    WebIdentityToken: await tokenFromFile(given.AWS_WEB_IDENTITY_TOKEN_FILE, 'AWS_WEB_IDENTITY_TOKEN_FILE'),
  });
  const send = (signal: AbortSignal) => ask(url, { method: 'POST', body, redirect: 'error', signal });
  const answer = await askText({ what: STS, clock, send });
  return {
    accessKeyId: elementOf(answer, 'AccessKeyId'),
    secretAccessKey: elementOf(answer, 'SecretAccessKey'),
    sessionToken: elementOf(answer, 'SessionToken'),
  };
}

/** The text of an element that is there once. Keys are base64, so they need no decoding. */
function elementOf(xml: string, name: string): string {
  const [found, ...more] = [...xml.matchAll(new RegExp(`<${name}>\\s*([\\w+/=.-]+)\\s*</${name}>`, 'g'))];
  if (found?.[1] === undefined || more.length > 0) throw new CustosError('PASSWORD_SOURCE', `${STS} has no ${name}`);
  return found[1];
}

const METADATA = 'the metadata service of this AWS instance';
/** Seconds for which a session may be used; it is used at once. */
const SESSION_SECONDS = '60';

/** Instance metadata, version 2: a session by PUT first, which no forged link or header of a proxy can make. */
async function byInstance({ settings, clock, direct }: Reach): Promise<Credentials> {
  const name = 'AWS_EC2_METADATA_SERVICE_ENDPOINT';
  const base = metadataUrl(settings[name] || 'http://169.254.169.254', name);
  const about = { what: METADATA, clock, timeout: METADATA_TIMEOUT };
  const put = { method: 'PUT', headers: { 'x-aws-ec2-metadata-token-ttl-seconds': SESSION_SECONDS } };
  const session = await askText({
    ...about,
    send: (signal) => direct(new URL('/latest/api/token', base), { ...put, redirect: 'error', signal }),
  });
  const headers = { 'x-aws-ec2-metadata-token': tokenIn(session, METADATA) };
  const list = new URL('/latest/meta-data/iam/security-credentials/', base);
  const role = await askText({ ...about, send: (signal) => direct(list, { headers, redirect: 'error', signal }) });
  if (!/^[\w+=,.@-]{1,64}$/.test(role.trim())) throw new CustosError('PASSWORD_SOURCE', `${METADATA} names no role`);
  const url = new URL(role.trim(), list);
  const answer = await askJson({ ...about, send: (signal) => direct(url, { headers, redirect: 'error', signal }) });
  return {
    accessKeyId: textAt(answer, ['AccessKeyId'], METADATA),
    secretAccessKey: textAt(answer, ['SecretAccessKey'], METADATA),
    sessionToken: tokenIn(textAt(answer, ['Token'], METADATA), METADATA),
  };
}
