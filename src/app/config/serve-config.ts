import { isIP } from 'node:net';
import { resolve } from 'node:path';
import { isPrivateHost } from '../../cloud/urls.js';
import { isLocalName, isSecureOriginOf, type RelyingParty } from '../../core/access/relying-party.js';
import { wholeNumber } from './command-options.js';
import type { SettingsReader } from './reader.js';

/** Settings of `custos serve` alone. */
export interface ServeConfig {
  readonly host: string;
  readonly port: number;
  /** Further host names under which it is reached. */
  readonly allowedHosts?: readonly string[];
  /** Hosts of webhooks that may be private and plain, with a port or without. */
  readonly webhookHosts?: readonly string[];
  /** The site for which users make passkeys. */
  readonly relyingParty?: RelyingParty;
  /** False: no console is served. */
  readonly console: boolean;
  /** Where browsers find the console. Absent: on this machine. */
  readonly consoleOrigin?: string;
  /** For how many days deliveries of webhooks are kept that have ended. */
  readonly webhookDays?: number;
  /** False if other daemons of the store sign what this one accepts. */
  readonly signs: boolean;
  /** Offers the gateway's operations too. */
  readonly tatum: boolean;
  /** Ticker of the chain whose JSON-RPC is at `/`. */
  readonly rpcChain?: string;
  /** Absent: plain HTTP. */
  readonly tls?: TlsConfig;
  /** The socket for clients of clef, and the file of the token whose rights it has: absolute paths. */
  readonly clef?: { readonly path: string; readonly tokenFile: string };
}

/** Files are absolute paths. */
interface TlsConfig {
  readonly certificateFile: string;
  readonly keyFile: string;
  /** Given: clients need a certificate that one of its signed. */
  readonly clientCaFile?: string;
  readonly asksClients: boolean;
  /** The id of the token that each certificate of a client stands for, by its fingerprint: 64 lower-case digits. */
  readonly clients: ReadonlyMap<string, string>;
}

const DEFAULT = '127.0.0.1:8646';

