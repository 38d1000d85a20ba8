import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { custos, makeHome, onTerminal, removeHome } from '../support/custos.js';
import { mnemonic } from '../support/kms.js';

const password = 'typed and never shown';
let home = '';
const env = { CUSTOS_PASSWORD: password };
const screen = ({ stdout, stderr }: { stdout: string; stderr: string }) => stdout + stderr;

beforeAll(() => {
  home = makeHome();
});
afterAll(() => removeHome(home));

describe('on a terminal', () => {
  it('init on a terminal asks twice without showing what is typed, and explains the recovery key', async () => {
    const running = onTerminal(['init'], { home });
    await running.line(/New password/);
    running.type(`${password}\r`);
    await running.line(/Once more/);
    running.type(`${password}\r`);
    const ended = await running.ended;
    expect(ended.code).toBe(0);
    expect(screen(ended)).not.toContain(password);
    expect(screen(ended)).toMatch(/Recovery key, shown only once/);
    expect(screen(ended)).toMatch(/^\s+([0-9A-Z]{4}-){13}[0-9A-Z]{4}\s*$/m);
  });

  it('two different passwords make no store', async () => {
    const running = onTerminal(['init', '--store', `${home}/other.db`], { home });
    await running.line(/New password/);
    running.type('one\r');
    await running.line(/Once more/);
    running.type('other\r');
    const ended = await running.ended;
    expect(ended.code).toBe(2);
    expect(screen(ended)).toContain('(PASSWORD_MISMATCH)');
    expect(await custos(['verify', '--store', `${home}/other.db`], { home, env })).toMatchObject({
      stderr: expect.stringContaining('(STORE_MISSING)'),
    });
  });

  it('a secret is asked for without being shown', async () => {
    const running = onTerminal(['storemanagedwallet', 'ETH', '--testnet'], { home, env });
    await running.line(/Enter mnemonic to store:/);
    running.type(`${mnemonic}\r`);
    const ended = await running.ended;
    expect(ended.code).toBe(0);
    expect(screen(ended)).not.toContain('junk');
    expect(screen(ended)).toMatch(/"signatureId"/);
  });

  it.each([
    ['n', 1, 0],
    ['y', 0, 1],
  ])(
    'import on a terminal shows the derived address before it stores anything, and asks: %s',
    async (answer, code, stored) => {
      const store = `${home}/import-${answer}.db`;
      const running = onTerminal(['wallet', 'import', 'ETH', '--store', store], { home, env });
      await running.line(/Mnemonic or private key:/);
      running.type(`${mnemonic}\r`);
      await running.line(/The secret gives 0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266 \(ETH, mainnet, index 0\)/);
      const { stdout } = await custos(['wallet', 'list', '--json', '--store', store], { home, env });
      expect(stdout).toBe('');
      running.type(`${answer}\r`);
      expect((await running.ended).code).toBe(code);
      const after = await custos(['wallet', 'list', '--json', '--store', store], { home, env });
      expect(after.stdout.split('\n').filter((line) => line !== '')).toHaveLength(stored);
    },
  );

  it('Ctrl-C at the prompt changes nothing and ends with 1', async () => {
    const running = onTerminal(['wallet', 'import', 'ETH'], { home, env });
    await running.line(/Mnemonic or private key:/);
    running.type('\u0003');
    const ended = await running.ended;
    expect(ended.code).toBe(1);
    expect(screen(ended)).toContain('(CANCELLED_BY_USER)');
  });

  it.each(['\u0003', '\u0004'])('Ctrl-C and Ctrl-D at a question change nothing and end with 1 (%j)', async (key) => {
    await custos(['wallet', 'create', 'ETH'], { home, env });
    const running = onTerminal(['wallet', 'export'], { home, env });
    await running.line(/\[y\/N\]/);
    running.type(key);
    const ended = await running.ended;
    expect(ended.code).toBe(1);
    expect(screen(ended)).toContain('(CANCELLED_BY_USER)');
  });

  it('many wallets on a terminal show a progress bar', async () => {
    const ended = await onTerminal(['wallet', 'create', 'ETH', '--private-key', '--count', '30'], { home, env }).ended;
    expect(ended.code).toBe(0);
    expect(screen(ended)).toMatch(/wallets .*\/30/);
  });

  it.each([
    ['n', 1, 'CANCELLED_BY_USER'],
    ['y', 0, '"mnemonic"'],
  ])('export on a terminal asks first: %s', async (answer, code, text) => {
    const running = onTerminal(['wallet', 'export'], { home, env });
    await running.line(/Print secrets in clear/);
    running.type(`${answer}\r`);
    const ended = await running.ended;
    expect(ended.code).toBe(code);
    expect(screen(ended)).toContain(text);
    if (code !== 0) expect(screen(ended)).not.toContain('"mnemonic"');
  });
});

describe('without a terminal', () => {
  it('output without a terminal has no progress bar and no control characters', async () => {
    const { code, stdout, stderr } = await custos(['wallet', 'create', 'ETH', '--count', '30'], { home, env });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout.trim().split('\n')).toHaveLength(30);
    expect(stdout).not.toContain('\u001b');
  });

  it('without a terminal no question is asked: removing needs --yes, and a password must be given', async () => {
    const { stdout } = await custos(['generatemanagedwallet', 'ETH'], { home, env });
    const { signatureId } = JSON.parse(stdout);
    const refused = await custos(['wallet', 'remove', signatureId], { home, env });
    expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining('(NO_TERMINAL)') });
    expect(await custos(['wallet', 'show', signatureId], { home, env })).toMatchObject({ code: 0 });
    const nobody = await custos(['wallet', 'list'], { home });
    expect(nobody).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('(PASSWORD_MISSING)') });
    expect(await custos(['wallet', 'remove', signatureId, '--yes'], { home, env })).toMatchObject({ code: 0 });
    expect(await custos(['wallet', 'show', signatureId], { home, env })).toMatchObject({ code: 1 });
  });
});
