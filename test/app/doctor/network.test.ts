import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Finding } from '../../../src/app/doctor/finding.js';
import { custos } from '../../support/custos.js';
import { type Kms, startKms } from '../../support/kms.js';

let kms: Kms;
let node: Server;
let nodeUrl = '';
let chainId = '0xaa36a7';
let asked: string[] = [];

beforeAll(async () => {
  kms = await startKms();
  node = createServer((request, response) => {
    asked.push(request.url ?? '');
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ jsonrpc: '2.0', id: 1, result: chainId }));
  });
  await new Promise<void>((resolve) => node.listen(0, '127.0.0.1', resolve));
  nodeUrl = `http://127.0.0.1:${(node.address() as AddressInfo).port}`;
});
afterAll(async () => {
  await new Promise((resolve) => node.close(resolve));
  await kms.close();
});

async function doctor(...flags: string[]): Promise<readonly Finding[]> {
  asked = [];
  return JSON.parse((await kms.run('doctor', '--testnet', '--json', ...flags)).stdout) as readonly Finding[];
}

const said = (found: readonly Finding[], check: string) => found.filter((one) => one.check === check);

describe('doctor asks before it says that all is well', () => {
  it('doctor asks the cloud with its key, compares the clock, asks each node for its chain id, and tries the password', async () => {
    const found = await doctor(`--node=ETH=${nodeUrl}`);
    expect(said(found, 'cloud').map(({ text }) => text)).toContainEqual(expect.stringMatching(/takes the API key$/));
    expect(said(found, 'clock')).toMatchObject([{ state: 'ok' }]);
    expect(said(found, 'node ETH')).toMatchObject([{ state: 'ok', text: 'answers, and is of testnet' }]);
    expect(said(found, 'password')).toMatchObject([{ state: 'ok', text: 'opens the store' }]);
  });

  it('doctor reports a node of another network as a problem', async () => {
    chainId = '0x1';
    const found = await doctor(`--node=ETH=${nodeUrl}`);
    chainId = '0xaa36a7';
    expect(said(found, 'node ETH')).toMatchObject([
      { state: 'problem', text: expect.stringContaining('CHAIN_ID_MISMATCH') },
    ]);
  });

  it('doctor reports a missing node, cloud and four-eye service', async () => {
    const nobody = 'http://127.0.0.1:1';
    const found = await doctor(`--node=ETH=${nobody}`, `--cloud-url=${nobody}`, `--external-url=${nobody}`);
    for (const check of ['node ETH', 'cloud', 'four-eye']) {
      expect(said(found, check).map(({ state }) => state)).toContain('problem');
    }
  });

  it('doctor reports a wrong password', async () => {
    const env = { CUSTOS_PASSWORD: 'another password' };
    const { stdout } = await custos(['doctor', '--testnet', '--json', '--offline'], { home: kms.home, env });
    expect(said(JSON.parse(stdout) as Finding[], 'password')).toMatchObject([
      { state: 'problem', text: expect.stringContaining('PASSWORD_WRONG') },
    ]);
  });

  it('doctor sends nothing with --offline', async () => {
    const found = await doctor(`--node=ETH=${nodeUrl}`, '--offline');
    expect(asked).toEqual([]);
    expect(said(found, 'node ETH')).toEqual([]);
  });

  it('doctor names what is not set in one line', async () => {
    const lines = (await doctor('--offline')).filter(({ text }) => text.startsWith('not set: '));
    expect(lines).toHaveLength(1);
    expect(lines[0]?.text).toContain('CUSTOS_FOUR_EYE_SECRET');
  });
});