/** Labels of a domain name (RFC 1035, section 2.3.1; RFC 1123, section 2.1), in lower case. */
const domain = /^(?=.{1,253}$)(?!.*\.\d+$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$/;
/** An Android app, by the SHA-256 of the certificate that signed it. */
const androidApp = /^android:apk-key-hash:[A-Za-z0-9_-]{43}$/;

/** @returns undefined for every other command */
export function readServeConfig(read: SettingsReader): ServeConfig | undefined {
  if (!read.isSet('serve')) return undefined;
  const given = read.setting('listen') ?? { value: DEFAULT, from: '--listen' };
  const [, bracketed, plain, port] = /^(?:\[([0-9a-fA-F:.]+)\]|([A-Za-z0-9._-]+)):(\d{1,5})$/.exec(given.value) ?? [];
  const isAddress = bracketed === undefined ? plain !== undefined : isIP(bracketed) === 6;
  if (!isAddress || Number(port) > 65_535)
    read.refuse(given.from, `${given.from} takes ADDRESS:PORT, such as ${DEFAULT}`);
  const allowedHosts = read.list('allowedHost');
  const webhookHosts = read.list('webhookHost');
  const relyingParty = readRelyingParty(read);
  return {
    host: bracketed ?? plain ?? '127.0.0.1',
    port: Number(port ?? 0),
    ...(allowedHosts && { allowedHosts }),
    ...(webhookHosts && { webhookHosts }),
    ...(relyingParty && { relyingParty }),
    ...readConsole(read),
    ...readDays(read),
    signs: !read.isOff('signer'),
    tatum: read.isSet('tatum'),
    ...readRpc(read),
    ...readTls(read),
  };
}

/** Without an origin the console is only for browsers of this machine. */
function readConsole(read: SettingsReader): Pick<ServeConfig, 'console' | 'consoleOrigin'> {
  const isOn = !read.isOff('console');
  const origin = read.given('consoleOrigin');
  if (origin === undefined) return { console: isOn };
  if (!isOn)
    read.refuse('--console-origin', '--console-origin says where the console is, and --no-console that there is none');
  const url = URL.canParse(origin) ? new URL(origin) : undefined;
  if (url?.origin !== origin || !mayShowConsole(url)) {
    const form = 'an origin as browsers write it, such as https://custos.example.com';
    const plain = 'http:// is for localhost and for addresses of private networks, such as http://10.0.0.5:8646';
    read.refuse('--console-origin', `--console-origin takes ${form}; ${plain}`);
    return { console: isOn };
  }
  return { console: isOn, consoleOrigin: origin };
}

/** Browsers treat no name as secure without TLS. An address of a private network is the operator's own risk, and has passwords alone. */
function mayShowConsole({ protocol, hostname }: URL): boolean {
  if (protocol === 'https:') return true;
  const isAddress = isIP(hostname.replace(/^\[|\]$/g, '')) !== 0;
  return protocol === 'http:' && (isLocalName(hostname) || (isAddress && isPrivateHost(hostname)));
}

function readDays(read: SettingsReader): Pick<ServeConfig, 'webhookDays'> {
  const given = read.given('webhookDays');
  if (given === undefined) return {};
  return { webhookDays: read.misused('--webhook-days', 1, () => wholeNumber(given, '--webhook-days')) };
}

function readTls(read: SettingsReader): Pick<ServeConfig, 'tls'> {
  const [certificate, key, clientCa] = [read.text('tlsCertificate'), read.text('tlsKey'), read.text('tlsClientCa')];
  const clients = new Map<string, string>();
  for (const pair of read.list('tlsClient') ?? []) {
    const [, fingerprint, token] = /^((?:[0-9a-f]{2}:?){31}[0-9a-f]{2})=([0-9a-f]{16})$/i.exec(pair) ?? [];
    const digits = fingerprint?.replaceAll(':', '').toLowerCase();
    if (digits === undefined || token === undefined || clients.has(digits)) {
      const form =
        'the SHA-256 fingerprint of a certificate and the id of a token, as FINGERPRINT=ID, and each certificate once';
      read.refuse('--tls-client', `--tls-client takes ${form}`);
    } else clients.set(digits, token.toLowerCase());
  }
  const asksClients = clientCa !== undefined || clients.size > 0;
  if ((certificate === undefined) !== (key === undefined)) {
    read.refuse('--tls-certificate', '--tls-certificate and --tls-key go together');
  }
  if (certificate === undefined || key === undefined) {
    if (asksClients) read.refuse('--tls-client', 'certificates of clients need --tls-certificate and --tls-key');
    return {};
  }
  const files = { certificateFile: resolve(certificate), keyFile: resolve(key) };
  return { tls: { ...files, ...(clientCa && { clientCaFile: resolve(clientCa) }), asksClients, clients } };
}

function readRpc(read: SettingsReader): Pick<ServeConfig, 'rpcChain' | 'clef'> {
  const rpcChain = read.text('rpcChain');
  const path = read.text('clefSocket');
  const tokenFile = read.text('clefTokenFile');
  if ((path === undefined) !== (tokenFile === undefined)) {
    read.refuse('--clef-socket', '--clef-socket and --clef-token-file go together');
  }
  if (path !== undefined && rpcChain === undefined) {
    read.refuse('--clef-socket', '--clef-socket needs --rpc-chain, the chain that it signs for');
  }
  return {
    ...(rpcChain !== undefined && { rpcChain }),
    ...(path !== undefined &&
      tokenFile !== undefined && { clef: { path: resolve(path), tokenFile: resolve(tokenFile) } }),
  };
}

/** The site of passkeys, if there is one. Its id and its origins go together. */
function readRelyingParty(read: SettingsReader): RelyingParty | undefined {
  const rpId = read.text('rpId');
  const origins = read.list('rpOrigin') ?? [];
  if (!read.isGiven('rpId') && !read.isGiven('rpOrigin')) return undefined;
  if (rpId === undefined || origins.length === 0) {
    read.refuse('--rp-id', '--rp-id and --rp-origin go together');
    return undefined;
  }
  if (!domain.test(rpId)) read.refuse('--rp-id', '--rp-id takes a domain in lower case, such as shop.example.com');
  for (const origin of origins) {
    if (androidApp.test(origin) || isSecureOriginOf(origin, rpId)) continue;
    const form = `https://${rpId}, or https:// with a domain below it`;
    read.refuse('--rp-origin', `--rp-origin takes origins as browsers write them: ${form}, and a port if it has one`);
  }
  return { rpId, origins };
}
