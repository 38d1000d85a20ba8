import { keeperProgram, signerProgramBelow } from '../../../dist/app/signer/program.js';
import { silentLog } from '../../../src/core/log.js';
import type { SigningRules } from '../../../src/core/signing/signing-rules.js';
import { createSignerClient } from '../../../src/signing/signer-client.js';
import { controlSuite } from '../../suites/control.js';
import { decreeSuite } from '../../suites/decrees.js';

const rules: SigningRules = new Map();

const makeSigner: Parameters<typeof controlSuite>[1] = ({ slots, storeId }, password) =>
  createSignerClient({
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

controlSuite('the signer process', makeSigner);
decreeSuite('the signer process', makeSigner);
