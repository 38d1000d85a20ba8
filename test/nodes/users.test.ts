import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Anvil, startAnvil } from '../support/anvil.js';
import { SoftPasskey } from '../support/authenticator.js';
import { program, type Running, removeHome, start } from '../support/custos.js';
import { storeOf } from '../support/home-store.js';
import { Issuer } from '../support/issuer.js';
import { makeQuickHome } from '../support/quick-slot.js';

const CUSTOS_PASSWORD = 'correct horse battery staple';
const SEPOLIA = 11155111;
const TO = '0x52908400098527886E0F7030069857D2E4169EE7';
const run = promisify(execFile);
const page = readFileSync(new URL('../../docs/users.md', import.meta.url), 'utf8');

/** The commands of the page, block by block. */
const blocks = [...page.matchAll(/^```(?:sh|js)\n([\s\S]*?)^```$/gm)].map(([, text = '']) => text);
const block = (part: string): string => blocks.find((text) => text.includes(part)) ?? '';

/** The names that a browser gives its pages, and the way to the page's own server. */
type InPage = (
  navigator: object,
  PublicKeyCredential: object,
  ask: (path: string, body?: object) => unknown,
) => unknown;

describe('the commands of docs/users.md, one after another', () => {
  let home = '';
  let URL = '';
  let WALLET = '';
  let node: Anvil;
  let server: Running;
  const issuer = new Issuer();

  beforeAll(async () => {
    await issuer.open();
    node = await startAnvil({ chainId: SEPOLIA });
    home = await makeQuickHome({ CUSTOS_PASSWORD });
    const [, , ...flags] = block('--rp-id').replace('http://127.0.0.1:8545', node.url).trim().split(' ');
    server = start(['serve', ...flags, '--listen', '127.0.0.1:0'], { home, env: { CUSTOS_PASSWORD } });
    URL = /"(http:[^"]+)"/.exec(await server.line(/"url": "http/))?.[1] ?? '';
    await shell(`echo "Authorization: Bearer $(custos token create first)" > token.header`);
  });
  afterAll(async () => {
    await server?.kill('SIGTERM');
    await node?.close();
    await issuer.server.close();
    removeHome(home);
  });

  async function shell(text: string): Promise<string> {
    const path = [join(process.execPath, '..'), process.env['PATH']].join(delimiter);
    const env = { PATH: path, HOME: home, CUSTOS_PASSWORD, URL, WALLET, TO, ...storeOf(home) };
    const called = text.replace(/(^|\$\()custos /gm, `$1"${process.execPath}" "${program}" `);
    return (await run('bash', ['-euc', called], { env, cwd: home })).stdout;
  }
  const asUser = (proof: string) => writeFileSync(join(home, 'user.header'), `Custos-User-Token: ${proof}\n`);
  const payment = block('Idempotency-Key: payout-2');
  const pay = async (key: string) => JSON.parse(await shell(payment.replace('payout-2', key)));
  async function ask(path: string, body: object | undefined, header: string): Promise<unknown> {
    writeFileSync(join(home, 'body.json'), JSON.stringify(body ?? null));
    const json = body === undefined ? '-X POST' : '-H "Content-Type: application/json" -d @body.json';
    return JSON.parse(await shell(`curl -s -H @${header} ${json} $URL/v1/users/u-17${path}`));
  }

  it('a wallet of an owner has limits, and pays for nobody without a proof', async () => {
    const made = JSON.parse(await shell(block('--require-user-token')));
    WALLET = made.signatureId;
    await node.rpc('anvil_setBalance', [made.address, '0xde0b6b3a7640000']);
    await shell(block('--spend ETH --each'));
    const shown = JSON.parse(await shell('custos owner show u-17'));
    expect(shown.mostSpent).toMatchObject([
      { aDay: '1.5', aTransaction: '0.5' },
      { decimals: 6, aDay: '200' },
    ]);
    const unproved = await shell(payment.replace('-H @user.header ', ''));
    expect(JSON.parse(unproved).code).toBe('USER_TOKEN_REQUIRED');
  });

  it('a user with a password logs in, and pays', async () => {
    await shell(block('registration.header)'));
    const [write = '', ...rest] = block('password.json').split(/^(?=curl)/m);
    expect(write).toContain('cat > password.json');
    writeFileSync(join(home, 'password.json'), JSON.stringify({ password: 'twelve good words' }));
    expect(await shell(rest.join(''))).toBe('');
    const paid = await pay('payout-2');
    expect([paid.state, paid.chain, paid.error]).toEqual([expect.stringMatching(/broadcast|completed/), 'ETH', null]);
    expect((await node.receipt(paid.txId)).status).toBe('0x1');
  });

  it('a user of an identity provider pays with its token', async () => {
    const [first] = [...block('--oidc-issuer').matchAll(/https:\S+/g)];
    await shell(block('--oidc-issuer').replace(String(first), issuer.url));
    asUser(await issuer.token('u-17'));
    expect(await pay('by-token')).toMatchObject({ error: null, txId: expect.stringMatching(/^0x/) });
    asUser(await issuer.token('u-18'));
    expect((await pay('by-another')).code).toBe('WALLET_UNKNOWN');
  });

  it('a user with a passkey adds it and logs in in the page as it stands there', async () => {
    const passkey = new SoftPasskey();
    const credentials = {
      create: async ({ publicKey }: { publicKey: never }) => ({ toJSON: () => passkey.create(publicKey) }),
      get: async ({ publicKey }: { publicKey: never }) => ({ toJSON: () => passkey.get(publicKey) }),
    };
    const parsed = (options: object) => options;
    const reader = { parseCreationOptionsFromJSON: parsed, parseRequestOptionsFromJSON: parsed };
    const registers = /^\/passkeys/;
    const inPage = Object.getPrototypeOf(async () => {}).constructor as new (...parts: string[]) => InPage;
    const script = `${block('navigator.credentials.create')}; return session;`;
    const work = new inPage('navigator', 'PublicKeyCredential', 'ask', script);
    const session = await work({ credentials }, reader, (path, body) =>
      ask(path, body, registers.test(path) ? 'registration.header' : 'token.header'),
    );
    asUser(String(session));
    expect(await pay('by-passkey')).toMatchObject({ error: null, txId: expect.stringMatching(/^0x/) });
  });

  it('a payment beyond what the owner may spend is denied', async () => {
    const beyond = await shell(payment.replace('payout-2', 'too-much').replace('"0.25"', '"0.75"'));
    expect(JSON.parse(beyond)).toMatchObject({ state: 'denied', error: { code: 'OWNER_SPENT' } });
  });
}, 120_000);
