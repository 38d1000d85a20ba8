import { unlockVault } from '../../../src/app/signer/vault.js';
import type { SigningRules } from '../../../src/core/signing/signing-rules.js';
import { createInProcessSigner } from '../../../src/signing/in-process-signer.js';
import { controlSuite } from '../../suites/control.js';
import { decreeSuite } from '../../suites/decrees.js';

const rules: SigningRules = new Map();

const makeSigner: Parameters<typeof controlSuite>[1] = ({ slots, storeId, chains }, secret) =>
  createInProcessSigner({
    chains,
    rules,
    unlockVault: () => unlockVault({ slots, storeId, rules, password: secret.exposeBytes().slice() }),
  });

controlSuite('the signer in this process', makeSigner);
decreeSuite('the signer in this process', makeSigner);
