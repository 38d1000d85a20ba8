import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readConfig } from '../../../src/app/config/config.js';
import { runDaemon } from '../../../src/app/daemon/run.js';
import { createHouse } from '../../../src/app/house.js';
import { openHouse } from '../../support/in-process.js';
import { silentTerminal } from '../../support/silent-terminal.js';

let home: string;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'custos-daemon-work-'));
  await (await openHouse(home)).close();
});
afterAll(() => rm(home, { recursive: true, force: true }));

test('a wrong password is detected before any signer process is started', async () => {
  const started: unknown[] = [];
  const count = (message: unknown) => void started.push(message);
  subscribe('child_process', count);
  const environment = {
    CUSTOS_PASSWORD: 'not the one of this store',
    CUSTOS_API_KEY: 'key',
    CUSTOS_LOG_LEVEL: 'silent',
  };
  const flags = { testnet: true, runOnce: true, cloudUrl: 'http://127.0.0.1:1' };
  const house = createHouse(readConfig(flags, environment, home), silentTerminal);
  try {
    const run = runDaemon(house, { signal: new AbortController().signal });
    await expect(run).rejects.toMatchObject({ code: 'PASSWORD_WRONG' });
    expect(started).toEqual([]);
  } finally {
    unsubscribe('child_process', count);
    await house.close();
  }
});
