import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readConfig } from '../../../src/app/config/config.js';
import { createHouse } from '../../../src/app/house.js';
import { addKeySlot } from '../../../src/cli/commands/keys/key-slots.js';
import { createStore, type OpenStoreOptions, type OutsideKey, openStore, Secret } from '../../../src/index.js';
import { whyNoOpenssl } from '../../support/certificates.js';
import { runInProcess } from '../../support/in-process.js';
import { type KeyProgramNames, keyPrograms } from '../../support/key-programs.js';
import { silentTerminal } from '../../support/silent-terminal.js';

describe.skipIf(whyNoOpenssl() !== undefined)('openStore with an outside key', () => {
  const directory = mkdtempSync(join(tmpdir(), 'custos-outside-key-'));
  const location = join(directory, 'store.db');
  const password = 'password of a program';
  let programs: KeyProgramNames;

  beforeAll(async () => {
    const { store } = await createStore({ location, password: Secret.text(password) });
    await store.createWallet({ chain: 'ETH', network: 'testnet', label: 'of the program' });
    await store.close();
    programs = keyPrograms(directory);
    const house = createHouse(
      readConfig({ store: location }, { CUSTOS_PASSWORD: password }, directory),
      silentTerminal,
    );
    const { wrap, unwrap } = programs;
    await runInProcess(house, addKeySlot, { args: ['command'], flags: { wrapCommand: wrap, unwrapCommand: unwrap } });
    await house.close();
  });
  afterAll(() => rmSync(directory, { recursive: true }));

  const given: Uint8Array[] = [];
  const unwrap: OutsideKey['unwrap'] = async (wrapped) => {
    const [program = '', ...args] = programs.unwrap.split(' ');
    const key = Uint8Array.from(execFileSync(program, args, { input: wrapped }));
    given.push(key);
    return key;
  };

  it('opens a store by a slot that the command line made, and wipes what the program gave', async () => {
    const store = await openStore({ location, outsideKey: { reference: 'command', unwrap } });
    const labels = [];
    for await (const { label } of store.wallets()) labels.push(label);
    await store.close();
    expect(labels).toEqual(['of the program']);
    expect(given.map((key) => [...key])).toEqual([new Array(32).fill(0)]);
  });

  const by = (outsideKey: OutsideKey): OpenStoreOptions => ({ location, outsideKey });
  const thrown = async () => {
    throw new Error('planted in an error');
  };
  it.each<readonly [string, string, OpenStoreOptions]>([
    ['another key', 'SLOT_UNKNOWN', by({ reference: 'command:other', unwrap })],
    ['other bytes', 'SLOT_KEY_WRONG', by({ reference: 'command', unwrap: async () => new Uint8Array(32) })],
    ['too few bytes', 'SLOT_KEY_WRONG', by({ reference: 'command', unwrap: async () => new Uint8Array(31) })],
    ['text', 'SLOT_KEY_UNAVAILABLE', by({ reference: 'command', unwrap: async () => 'text' as never })],
    ['an error', 'SLOT_KEY_UNAVAILABLE', by({ reference: 'command', unwrap: thrown })],
    ['no way in', 'ARGUMENT_INVALID', { location }],
    ['two ways in', 'ARGUMENT_INVALID', { ...by({ reference: 'command', unwrap }), password: Secret.text(password) }],
  ])('opens nothing by %s', async (_name, code, options) => {
    const failure: unknown = await openStore(options).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code });
    expect((failure as Error).message).not.toContain('planted');
  });
});
