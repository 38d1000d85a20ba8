import { readWrittenConstitution } from '../../app/approvals/constitution-schema.js';
import {
  constitutionLines,
  draftConstitution,
  enactConstitution,
  openConstitutions,
  readSignature,
  requireConstitution,
  signConstitution,
  signerNote,
} from '../../app/approvals/constitutions.js';
import { signaturesIn, textIn } from '../../app/process/text-files.js';
import type { Run } from '../spec.js';
import { confirmed, openKey } from './approver.js';

export const draft: Run = async ({ house, out }) => {
  out.json(await openConstitutions(await house.store(), await house.rootKey(), draftConstitution));
  return 0;
};

export const sign: Run = async (call) => {
  const { args, out } = call;
  const constitution = readWrittenConstitution(await textIn(args[0]));
  const key = await openKey(call);
  try {
    for (const line of constitutionLines(constitution)) out.note(line);
    const note = signerNote(constitution, key.text);
    if (note !== undefined) out.note(note);
    await confirmed(call, `Sign version ${constitution.version} of the constitution?`);
    out.line(signConstitution(constitution, key));
    return 0;
  } finally {
    key.wipe();
  }
};

export const enact: Run = async ({ args, house, out }) => {
  const [file, ...files] = args;
  const constitution = readWrittenConstitution(await textIn(file));
  const signatures = await signaturesIn(files, (text) => readSignature(text, constitution));
  await openConstitutions(await house.store(), await house.rootKey(), (parts) =>
    enactConstitution(parts, constitution, signatures),
  );
  out.note(`Version ${constitution.version} of the constitution is in force: ${constitution.hash}`);
  return 0;
};

export const show: Run = async ({ options, house, out }) => {
  const constitution = await openConstitutions(await house.store(), await house.rootKey(), requireConstitution);
  if (options.json) out.json({ ...JSON.parse(constitution.text), hash: constitution.hash });
  else for (const line of constitutionLines(constitution)) out.line(line);
  return 0;
};
