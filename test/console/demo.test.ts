import { readdirSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeHome, type Running, removeHome, start } from '../support/custos.js';
import { noBrowser, openBrowser } from './browser.js';

describe.skipIf(noBrowser())('custos demo --console', () => {
  const home = makeHome();
  let browser: Awaited<ReturnType<typeof openBrowser>>;
  let demo: Running;
  beforeAll(async () => {
    demo = start(['demo', '--console'], { home, env: { TMPDIR: home } });
    browser = await openBrowser();
  });
  afterAll(async () => {
    await browser.close();
    removeHome(home);
  });

  it('lets whoever has its code approve the payment that waits and stop the next one, and leaves nothing behind', async () => {
    const ready = JSON.parse(await demo.line(/^\{"url":.*\}$/));
    const { page, faults } = await browser.visit();
    await page.goto(ready.url);
    await page.getByRole('button', { name: 'First login' }).click();
    await page.getByLabel('Code').fill(ready.code);
    await page.getByRole('button', { name: 'Make a passkey' }).click();
    const waiting = page.locator('.panel', { hasText: 'Waits for you' }).getByText('sends 2 ETH to');
    await waiting.click();
    // It comes by itself, once the passkey is in the constitution.
    await page.getByRole('button', { name: 'Approve…' }).click({ timeout: 30_000 });
    await page.getByRole('button', { name: 'Approve with the passkey' }).click();
    await page.getByRole('link', { name: ready.waiting }).click();
    await page.locator('.facts .state-completed').waitFor();
    await page.getByRole('button', { name: 'Stop signing' }).click();
    await page.getByLabel('Reason').fill('a demo');
    await page.getByRole('button', { name: 'Stop now' }).click();
    await page.getByText('Everything is stopped').waitFor();
    await page.getByRole('link', { name: 'Transactions', exact: true }).click();
    await page.locator('.rows .state-held').first().waitFor();
    expect(faults).toEqual([]);
    const { code, stderr } = await demo.kill('SIGTERM');
    expect([code, stderr]).toEqual([0, expect.not.stringMatching(/error|warning/i)]);
    expect(readdirSync(home)).toEqual([]);
  });
});
