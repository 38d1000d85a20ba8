import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Anvil, startAnvil } from '../support/anvil.js';
import { program, type Running, removeHome, start } from '../support/custos.js';
import { storeOf } from '../support/home-store.js';
import { json, type Server, startServer } from '../support/http.js';
import { makeQuickHome } from '../support/quick-slot.js';

const CUSTOS_PASSWORD = 'correct horse battery staple';
const CUSTOS_GATEWAY_API_KEY = 'the first key of the gateway';
const SEPOLIA = 11155111;
const TO = '0x52908400098527886E0F7030069857D2E4169EE7';
const run = promisify(execFile);
const page = readFileSync(new URL('../../docs/from-tatum-cloud.md', import.meta.url), 'utf8');

/** The commands of the page, block by block. */
const blocks = [...page.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, text = '']) => text);
const block = (part: string): string => blocks.find((text) => text.includes(part)) ?? '';

describe('the commands of docs/from-tatum-cloud.md, one after another', () => {
  let home = '';
  let node: Anvil;
  let receiver: Server;
  let gateway: Running;
  let daemon: Running;
  const names: Record<string, string> = { TO };

  beforeAll(async () => {
    node = await startAnvil({ chainId: SEPOLIA });
    receiver = await startServer(json({}));
    names['HOOK'] = `${receiver.url}/hook`;
    home = await makeQuickHome({ CUSTOS_PASSWORD });
  });
  afterAll(async () => {
    await daemon?.kill('SIGTERM');
    await gateway?.kill('SIGTERM');
    await receiver?.close();
    await node?.close();
    removeHome(home);
  });

  async function shell(text: string): Promise<string> {
    const path = [join(process.execPath, '..'), process.env['PATH']].join(delimiter);
    const env = { PATH: path, HOME: home, CUSTOS_PASSWORD, ...names, ...storeOf(home) };
    const called = text.replace(/(^|\$\()custos /gm, `$1"${process.execPath}" "${program}" `);
    return (await run('bash', ['-euc', called], { env, cwd: home })).stdout;
  }
  const flagsOf = (command: string) => block(command).trim().split(' ').slice(2);

  it('an application changes its address and its key, and nothing else', async () => {
    const made = JSON.parse(await shell(block('custos wallet create')));
    names['WALLET'] = made.signatureId;
    await node.rpc('anvil_setBalance', [made.address, '0xde0b6b3a7640000']);

    const served = flagsOf('custos gateway --testnet').map((flag) => flag.replace('http://127.0.0.1:8545', node.url));
    gateway = start(['gateway', ...served, '--port', '0'], { home, env: { CUSTOS_GATEWAY_API_KEY } });
    const url = /"(http:[^"]+)"/.exec(await gateway.line(/"url": ?"http/))?.[1] ?? '';
    names['URL'] = url;
    const [shop = '', sign = ''] = block('gateway-key create').trim().split('\n');
    const keyOf = async (command: string) => (await shell(command)).trim().split('\n').at(-1) ?? '';
    writeFileSync(join(home, 'key.header'), `x-api-key: ${await keyOf(shop)}\n`);

    const polled = flagsOf('custos daemon').map((flag) => flag.replace('http://127.0.0.1:8645', url));
    const CUSTOS_API_KEY = await keyOf(sign);
    daemon = start(['daemon', ...polled], { home, env: { CUSTOS_PASSWORD, CUSTOS_API_KEY } });

    const [, sent = ''] = (await shell(block('/v3/subscription'))).split('}{');
    const { signatureId } = JSON.parse(`{${sent}`);
    names['PENDING'] = signatureId;
    await vi.waitFor(() => expect(receiver.seen).toHaveLength(1), { timeout: 60_000, interval: 200 });
    const message = JSON.parse(receiver.seen[0]?.body ?? '');
    expect(message).toEqual({ subscriptionType: 'KMS_COMPLETED_TX', signatureId, txId: expect.stringMatching(/^0x/) });
    const [pending = '', balance = ''] = (await shell(block('/v3/kms/$PENDING'))).split(/(?<=\})(?=\{"balance)/);
    expect(JSON.parse(pending)).toMatchObject({ state: 'completed', final: true, txId: message.txId });
    expect(JSON.parse(balance)).toEqual({ balance: '0.1' });
    expect((await node.receipt(message.txId)).status).toBe('0x1');
  });
}, 120_000);
