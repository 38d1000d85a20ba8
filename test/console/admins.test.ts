import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { noBrowser, openBrowser, type Visitor } from './browser.js';
import { enrol, randomKey } from './people.js';
import { type ConsolePlace, openPlace } from './place.js';
import { type ConsoleStage, furnish, inspect } from './stage.js';

describe.skipIf(noBrowser())('an admin in the console', () => {
  let place: ConsolePlace;
  let browser: Awaited<ReturnType<typeof openBrowser>>;
  let [alma, abe]: readonly [Visitor, Visitor] = [undefined, undefined] as never;
  let stage: Pick<ConsoleStage, 'pay' | 'wallet'>;
  beforeAll(async () => {
    [place, browser] = await Promise.all([openPlace(), openBrowser()]);
    [alma, abe] = [await browser.visit(), await browser.visit()];
    const admins = { alma: await enrol(alma, place, 'alma'), abe: await enrol(abe, place, 'abe') };
    stage = await furnish(place, { bea: randomKey(), ben: randomKey(), otto: randomKey(), ines: randomKey() }, admins);
  });
  afterAll(async () => {
    await browser.close();
    await place.close();
  });

  /** Opens the screen of policies, and begins a draft that permits small payments up to another amount. */
  const begin = async ({ page }: Visitor, max: string) => {
    await page.goto(`${place.url}/console/policies`);
    await page.getByRole('button', { name: 'Begin with the newest version' }).click();
    const field = page.getByLabel('Policy as JSON');
    await expect.poll(() => field.inputValue()).toContain('"permits"');
    const draft = JSON.parse(await field.inputValue());
    draft.permits[0].max = max;
    await field.fill(JSON.stringify(draft));
    await page.getByRole('button', { name: 'Check and compare' }).click();
  };
  const sign = async ({ page }: Visitor) => {
    await page.getByRole('button', { name: 'Sign with the passkey' }).click();
    await page.getByText('custos-policy/1').waitFor();
    await page.getByRole('button', { name: 'Sign these lines' }).click();
  };

  it('sees what the constitution gives as soon as the passkey is in it, without loading the page again', async () => {
    await alma.page.getByRole('heading', { name: 'Overview' }).waitFor();
    await abe.page.getByRole('heading', { name: 'Overview' }).waitFor();
  });

  it('publishes what narrows with one passkey, and it is in force at once', async () => {
    await begin(alma, '0.5');
    await alma.page.getByText('Against version 1: narrows').waitFor();
    await alma.page.getByText('Narrow the policy · needs 1 of board').waitFor();
    await sign(alma);
    await alma.page.getByText('Signed by: alma').waitFor();
    await inspect(alma, 'policy-signed');
    await alma.page.getByRole('button', { name: 'Publish', exact: true }).click();
    await alma.page.getByText('Version 2 is published').waitFor();
    const id = await stage.pay('0.7', 'payout-1');
    await alma.page.goto(`${place.url}/console/transactions/${id}`);
    await alma.page.getByText('large needs 1 of treasury').first().waitFor();
  });

  it('publishes what widens only with the passkeys of the quorum, and it waits', async () => {
    const { page } = alma;
    await begin(alma, '2');
    await page.getByText('Against version 2: widens').waitFor();
    await page.getByText('Widen the policy · needs 2 of board · waits for at least 24 hours').waitFor();
    await sign(alma);
    await page.getByText('Signed by: alma').waitFor();
    await page.getByRole('button', { name: 'Publish', exact: true }).click();
    await page.getByText('CONSTITUTION_QUORUM').waitFor();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Save for the next person' }).click(),
    ]);
    await abe.page.goto(`${place.url}/console/policies`);
    await abe.page.getByLabel('Policy as JSON').fill(await readFile(await download.path(), 'utf8'));
    await abe.page.getByRole('button', { name: 'Check and compare' }).click();
    await abe.page.getByText('Against version 2: widens').waitFor();
    await sign(abe);
    await abe.page.getByText('Signed by: alma, abe').waitFor();
    await abe.page.getByRole('button', { name: 'Publish', exact: true }).click();
    await abe.page.getByText('Version 3 is published').waitFor();
    await abe.page.getByRole('listitem').filter({ hasText: 'Version 3' }).getByText('waiting').waitFor();
    expect(abe.faults).toEqual([]);
  });

  it('cannot publish a draft that was changed after it was signed', async () => {
    const { page } = alma;
    await begin(alma, '0.4');
    await sign(alma);
    await page.getByText('Signed by: alma').waitFor();
    const field = page.getByLabel('Policy as JSON');
    await field.fill((await field.inputValue()).replace('"0.4"', '"4"'));
    await page.getByRole('button', { name: 'Publish', exact: true }).click();
    await page.getByText('CONSTITUTION_SIGNATURE').waitFor();
  });

  it('makes a token with rights of their own, sees it once, and revokes it', async () => {
    const { page } = alma;
    await page.goto(`${place.url}/console/tokens`);
    await page.getByLabel('Name').fill('reports');
    await page.getByLabel('wallets:read').check();
    await page.getByRole('button', { name: 'Make the token' }).click();
    const text = (await page.locator('.notice .address bdi').textContent()) ?? '';
    const status = () =>
      fetch(`${place.url}/v1/wallets`, { headers: { authorization: `Bearer ${text}` } }).then((a) => a.status);
    expect(await status()).toBe(200);
    await page.getByRole('button', { name: 'I have put it away' }).click();
    expect(await page.locator('body').textContent()).not.toContain(text);
    await page.getByRole('row').filter({ hasText: 'reports' }).getByRole('button', { name: 'Revoke' }).click();
    await expect.poll(status).toBe(401);
    await inspect(alma, 'tokens');
  });
});
