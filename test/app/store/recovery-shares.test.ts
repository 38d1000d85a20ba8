import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readConfig } from '../../../src/app/config/config.js';
import { createHouse, type House } from '../../../src/app/house.js';
import type { Terminal } from '../../../src/app/process/terminal.js';
import { recoveryShares } from '../../../src/cli/commands/keys/ceremony.js';
import { recover } from '../../../src/cli/commands/keys/password.js';
import { openHouse, runInProcess } from '../../support/in-process.js';
import { silentTerminal } from '../../support/silent-terminal.js';

const right = 'correct horse battery staple';
const fresh = 'another horse battery staple';
let home = '';
let shares: readonly string[] = [];
const houses: House[] = [];

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'custos-shares-'));
  await (await openHouse(home)).close();
});
afterAll(async () => {
  for (const house of houses) await house.close();
  await rm(home, { recursive: true, force: true });
});

function houseWith(
  terminal: Partial<Terminal>,
  environment: Record<string, string> = { CUSTOS_PASSWORD: right },
): House {
  const made = createHouse(readConfig({}, environment, home), { ...silentTerminal, ...terminal });
  houses.push(made);
  return made;
}
const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'none',
    (error: { code?: string }) => error.code,
  );
const numbers = { threshold: '2', shares: '3' };
const recoverySlot = async () => {
  const slots = await (await houseWith({}).store()).slots.all();
  return slots.find(({ kind }) => kind === 'recovery')?.id;
};

/** Holders at a terminal: they see what is shown, and type what `typed` makes of the share before them. */
function holders(typed: (share: string, attempt: number) => string, answers: readonly boolean[] = [true, true]) {
  const shown: string[] = [];
  const screens: string[] = [];
  let attempt = 0;
  let questions = 0;
  const terminal: Partial<Terminal> = {
    interactive: true,
    clear: () => void screens.push(shown.splice(0).join('\n')),
    ask: async () => '',
    confirm: async () => answers[questions++] ?? false,
    askHidden: async () => typed(wordsOf(screens.at(-1) ?? ''), attempt++),
  };
  return { terminal, shown, screens };
}

const wordsOf = (screen: string) =>
  [...screen.matchAll(/\d+ ([a-z]+)/g)]
    .map(([, word]) => word)
    .filter((word) => word !== 'of')
    .join(' ');

/** Runs the ceremony with the house's output on the holders' screen. */
async function ceremony({ terminal, shown }: ReturnType<typeof holders>): Promise<void> {
  const house = houseWith(terminal);
  const out = { line: (text: string) => void shown.push(text), json: () => undefined, note: () => undefined };
  const { options } = readConfig(numbers, {}, undefined);
  await recoveryShares({ args: [], options, house, out: out as never });
}

describe('shares of the recovery key', () => {
  it('are shown one at a time, each until its holder has typed it back, and then take the place of the former key', async () => {
    const before = await recoverySlot();
    const given: string[] = [];
    const place = holders((share, attempt) => {
      if (attempt === 1) return share.replace(/ \w+$/, ' academic');
      given.push(share);
      return share
        .split(' ')
        .map((word) => word.slice(0, 4))
        .join(' ');
    });
    await ceremony(place);
    expect(new Set(given)).toHaveProperty('size', 3);
    expect(given.every((share) => share.split(' ').length === 33)).toBe(true);
    // The second share was typed wrongly once, and shown again.
    expect(place.screens.filter((screen) => wordsOf(screen).includes(given[1] ?? 'none'))).toHaveLength(2);
    for (const screen of place.screens)
      expect(given.filter((share) => wordsOf(screen).includes(share)).length).toBeLessThan(2);
    expect(await recoverySlot()).not.toBe(before);
    shares = given;
  });

  it('change nothing when a person stops before the end', async () => {
    const before = await recoverySlot();
    for (const answers of [[false], [true, false]]) {
      expect(await codeOf(ceremony(holders((share) => share, answers)))).toBe('CANCELLED_BY_USER');
    }
    expect(await recoverySlot()).toBe(before);
  });

  it('set a new password from hidden prompts, and a mistyped, foreign or repeated one is asked for again', async () => {
    const [one = '', two = ''] = shares;
    const notes: string[] = [];
    const typed = [one.replace(/^\w+/, 'acne'), one, one, two];
    const terminal = {
      interactive: true,
      askHidden: async () => typed.shift() ?? '',
      confirm: async () => false,
      note: (text: string) => void notes.push(text),
    };
    const house = houseWith(terminal, { CUSTOS_NEW_PASSWORD: fresh });
    await runInProcess(house, recover, { flags: { fromShares: true } });
    expect(notes.filter((text) => /share/.test(text))).toEqual([
      expect.stringContaining('checksum'),
      'this share was given already',
    ]);
    expect((await houseWith({}, { CUSTOS_PASSWORD: fresh }).opened()).slot.kind).toBe('password');
  });

  it('come from standard input without a terminal, and wrong, foreign, repeated and too few have codes of their own', async () => {
    const recovered = (lines: readonly string[]) =>
      codeOf(
        runInProcess(houseWith({ readInput: async () => lines.join('\n') }, { CUSTOS_NEW_PASSWORD: right }), recover, {
          flags: { fromShares: true },
        }),
      );
    const [one = '', two = ''] = shares;
    expect(await recovered([one])).toBe('RECOVERY_SHARES_MISSING');
    expect(await recovered([])).toBe('RECOVERY_SHARES_MISSING');
    expect(await recovered([one, one])).toBe('RECOVERY_SHARE_REPEATED');
    expect(await recovered([one, `${two} academic`])).toBe('RECOVERY_SHARE_INVALID');
    expect(await recovered(['', one, '', two, ''])).toBe('none');
    const former = shares;
    const house = houseWith({});
    const { results } = await runInProcess(house, recoveryShares, { flags: { ...numbers, json: true } });
    shares = results[0]?.['shares'] as readonly string[];
    expect(results[0]).toMatchObject({ threshold: 2 });
    expect(await recovered(former.slice(0, 2))).toBe('PASSWORD_WRONG');
    expect(['RECOVERY_SHARE_FOREIGN', 'RECOVERY_SHARE_INVALID']).toContain(await recovered([one, shares[1] ?? '']));
    expect(await recovered(shares.slice(1))).toBe('none');
  });

  it.each([
    ['1', '3'],
    ['4', '3'],
    ['2', '17'],
    ['2', 'many'],
  ])('are not made with impossible numbers: %s of %s', async (threshold, count) => {
    const before = await recoverySlot();
    const made = runInProcess(houseWith({}), recoveryShares, { flags: { threshold, shares: count } });
    expect(await codeOf(made)).toBe('USAGE');
    expect(await recoverySlot()).toBe(before);
  });
});
