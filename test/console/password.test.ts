import { base32nopad } from '@scure/base';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../../dist/app/demo/local-chain.js';
import { totpCode, totpStep } from '../../dist/crypto/totp.js';
import { noBrowser, openBrowser, type Visitor } from './browser.js';
import { randomKey } from './people.js';
import { readQr } from './pictures.js';
import { type ConsolePlace, openPlace } from './place.js';
import { furnish, inspect } from './stage.js';

/** An address of a private network; the browser is told that it is this machine, and treats it as any other without TLS. */
const HOST = '10.9.8.7';
const password = 'seven words that nobody has said before';

describe.skipIf(noBrowser())('the console at an address without TLS', () => {
  let place: ConsolePlace;
  let browser: Awaited<ReturnType<typeof openBrowser>>;
  let otto: Visitor;
  let [url, held] = ['', ''];
  beforeAll(async () => {
    const port = await freePort();
    url = `http://${HOST}:${port}`;
    [place, browser] = await Promise.all([
      openPlace(['--listen', `127.0.0.1:${port}`, '--console-origin', url]),
      openBrowser([`--host-resolver-rules=MAP ${HOST} 127.0.0.1`]),
    ]);
    const { pay } = await furnish(place, { bea: randomKey(), ben: randomKey(), otto: randomKey(), ines: randomKey() });
    held = await pay('2', 'payout-1');
    otto = await browser.visit();
  });
  afterAll(async () => {
    await browser.close();
    await place.close();
  });

  let secret: Uint8Array = new Uint8Array();
  let used = '';
  const shown = (away = 0) => totpCode(secret, totpStep(Date.now()) + away);
  const fill = async (fields: Readonly<Record<string, string>>) => {
    for (const [label, text] of Object.entries(fields)) await otto.page.getByLabel(label, { exact: true }).fill(text);
  };

  it('gives a person a password and a second factor for a code, once the app shows the right one', async () => {
    const { page } = otto;
    await page.goto(`${url}/console`);
    expect(await page.evaluate('[isSecureContext, typeof navigator.credentials]')).toEqual([false, 'undefined']);
    await page.getByText('This page comes without TLS').waitFor();
    await page.getByRole('button', { name: 'First login' }).click();
    await fill({ Code: await place.code('otto') });
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByText('Scan the QR code with an authenticator app').waitFor();
    secret = base32nopad.decode((await page.locator('.address bdi').textContent()) ?? '');
    await inspect(otto, 'first-password');
    await page.getByText('QR code', { exact: true }).click();
    const read = await readQr(page.locator('.qr'));
    expect(new URL(read).searchParams.get('secret')).toBe(base32nopad.encode(secret));
    expect(await page.locator('.qr').getAttribute('aria-label')).toBe('QR code of the key');
    await fill({ 'New password': 'password1234', 'Code of the app': shown() });
    await page.getByRole('button', { name: 'Set the password and log in' }).click();
    await page.getByText('The password is weak.').waitFor();
    await fill({ 'New password': password, 'Code of the app': shown(-3) });
    await page.getByRole('button', { name: 'Set the password and log in' }).click();
    await page.getByText('The app shows another code now').waitFor();
    used = shown();
    await fill({ 'Code of the app': used });
    await page.getByRole('button', { name: 'Set the password and log in' }).click();
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
    const cookies = await otto.context.cookies();
    expect(cookies).toMatchObject([
      { name: 'custos-console-plain', httpOnly: true, secure: false, sameSite: 'Strict' },
    ]);
    expect(await page.evaluate('[document.cookie, JSON.stringify({ ...localStorage, ...sessionStorage })]')).toEqual([
      '',
      expect.not.stringMatching(/words|[A-Z2-7]{32}/),
    ]);
  });

  it('logs in with the password and the next code of the app, and takes no code twice', async () => {
    const { page } = otto;
    await page.locator('.who summary').click();
    await page.getByRole('button', { name: 'Log out' }).click();
    await fill({ Name: 'otto', Password: password, 'Code of the app': used });
    await page.getByRole('button', { name: 'Log in', exact: true }).click();
    await page.getByText('The login was refused.').waitFor();
    await inspect(otto, 'password-login');
    await fill({ 'Code of the app': shown(1) });
    await page.getByRole('button', { name: 'Log in', exact: true }).click();
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
  });

  it('lets such a person see what waits, decide nothing, and stop everything', async () => {
    const { page } = otto;
    await page.getByText('Decisions need a key').waitFor();
    await page.goto(`${url}/console/approvals/${held}`);
    await page.getByText('1 of treasury').first().waitFor();
    expect(await page.getByRole('button', { name: /Approve|Reject/ }).count()).toBe(0);
    await inspect(otto, 'password-approval');
    const refused = await page.evaluate(`fetch('/v1/transactions/${held}/cancel', { method: 'POST',
      headers: { 'custos-console': '1' } }).then((answer) => answer.json())`);
    expect(refused).toMatchObject({ status: 403, code: 'SCOPE_MISSING' });
    await page.getByRole('button', { name: 'Stop signing' }).click();
    await page.getByLabel('Reason').fill('seen on the road');
    await page.getByRole('button', { name: 'Stop now' }).click();
    await page.getByText('Everything is stopped').waitFor();
    expect(otto.faults).toEqual([]);
  });
});
