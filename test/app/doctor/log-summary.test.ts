import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { logFindings } from '../../../src/app/doctor/log-findings.js';
import { linesOf } from '../../../src/app/doctor/log-lines.js';
import { summarizeLog } from '../../../src/app/doctor/log-summary.js';

async function* chunks(...parts: readonly (string | Uint8Array)[]) {
  for (const part of parts) yield typeof part === 'string' ? Buffer.from(part) : part;
}

const sum = (...parts: readonly (string | Uint8Array)[]) => summarizeLog(linesOf(chunks(...parts)));

function log(...events: readonly Readonly<Record<string, unknown>>[]): string {
  const line = (fields: object, at: number) => ({ level: 'info', time: new Date(at * 1000).toISOString(), ...fields });
  return events.map((fields, at) => `${JSON.stringify(line(fields, at))}\n`).join('');
}

const putOff = (id: string, code = 'NODE_UNREACHABLE') => ({ msg: 'transaction postponed', id, chain: 'ETH', code });

describe('the summary of a log', () => {
  it('the summary of a log counts what became of the transactions of each chain', async () => {
    const events = [
      { msg: 'daemon started' },
      { msg: 'transaction completed', id: 'a', chain: 'ETH' },
      { msg: 'transaction completed', id: 'b', chain: 'BTC' },
      { msg: 'transaction held', id: 'c', chain: 'ETH', code: 'JUDGE_UNREACHABLE' },
      { msg: 'transaction failed', id: 'd', chain: 'ETH', code: 'FEE_INVALID' },
      { msg: 'poll failed', chain: 'BTC', code: 'CLOUD_TIMEOUT' },
      { msg: 'poll took long', chain: 'BTC', milliseconds: 12_345 },
      { msg: 'poll took long', chain: 'BTC', milliseconds: 11_000 },
      { msg: 'chain shut after faults', chain: 'BTC' },
      { msg: 'signer process ended', signer: 1, exit: 'SIGKILL' },
    ];
    const found = await sum(log(...events));
    expect(found).toMatchObject({ lines: 10, skipped: 0, daemonsStarted: 1, signersEnded: 1 });
    expect(found.chains['ETH']).toMatchObject({ completed: 1, held: 1, failed: 1, pollsFailed: 0 });
    expect(found.chains['BTC']).toMatchObject({ completed: 1, pollsFailed: 1, slowPolls: 2, slowestPoll: 12_345 });
    expect(found.chains['BTC']?.breakerOpenings).toBe(1);
    expect([found.from, found.to]).toEqual(['1970-01-01T00:00:00.000Z', '1970-01-01T00:00:09.000Z']);
    expect(found.errors.map(({ code }) => code).sort()).toEqual(['CLOUD_TIMEOUT', 'FEE_INVALID', 'JUDGE_UNREACHABLE']);
    for (const { hint } of found.errors) expect(hint.length).toBeGreaterThan(10);
  });

  it('the summary of a log shows codes of earlier versions by their present names', async () => {
    const events = ['FOUR_EYE_DENIED', 'JUDGE_DENIED', 'FOUR_EYE_ANSWER_INVALID', 'FOUR_EYE_ELSE'];
    const found = await sum(log(...events.map((code) => ({ msg: 'transaction denied', id: 'a', chain: 'ETH', code }))));
    expect(found.errors.map(({ code, count }) => [code, count])).toEqual([
      ['JUDGE_DENIED', 2],
      ['JUDGE_ANSWER_INVALID', 1],
    ]);
  });

  it('the summary of a log names only a transaction that was put off repeatedly and never ended', async () => {
    const many = Array.from({ length: 9 }, () => [putOff('stuck'), putOff('ended')]).flat();
    const found = await sum(log(...many, putOff('once'), { msg: 'transaction completed', id: 'ended', chain: 'ETH' }));
    expect(found.stuck).toEqual([
      {
        id: 'stuck',
        chain: 'ETH',
        code: 'NODE_UNREACHABLE',
        tries: 9,
        remedy: expect.stringContaining('transaction show'),
      },
    ]);
    const problems = logFindings(found).filter(({ state }) => state === 'problem');
    expect(problems).toMatchObject([
      { check: 'stuck', text: expect.stringContaining('stuck (ETH) was put off 9 times') },
    ]);
  });

  it('the summary of a log skips plain, broken and oversized lines, and counts them', async () => {
    const good = log({ msg: 'daemon started' });
    const found = await sum(
      'Restarting…\n',
      good,
      '{"msg":\n',
      `{"msg":"${'x'.repeat(70_000)}"}\n`,
      '\n',
      '[1]\n',
      good,
    );
    expect(found).toMatchObject({ lines: 2, skipped: 4 });
  });

  it('the summary of a log reads a line that arrives in many parts, and an unfinished last line', async () => {
    const text = Buffer.from(log({ msg: 'transaction completed', chain: 'ETH', id: 'ü' }).trimEnd());
    const found = await sum(...[...text].map((byte) => Uint8Array.of(byte)));
    expect(found).toMatchObject({ lines: 1, chains: { ETH: { completed: 1 } } });
  });

  it('the summary of a log does not grow with what an attacker wrote into the log', async () => {
    async function* hostile() {
      for (let number = 0; number < 30_000; number += 1) {
        const event = { ...putOff(`id-${number}`, `CODE_${number}`), chain: `X${number}` };
        yield Buffer.from(log(event, { msg: `event ${number}` }));
      }
    }
    const found = await summarizeLog(linesOf(hostile()));
    expect(found.lines).toBe(60_000);
    expect(Object.keys(found.chains).length).toBeLessThan(100);
    expect(found.errors).toEqual([]);
    expect(found.forgotten).toBe(20_000);
  });

  it('the summary of a log holds only checked words, whatever comes', async () => {
    const anything = fc.oneof(
      fc.string(),
      fc.integer(),
      fc.constant(null),
      fc.constant('\u001b[2J'),
      fc.double(),
      fc.object(),
    );
    const fields = fc.record({
      msg: fc.oneof(fc.constantFrom('transaction postponed', 'transaction failed', 'poll took long'), fc.string()),
      ...Object.fromEntries(
        ['chain', 'id', 'code', 'time', 'milliseconds', '__proto__'].map((name) => [name, anything]),
      ),
    });
    const line = fc.oneof(
      fields.map((event) => JSON.stringify(event)),
      fc.string(),
      fc.constant('{'),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(line, { maxLength: 60 }), async (lines) => {
        const found = await sum(`${lines.join('\n')}\n`);
        const shown = JSON.stringify([found, logFindings(found)]);
        expect(shown).not.toMatch(/\\u001b|NaN|Infinity/);
        for (const name of Object.keys(found.chains)) expect(name).toMatch(/^([A-Z0-9]{1,12}|other)$/);
        for (const chain of Object.values(found.chains)) {
          for (const count of Object.values(chain)) expect(count).toBeGreaterThanOrEqual(0);
        }
      }),
      { numRuns: 200 },
    );
  });
});

describe('findings of a log', () => {
  it('each finding of a log has a remedy, unless all is well', async () => {
    const bad = await sum(log(...Array.from({ length: 9 }, () => putOff('x')), { msg: 'signer process ended' }));
    for (const { state, remedy } of logFindings(bad)) expect(state === 'ok' || (remedy?.length ?? 0) > 10).toBe(true);
  });

  it('the findings say that a file is not a log', async () => {
    expect(logFindings(await sum('just\nwords\n'))).toMatchObject([{ state: 'problem', remedy: expect.any(String) }]);
  });

  it('the findings say that a quiet log was read', async () => {
    const found = logFindings(await sum(log({ msg: 'daemon started' })));
    expect(found).toEqual([{ check: 'log', state: 'ok', text: expect.stringContaining('1 lines') }]);
  });
});
