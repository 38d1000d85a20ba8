import type { FreezeView } from '../../src/core/signing/freezes.js';

/** For a store without freezes. */
export const noFreezes: FreezeView = { now: async () => [] };
