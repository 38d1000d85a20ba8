import { execFileSync, spawnSync } from 'node:child_process';
import { createPrivateKey } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { p256 } from '@noble/curves/nist.js';
import { secp256k1 } from '@noble/curves/secp256k1.js';
import { afterAll, beforeAll } from 'vitest';
import { hsmProgram } from '../../src/app/signer/program.js';
import { Secret } from '../../src/core/secret.js';
import type { Curve } from '../../src/core/signing/signing-key.js';
import { createKeyHolders, type KeyHolders } from '../../src/hsm/key-holders.js';

const places = ['/usr/lib/softhsm/libsofthsm2.so', '/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so'];
const module = places.find((path) => existsSync(path));

/** What is missing for tests with a token, or undefined. */
function missing(): string | undefined {
  if (module === undefined) return 'the library of softhsm2';
  for (const tool of ['softhsm2-util', 'pkcs11-tool']) {
    if (spawnSync(tool, ['--version']).error !== undefined) return tool;
  }
  try {
    createRequire(import.meta.url)('pkcs11js');
  } catch {
    return 'pkcs11js, which .ci/deploy-tools compiles';
  }
  return undefined;
}

const lacking = missing();

/** Undefined where tests with a token can run. */
export function whyNoSoftHsm(): string | undefined {
  if (lacking !== undefined) console.warn(`tests with a token are skipped: this machine lacks ${lacking}`);
  return lacking;
}

export const TOKEN_PIN = '648219';

/** A token of SoftHSM in a directory of its own. */
export interface SoftHsm {
  /** What an HSM process needs in its environment. */
  readonly environment: { readonly SOFTHSM2_CONF: string };
  readonly module: string;
  /** Makes a key in the token. @returns its address */
  make(type: 'EC:secp256k1' | 'EC:edwards25519' | 'EC:prime256v1' | 'AES:32', label: string): string;
  /** Brings a private key of 32 bytes into the token. @returns its address */
  bring(curve: Curve, privateKey: Uint8Array): string;
  /** Pulls the token, and puts it back. */
  pull(): void;
  plugIn(): void;
  remove(): void;
}

export function startSoftHsm(token = 'custos-test'): SoftHsm {
  const dir = mkdtempSync(join(tmpdir(), 'custos-hsm-'));
  const tokens = join(dir, 'tokens');
  mkdirSync(tokens);
  const SOFTHSM2_CONF = join(dir, 'softhsm2.conf');
  writeFileSync(SOFTHSM2_CONF, `directories.tokendir = ${tokens}\nobjectstore.backend = file\nlog.level = ERROR\n`);
  const environment = { SOFTHSM2_CONF };
  const run = (tool: string, args: readonly string[]) =>
    execFileSync(tool, args, { env: { PATH: process.env['PATH'], ...environment }, stdio: 'pipe' });
  const path = module ?? '';
  run('softhsm2-util', ['--init-token', '--free', '--label', token, '--pin', TOKEN_PIN, '--so-pin', '12345678']);
  let made = 0;
  return {
    environment,
    module: path,
    make(type, label) {
      const id = Buffer.of(++made).toString('hex');
      const how = type.startsWith('AES') ? ['--keygen', '--sensitive'] : ['--keypairgen'];
      const on = ['--module', path, '--token-label', token, '--login', '--pin', TOKEN_PIN];
      run('pkcs11-tool', [...on, ...how, '--key-type', type, '--label', label, '--id', id]);
      return `pkcs11:token=${token};object=${label}?module-path=${path}`;
    },
    bring(curve, privateKey) {
      const id = Buffer.of(++made).toString('hex');
      const file = join(dir, 'key.pem');
      writeFileSync(file, pemOf(curve, privateKey));
      const login = ['--token', token, '--pin', TOKEN_PIN, '--label', `key-${id}`, '--id', id];
      run('softhsm2-util', ['--import', file, ...login]);
      return `pkcs11:token=${token};object=key-${id}?module-path=${path}`;
    },
    pull() {
      renameSync(tokens, `${tokens}-pulled`);
      mkdirSync(tokens);
    },
    plugIn() {
      rmSync(tokens, { recursive: true });
      renameSync(`${tokens}-pulled`, tokens);
    },
    remove: () => rmSync(dir, { recursive: true, force: true }),
  };
}

/** PKCS#8 (RFC 5208, RFC 8410). */
function pemOf(curve: Curve, privateKey: Uint8Array): string {
  if (curve === 'ed25519') {
    const der = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), privateKey]);
    return createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }).export({
      format: 'pem',
      type: 'pkcs8',
    }) as string;
  }
  const point = (curve === 'p256' ? p256 : secp256k1).getPublicKey(privateKey, false);
  const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64url');
  const jwk = {
    kty: 'EC',
    crv: curve === 'p256' ? 'P-256' : 'secp256k1',
    ...{ x: text(point.subarray(1, 33)), y: text(point.subarray(33)), d: text(privateKey) },
  };
  return createPrivateKey({ key: jwk, format: 'jwk' }).export({ format: 'pem', type: 'pkcs8' }) as string;
}

/** Keys in a token of SoftHSM for the tests of a suite, which end it with themselves. */
export function tokenForSuite(): { hsm(): SoftHsm; holders(): KeyHolders } {
  let hsm: SoftHsm | undefined;
  let holders: KeyHolders | undefined;
  const there = <T>(one: T | undefined): T => {
    if (one === undefined) throw new Error('the suite has not begun');
    return one;
  };
  beforeAll(() => {
    const token = startSoftHsm();
    hsm = token;
    holders = createKeyHolders({
      start: (service) => ({ ...hsmProgram(service), environment: token.environment }),
      pin: async () => Secret.text(TOKEN_PIN),
    });
  }, 60_000);
  afterAll(() => {
    holders?.close();
    hsm?.remove();
  });
  return { hsm: () => there(hsm), holders: () => there(holders) };
}
