import { keeperProgram, signerProgramBelow } from '../../../dist/app/signer/program.js';
import { silentLog } from '../../../src/core/log.js';
import type { SigningRules } from '../../../src/core/signing/signing-rules.js';
import { createSignerClient } from '../../../src/signing/signer-client.js';
import { controlSuite } from '../../suites/control.js';

const rules: SigningRules = new Map();

controlSuite('the signer process', ({ slots, storeId }, password) =>
  createSignerClient({
    ...signerProgramBelow(keeperProgram().nodeFlags),
    slots,
    storeId,
    rules,
    password,
    count: 2,
    log: silentLog,
  }),
);
