import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import { join } from 'node:path';

/** Why no certificate can be made, if none can. */
export function whyNoOpenssl(): string | undefined {
  try {
    execFileSync('openssl', ['version'], { stdio: 'ignore' });
    return undefined;
  } catch {
    console.warn('tests of TLS are skipped: there is no openssl to make certificates');
    return 'no openssl';
  }
}

/** A certificate of 127.0.0.1 and its key, in files and as text. */
export interface Certificate {
  readonly certificateFile: string;
  readonly keyFile: string;
  readonly cert: string;
  readonly key: string;
  /** SHA-256, in pairs of digits with colons between them. */
  readonly fingerprint: string;
}

/** Makes a certificate for two days. @param issuer - who signs it; absent: itself */
export function makeCertificate(folder: string, name: string, issuer?: Certificate): Certificate {
  const [certificateFile, keyFile] = [join(folder, `${name}.crt`), join(folder, `${name}.key`)];
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', keyFile];
  const names = ['-subj', `/CN=${name}`, '-addext', 'subjectAltName=IP:127.0.0.1'];
  const by = issuer === undefined ? [] : ['-CA', issuer.certificateFile, '-CAkey', issuer.keyFile];
  execFileSync('openssl', ['req', '-x509', '-days', '2', ...key, ...names, ...by, '-out', certificateFile], {
    stdio: 'ignore',
  });
  const cert = readFileSync(certificateFile, 'utf8');
  const { fingerprint256: fingerprint } = new X509Certificate(cert);
  return { certificateFile, keyFile, cert, key: readFileSync(keyFile, 'utf8'), fingerprint };
}

export interface TlsRequest {
  /** What the client trusts. */
  readonly ca: string;
  readonly client?: Pick<Certificate, 'cert' | 'key'>;
  readonly version?: 'TLSv1.2' | 'TLSv1.3';
  readonly headers?: Readonly<Record<string, string>>;
  /** Absent: a GET. */
  readonly body?: unknown;
}

/** One request on a connection of its own. */
export function askTls(
  url: string,
  { ca, client, version, headers, body }: TlsRequest,
): Promise<{ readonly status: number; readonly text: string }> {
  const content = body === undefined ? undefined : JSON.stringify(body);
  const own = { cert: client?.cert, key: client?.key, ...(version && { minVersion: version, maxVersion: version }) };
  return new Promise((resolve, reject) => {
    const sent = request(
      url,
      {
        ...{ ca, ...own, agent: false, method: content === undefined ? 'GET' : 'POST' },
        headers: { ...(content !== undefined && { 'content-type': 'application/json' }), ...headers },
      },
      (answer) => {
        let text = '';
        answer.setEncoding('utf8');
        answer.on('data', (part: string) => {
          text += part;
        });
        answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text }));
        answer.on('error', reject);
      },
    );
    sent.on('error', reject);
    sent.end(content);
  });
}
