import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BrowserContext, chromium, type Page } from 'playwright-core';

/** Debian's. */
const browserFile = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync);

/** True where tests in a browser are skipped; says why. */
export function noBrowser(): boolean {
  if (browserFile === undefined) {
    console.warn('tests in a browser are skipped, because there is no chromium (apt-get install chromium)');
  }
  return browserFile === undefined;
}

const args = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Somebody at a browser of their own, with an authenticator of their own. */
export interface Visitor {
  readonly page: Page;
  readonly context: BrowserContext;
  /** What the page's policy kept from happening, what the page could not catch, and what it said in the console of the browser. */
  readonly faults: readonly string[];
  close(): Promise<void>;
}

/** A browser that several visitors share, with nothing of one another. @param more - arguments of the program */
export async function openBrowser(more: readonly string[] = []) {
  const home = mkdtempSync(join(tmpdir(), 'custos-browser-'));
  const browser = await chromium.launch({
    executablePath: browserFile ?? '',
    args: [...args, ...more, `--crash-dumps-dir=${home}`],
    env: { ...process.env, HOME: home },
  });
  return {
    async visit(
      options: {
        readonly width?: number;
        readonly dark?: boolean;
        readonly locale?: string;
        readonly scale?: number;
      } = {},
    ): Promise<Visitor> {
      const { width = 1280, dark = false, locale = 'en-GB', scale = 1 } = options;
      const context = await browser.newContext({
        ...{ viewport: { width, height: 860 }, locale, colorScheme: dark ? 'dark' : 'light' },
        ...{ deviceScaleFactor: scale, timezoneId: 'UTC' },
      });
      const faults: string[] = [];
      await context.exposeBinding('tellFault', (_, fault: string) => void faults.push(fault));
      await context.addInitScript({ content: watchFaults });
      const page = await context.newPage();
      page.on('pageerror', (error) => faults.push(`error: ${error.message}`));
      await addAuthenticator(page);
      return { page, context, faults, close: () => context.close() };
    },
    async close() {
      await browser.close();
      rmSync(home, { recursive: true, force: true });
    },
  };
}

/** Runs in the page. */
const watchFaults = `addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI, sample }) => {
  globalThis.tellFault(['policy:', violatedDirective, blockedURI, sample].join(' '));
});`;

/** A platform's authenticator that says yes, as a person with a finger on it. */
async function addAuthenticator(page: Page): Promise<void> {
  const session = await page.context().newCDPSession(page);
  await session.send('WebAuthn.enable');
  await session.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      ...{ protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true },
      ...{ isUserVerified: true, automaticPresenceSimulation: true },
    },
  });
}
