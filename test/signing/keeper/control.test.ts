import { createKeeperClient } from '../../../src/signing/keeper/keeper-client.js';
import { controlSuite } from '../../suites/control.js';
import { type SignerService, signerService } from '../../support/signer-service.js';

controlSuite('the keeper', ({ slots, storeId }, secret) => {
  let service: Promise<SignerService> | undefined;
  const client = createKeeperClient({
    name: 'keeper',
    async connect() {
      service ??= signerService(storeId, secret.exposeText());
      return (await service).connect();
    },
    storeId,
    slots,
    rules: new Map(),
  });
  return {
    ...client,
    async close() {
      await client.close();
      await (await service)?.close();
    },
  };
});
