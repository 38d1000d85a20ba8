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

test('a daemon cannot be started in a process of its own without a keeper, even if the password is there', async () => {
  const environment = {
    CUSTOS_PASSWORD: 'correct horse battery staple',
    CUSTOS_API_KEY: 'key',
    CUSTOS_LOG_LEVEL: 'silent',
  };
  const flags = { testnet: true, runOnce: true, cloudUrl: 'http://127.0.0.1:1' };
  const house = createHouse(readConfig(flags, environment, home), silentTerminal);
  try {
    const run = runDaemon(house, { signal: new AbortController().signal });
    await expect(run).rejects.toMatchObject({ code: 'INTERNAL', message: expect.stringContaining('without a keeper') });
  } finally {
    await house.close();
  }
});
