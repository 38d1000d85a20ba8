import { expect, it } from 'vitest';
import { keeperProgram, signerProgramBelow } from '../../../dist/app/signer/program.js';
import { silentLog } from '../../../src/core/log.js';
import { Secret } from '../../../src/core/secret.js';
import type { SigningRules } from '../../../src/core/signing/signing-rules.js';
import { ControlBook } from '../../../src/signing/control/book.js';
import { createSignerClient } from '../../../src/signing/signer-client.js';
import { controlSuite } from '../../suites/control.js';
import { decreeSuite } from '../../suites/decrees.js';
import { anyPayment, dayLimit, documentsOf, sealer } from '../../support/control.js';
import { password, type SigningParts, signingParts, signRequest } from '../../support/signing-parts.js';

const rules: SigningRules = new Map();
const HOUR = 3_600_000;

const optionsOf = ({ slots, storeId }: SigningParts, password: Secret) => ({
  ...signerProgramBelow(keeperProgram().nodeFlags),
  slots,
  storeId,
  rules,
  password,
  count: 2,
  // The second one starts with the first burst.
  watched: 0,
  log: silentLog,
});

const makeSigner: Parameters<typeof controlSuite>[1] = (parts, password) =>
  createSignerClient(optionsOf(parts, password));

controlSuite('the signer process', makeSigner);
decreeSuite('the signer process', makeSigner);

it('a signer process that replaces another after the clock was set back judges by the highest moment that was seen', async () => {
  const parts = await signingParts();
  const seals = sealer(parts);
  let ahead = 0;
  const started: number[] = [];
  const book = new ControlBook(() => Date.now() + ahead);
  const log = { ...silentLog, info: (line: object) => void started.push(Number(Reflect.get(line, 'signer'))) };
  const signer = createSignerClient({ ...optionsOf(parts, Secret.text(password)), count: 1, book, log });
  const open = { permits: [anyPayment], limits: [dayLimit(1_000_000)] };
  const closed = { version: 2, previous: seals.read(open).hash };
  const times = { publishedAt: 2, effectiveAt: Date.now() + HOUR };
  await signer.control(documentsOf(seals.policy(open), seals.policy(closed, times)));
  const request = signRequest(await parts.wallet('key'), { value: '1000', gasPrice: '1' });
  ahead = 2 * HOUR;
  expect(await signer.sign(request)).toHaveProperty('raw');
  ahead = 0;
  process.kill(started[0] ?? 0, 'SIGKILL');
  await expect(signer.sign(request)).rejects.toMatchObject({ code: 'POLICY_DENIED' });
  await signer.close();
});
