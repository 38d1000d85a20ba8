import { type ExportFormat, exportFormats, shownEvent } from '../../app/audit/export.js';
import { exportLog, headLines, keyOfLog, proofLines, verifyFile } from '../../app/audit/log.js';
import { pruneLog } from '../../app/audit/prune.js';
import { CustosError } from '../../core/errors.js';
import type { Run } from '../spec.js';
import { confirmed } from './approver.js';

export const list: Run = async ({ options, house, out }) => {
  const { audit } = await house.store();
  const { event, limit } = options;
  const events = (await audit.find({ limit, ...(event !== undefined && { event }) })).map(shownEvent);
  if (options.json) for (const one of events) out.jsonLine(one);
  else {
    const rows = events.map(({ id, time, code, detail }) => [id, time, code, JSON.stringify(detail)]);
    out.table([['ID', 'TIME', 'EVENT', 'DETAIL'], ...rows]);
  }
  return 0;
};

export const key: Run = async ({ options, house, out }) => {
  const line = keyOfLog(await house.store(), await house.rootKey());
  if (options.json) out.json({ key: line });
  else out.line(line);
  return 0;
};

export const exportCommand: Run = async ({ args, options, house, out }) => {
  const { clock } = house;
  const means = { store: await house.store(), rootKey: await house.rootKey(), clock };
  const { file, events } = await exportLog(means, { file: args[0] ?? '', format: formatOf(options.format) });
  out.note(`Wrote ${events} events to ${file}.`);
  return 0;
};

function formatOf(text = 'jsonl'): ExportFormat {
  const format = exportFormats.find((one) => one === text);
  if (format === undefined) throw new CustosError('USAGE', `--format takes ${exportFormats.join(', ')}`);
  return format;
}

export const head: Run = async ({ house, out }) => {
  const { clock } = house;
  const lines = await headLines({ store: await house.store(), rootKey: await house.rootKey(), clock });
  for (const line of lines) out.jsonLine(line);
  return 0;
};

export const prove: Run = async ({ args, options, house, out }) => {
  const { clock } = house;
  const [event] = args;
  const { since } = options;
  if ((event === undefined) === (since === undefined)) {
    throw new CustosError('USAGE', 'name an event, or with --since a file of heads that were kept');
  }
  const means = { store: await house.store(), rootKey: await house.rootKey(), clock };
  const lines = await proofLines(means, event !== undefined ? { event } : { since: since ?? '' });
  for (const line of lines) out.jsonLine(line);
  return 0;
};

export const prune: Run = async (call) => {
  const { options, house, out } = call;
  const { before: date, archive, yes } = options;
  if (date === undefined || archive === undefined) {
    throw new CustosError('USAGE', '--before and --archive are missing: a date, and a file for what is deleted');
  }
  const before = timeOf(date);
  const means = { store: await house.store(), rootKey: await house.rootKey(), clock: house.clock };
  if (!yes) await confirmed(call, `Delete what events before ${new Date(before).toISOString()} say from the store?`);
  const events = await pruneLog(means, { before, archive });
  if (events === 0) out.note('Nothing is that old.');
  else out.note(`Wrote the whole log to ${archive}, and deleted what ${events} events say.`);
  return 0;
};

/** A day, or a moment with its zone, so that no machine's own zone decides. */
function timeOf(text: string): number {
  const at = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,3})?)?Z)?$/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(at)) throw new CustosError('USAGE', '--before takes a day such as 2026-01-31, or 2026-01-31T12:00Z');
  return at;
}

export const verify: Run = async ({ args, options, out }) => {
  if (options.key === undefined)
    throw new CustosError('USAGE', '--key is missing: a key line, or a file that holds it');
  const verified = await verifyFile(args[0] ?? '', options.key, options.witness);
  if (verified.kind === 'proofs') {
    if (options.json) out.json({ proofs: verified.proofs });
    else
      for (const { writer, events, subject } of verified.proofs) {
        out.line(`${subject}: in the log ${writer} of ${events} events, as it was signed`);
      }
    return 0;
  }
  const { proof } = verified;
  if (options.json) out.json(proof);
  else {
    for (const { writer, events, checkpoints } of proof.logs) {
      out.line(`${writer}: ${events} events are as they were signed, in ${checkpoints} checkpoints`);
    }
    for (const text of proof.unknown) out.note(`not shown: ${text}`);
  }
  return 0;
};
