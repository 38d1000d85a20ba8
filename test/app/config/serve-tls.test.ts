import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { examineConfig } from '../../../src/app/config/config.js';
import { readTls } from '../../../src/app/serve/tls.js';
import { type Log, silentLog } from '../../../src/core/log.js';
import { type Certificate, makeCertificate, whyNoOpenssl } from '../../support/certificates.js';

const none = whyNoOpenssl();

describe.skipIf(none !== undefined)('settings of TLS', () => {
  const folder = mkdtempSync(join(tmpdir(), 'custos-tls-'));
  const id = '0123456789abcdef';
  let own: Certificate;
  let other: Certificate;

  beforeAll(() => {
    own = makeCertificate(folder, 'server');
    other = makeCertificate(folder, 'other');
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const pair = (tlsCertificate = own.certificateFile, tlsKey = own.keyFile) => ({ tlsCertificate, tlsKey });
  const examined = (flags: object) => examineConfig({ serve: true, ...flags }, {}, folder);
  const read = (flags: object, log: Log = silentLog) => readTls(examined(flags).serve ?? {}, log);

  it('name certificate and key, and tokens of clients by fingerprints in any spelling', async () => {
    const digits = own.fingerprint.replaceAll(':', '').toLowerCase();
    const clients = [`${own.fingerprint}=${id}`, `${other.fingerprint.toLowerCase()}=${id.toUpperCase()}`];
    const { problems, serve } = examined({ ...pair(), tlsClient: clients });
    expect(problems).toEqual([]);
    expect([...(serve?.tls?.clients ?? [])]).toContainEqual([digits, id]);
    expect(await read({ ...pair(), tlsClient: clients })).toMatchObject({ asksClients: true, key: own.key.trim() });
    expect(await read(pair())).toMatchObject({ asksClients: false, certificate: own.cert });
    expect(await read({})).toBeUndefined();
  });

  it.each([
    ['no key', () => ({ tlsCertificate: own.certificateFile })],
    ['no certificate', () => ({ tlsKey: own.keyFile })],
    ['issuers of clients, but no certificate', () => ({ tlsClientCa: own.certificateFile })],
    ['a fingerprint that is cut', () => ({ ...pair(), tlsClient: `aa=${id}` })],
    ['a fingerprint of SHA-1', () => ({ ...pair(), tlsClient: `${'aa:'.repeat(19)}aa=${id}` })],
    ['the text of a token, not its id', () => ({ ...pair(), tlsClient: `${own.fingerprint}=custos_${id}` })],
    ['a certificate twice', () => ({ ...pair(), tlsClient: Array(2).fill(`${own.fingerprint}=${id}`) })],
  ])('with %s are wrong', (_what, flags) => {
    expect(examined(flags()).problems).toMatchObject([{ code: 'CONFIG_INVALID' }]);
  });

  it('that name files which are not what they should be stop the start', async () => {
    const empty = join(folder, 'empty');
    writeFileSync(empty, '');
    const none = join(folder, 'none');
    for (const flags of [
      pair(own.certificateFile, other.keyFile),
      pair(own.certificateFile, none),
      pair(own.certificateFile, own.certificateFile),
      pair(own.keyFile, own.keyFile),
      pair(none),
      pair(empty),
      { ...pair(), tlsClientCa: empty },
      { ...pair(), tlsClientCa: own.keyFile },
    ]) {
      await expect(read(flags)).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
    }
  });

  it('with a key that others may read are warned of', async () => {
    const warned: string[] = [];
    const log = { ...silentLog, warn: (_fields: object, text: string) => void warned.push(text) };
    await read(pair(), log);
    chmodSync(own.keyFile, 0o640);
    await read(pair(), log);
    expect(warned).toEqual(['others may read the key of TLS']);
  });
});
