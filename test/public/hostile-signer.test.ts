import { cpSync, mkdtempSync, realpathSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readErrorCode } from '../../src/core/former-error-names.js';
import { custos } from '../support/custos.js';
import { type Kms, startKms, transfer } from '../support/kms.js';

const project = fileURLToPath(new URL('../..', import.meta.url));
/** Payments to this receiver turn the signer against its owner. */
const bait = `0x${'bad0'.repeat(10)}`;
const planted = 'c0ffee'.repeat(10);

/** What the honest answer `one` is replaced with; each is the code of an expression. */
const ways: Readonly<Record<string, string>> = {
  'bytes of no transaction': "({ ...one, result: { ...one.result, raw: '0x00' } })",
  'bytes of another chain': "({ ...one, result: { ...one.result, raw: '01000000' + 'ab'.repeat(90) } })",
  'half of the bytes': '({ ...one, result: { ...one.result, raw: one.result.raw.slice(0, 80) } })',
  'the id of another transaction': "({ ...one, result: { ...one.result, txId: '0x' + '11'.repeat(32) } })",
  'bytes that are not text': '({ ...one, result: { ...one.result, raw: new Uint8Array(8) } })',
  'no result': "({ kind: 'signed', n: one.n })",
  'an answer of another kind': "({ kind: 'unlocked', n: one.n, publicKey: new Uint8Array(32) })",
  'an error with an unknown code': "({ kind: 'failed', n: one.n, code: planted, message: planted })",
  'an error with a planted text':
    "({ kind: 'failed', n: one.n, code: 'FEE_INVALID', message: planted, hint: planted })",
  'its end': 'process.exit(7)',
};

let kms: Kms;
let root: string;
/** The command in a copy of the package, whose signer process is this file's. */
const command = () => join(root, 'bin', 'custos.js');

beforeAll(async () => {
  kms = await startKms();
  root = realpathSync(mkdtempSync(join(tmpdir(), 'custos-hostile-')));
  for (const name of ['bin', 'dist', 'package.json'])
    cpSync(join(project, name), join(root, name), { recursive: true });
  symlinkSync(join(project, 'node_modules'), join(root, 'node_modules'));
  const programs = join(root, 'dist', 'program');
  renameSync(join(programs, 'signer-main.js'), join(programs, 'signer-honest.js'));
});
afterAll(async () => {
  await kms.close();
  rmSync(root, { recursive: true, force: true });
});

function turn(way: string): void {
  const wrapper = `
    const send = process.send.bind(process);
    const planted = '${planted}';
    const isBait = (one) => one.kind === 'signed' && one.result.raw.includes('${bait.slice(2)}');
    const spoil = (one) => (isBait(one) ? ${way} : one);
    process.send = (message) => send(Array.isArray(message) ? message.map(spoil) : spoil(message));
    await import('./signer-honest.js');`;
  writeFileSync(join(root, 'dist', 'program', 'signer-main.js'), wrapper);
}

describe('a daemon whose signer process answers a request with', () => {
  it.each(Object.entries(ways))('%s sends nothing for it, says a code, and goes on', async (name, way) => {
    turn(way);
    const [hostile, honest] = [`hostile-${name}`, `honest-${name}`].map((id) => id.replaceAll(' ', '-'));
    if (hostile === undefined || honest === undefined) throw new Error('no ids');
    const nonce = 100 + 2 * Object.keys(ways).indexOf(name);
    const queue = kms.stub.queue('ETH');
    queue.push(
      transfer(hostile, kms.ids.key, { request: { to: bait, nonce } }),
      transfer(honest, kms.ids.other, { request: { nonce } }),
    );
    const flags = ['daemon', '--runOnce', '--testnet', '--chain=ETH'];
    const { stdout, stderr } = await custos(flags, { home: kms.home, env: kms.env, program: command() });
    const story = await kms.story(hostile);
    queue.splice(0);
    const sent = kms.stub.broadcasts.map(({ body }) => body['signatureId']);
    expect(sent).not.toContain(hostile);
    expect(story).not.toHaveProperty('signed');
    expect(['claimed', 'failed']).toContain(story.state);
    expect(readErrorCode(story.error?.code), JSON.stringify(story.error)).toBe(story.error?.code);
    expect(story.error?.code).toBeDefined();
    expect(stdout + stderr + JSON.stringify(story)).not.toContain(planted);
    expect(sent).toContain(honest);
    expect(await kms.story(honest)).toMatchObject({ state: 'completed' });
  });
});
