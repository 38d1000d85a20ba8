import { keeperProgram, signerProgramBelow } from '../../../dist/app/signer/program.js';
import { unlockVault } from '../../../src/app/signer/vault.js';
import { silentLog } from '../../../src/core/log.js';
import type { SigningRules } from '../../../src/core/signing/signing-rules.js';
import { createInProcessSigner } from '../../../src/signing/in-process-signer.js';
import { createSignerClient } from '../../../src/signing/signer-client.js';
import { controlSuite } from '../../suites/control.js';

const rules: SigningRules = new Map();

controlSuite('the signer in this process', ({ slots, storeId, chains }, secret) =>
  createInProcessSigner({
    chains,
    rules,
    unlockVault: () => unlockVault({ slots, storeId, rules, password: secret.exposeBytes().slice() }),
  }),
);

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
