import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { linesOf } from '../../../src/app/doctor/log-lines.js';
import { type ChainLines, countedEvents, summarizeLog } from '../../../src/app/doctor/log-summary.js';
import { createLog } from '../../../src/app/process/log.js';
import { type LogEvent, logEvents, tell } from '../../../src/core/log.js';

const fields = { chain: 'ETH', id: 'an-id', code: 'NODE_UNREACHABLE', milliseconds: 12_000 };

/** What the real logger writes for one event. */
function written(event: LogEvent): string {
  let text = '';
  tell(
    createLog('debug', (line) => {
      text += line;
    }),
    event,
    fields,
  );
  return text;
}

async function* bytes(text: string) {
  yield Buffer.from(text);
}

const sum = (text: string) => summarizeLog(linesOf(bytes(text)));

describe('the doctor reads a log by the codes of its events', () => {
  it.each(Object.keys(countedEvents) as (keyof typeof countedEvents)[])(
    'doctor reads %s, as the logger writes it',
    async (event) => {
      const line = written(event);
      expect(JSON.parse(line)).toMatchObject({ event, msg: logEvents[event][1], level: logEvents[event][0] });
      const of: Readonly<ChainLines> | undefined = (await sum(line)).chains['ETH'];
      expect(of?.[countedEvents[event]]).toBe(1);
    },
  );

  it('doctor reads starts of daemons and ends of signers', async () => {
    const text = written('daemon-started') + written('signer-ended');
    expect(await sum(text)).toMatchObject({ lines: 2, daemonsStarted: 1, signersEnded: 1 });
  });

  it('doctor reads events by code, whatever the sentence beside it is', async () => {
    const line = { ...JSON.parse(written('transaction-failed')), msg: 'a sentence of a later version' };
    expect((await sum(JSON.stringify(line))).chains['ETH']?.failed).toBe(1);
  });

  it('doctor reads a log without codes, as earlier versions wrote it, by its sentences', async () => {
    for (const event of Object.keys(countedEvents) as (keyof typeof countedEvents)[]) {
      const { event: _code, ...line } = JSON.parse(written(event));
      expect((await sum(JSON.stringify(line))).chains['ETH']?.[countedEvents[event]]).toBe(1);
    }
  });

  it('no sentence appears twice in the table of events', () => {
    const source = readFileSync(
      fileURLToPath(new URL('../../../src/app/doctor/log-summary.ts', import.meta.url)),
      'utf8',
    );
    for (const [, sentence] of Object.values(logEvents)) expect(source).not.toContain(`'${sentence}'`);
  });
});

describe('the table of events', () => {
  it('the table of events has a separate sentence for each code', () => {
    const sentences = Object.values(logEvents).map(([, sentence]) => sentence);
    expect(new Set(sentences).size).toBe(sentences.length);
  });
});
