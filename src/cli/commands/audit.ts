import { type ExportFormat, exportFormats, shownEvent } from '../../app/audit/export.js';
import { exportLog, keyOfLog, provenKey } from '../../app/audit/log.js';
import { linesOf, verifyExport } from '../../app/audit/verify.js';
import { CustosError } from '../../core/errors.js';
import type { Run } from '../spec.js';

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

export const verify: Run = async ({ args, options, out }) => {
  if (options.key === undefined)
    throw new CustosError('USAGE', '--key is missing: a key line, or a file that holds it');
  const proof = await verifyExport(linesOf(args[0] ?? ''), await provenKey(options.key));
  if (options.json) out.json(proof);
  else {
    for (const { writer, events, checkpoints } of proof.logs) {
      out.line(`${writer}: ${events} events are as they were signed, in ${checkpoints} checkpoints`);
    }
    for (const text of proof.unknown) out.note(`not shown: ${text}`);
  }
  return 0;
};
