import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Server, startServer } from '../support/http.js';
import { noBrowser, openBrowser, type Visitor } from './browser.js';
import { enrol, randomKey } from './people.js';
import { type ConsolePlace, openPlace } from './place.js';
import { type ConsoleStage, furnish, inspect } from './stage.js';

describe.skipIf(noBrowser())('an operator in the console', () => {
  /** Types of the events that the receiver of a webhook got. */
  const received: string[] = [];
  let answer = 500;
  let receiver: Server;
  let place: ConsolePlace;
  let browser: Awaited<ReturnType<typeof openBrowser>>;
  let otto: Visitor;
  let stage: Pick<ConsoleStage, 'pay' | 'wallet'>;
  let host: string;

  beforeAll(async () => {
    receiver = await startServer((response, { body }) => {
      received.push(JSON.parse(body).type);
      response.writeHead(answer).end();
    });
    ({ host } = new URL(receiver.url));
    [place, browser] = await Promise.all([openPlace(['--webhook-host', host]), openBrowser()]);
    otto = await browser.visit();
    const key = await enrol(otto, place, 'otto');
    stage = await furnish(place, { bea: randomKey(), ben: randomKey(), otto: key, ines: randomKey() });
  });
  afterAll(async () => {
    await browser?.close();
    await place?.close();
    await receiver?.close();
  });

  const open = (path: string) => otto.page.goto(`${place.url}/console/${path}`);
  /** What the audit log has of the operator's own requests. */
  async function asked(): Promise<readonly unknown[]> {
    const { audit } = await place.house.store();
    const events = await audit.find({ event: 'person.asked', limit: 100 });
    return events.map(({ opening }) => JSON.parse(opening?.detail ?? '{}').operation);
  }

  it('cancels a payment that waits for others, and the log says who asked', async () => {
    const id = await stage.pay('3', 'too-much');
    await open(`transactions/${id}`);
    await otto.page.getByText('large needs 1 of treasury').first().waitFor();
    await otto.page.getByRole('button', { name: 'Cancel transaction' }).click();
    await otto.page.locator('.facts .state-cancelled').waitFor();
    expect(await otto.page.getByRole('button', { name: 'Cancel transaction' }).count()).toBe(0);
    await inspect(otto, 'cancelled');
    expect(await asked()).toContain('cancelTransaction');
  });

  it('sees why a payment was denied, and lets it be judged again', async () => {
    const id = await stage.pay('7', 'beyond-all');
    await open(`transactions/${id}`);
    await otto.page.locator('.facts .state-denied').waitFor();
    await inspect(otto, 'denied');
    await otto.page.getByRole('button', { name: 'Retry' }).click();
    await expect.poll(asked).toContain('retryTransaction');
    await otto.page.locator('.facts .state-denied').waitFor();
    const { txId } = await place.client.call('getTransaction', { params: { id } });
    expect(txId).toBeNull();
  });

  it('makes a webhook, sees its secret once, tests it, delivers again, and turns it off', async () => {
    const { page } = otto;
    await open('webhooks');
    await page.getByLabel('URL').fill(`http://${host}/hook`);
    await page.getByRole('button', { name: 'Make the webhook' }).click();
    await page.getByText(/whsec_/).waitFor();
    await page.reload();
    await page.getByText(`http://${host}/hook`).waitFor();
    expect(await page.getByText(/whsec_/).count()).toBe(0);
    const id = await stage.pay('0.3', 'payout-hook');
    await expect.poll(() => received.length).toBeGreaterThan(0);
    answer = 204;
    await page.getByText(`http://${host}/hook`).click();
    await page.getByRole('button', { name: 'Send a test' }).click();
    await page.getByText(/204/).first().waitFor();
    await page.reload();
    const failed = page.locator('tr', { hasText: '500' }).first();
    await failed.waitFor();
    await inspect(otto, 'webhook');
    const before = received.length;
    await failed.getByRole('button').click();
    await expect.poll(() => received.length).toBeGreaterThan(before);
    await page.getByRole('button', { name: 'Disable' }).click();
    await page.getByRole('button', { name: 'Enable' }).waitFor();
    expect(received).toContain('transaction.completed');
    expect((await place.client.call('getTransaction', { params: { id } })).state).toBe('completed');
  });

  it('may neither make tokens nor publish a policy', async () => {
    await open('');
    await otto.page.getByRole('heading', { name: 'Overview' }).waitFor();
    expect(await otto.page.getByRole('link', { name: 'Tokens' }).count()).toBe(0);
    await open('policies');
    await otto.page.locator('h1').waitFor();
    expect(await otto.page.getByRole('button', { name: 'Publish', exact: true }).count()).toBe(0);
    expect(otto.faults).toEqual([]);
  });
});
