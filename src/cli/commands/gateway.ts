import { openGateway } from '../../app/gateway/open.js';
import type { Run } from '../spec.js';

export const gateway: Run = async ({ house, out }) => {
  const { config, chains, clock, log } = house;
  const running = await openGateway({ config, chains, clock, log });
  out.json({ url: running.url });
  await new Promise<void>((resolve) => {
    process.once('SIGTERM', () => resolve());
    process.once('SIGINT', () => resolve());
  });
  await running.close();
  return 0;
};
