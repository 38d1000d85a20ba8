import { allowanceMethods } from './evm-allowance-methods.js';
import { authorityMethods } from './evm-authority-methods.js';
import { bundleMethods } from './evm-bundle-methods.js';
import { controlMethods } from './evm-control-methods.js';
import type { KnownMethod } from './evm-method.js';
import { tokenMethods } from './evm-token-methods.js';

/** Known methods by selector. Which standard a contract obeys cannot be seen from a call, so shared selectors say both readings. */
export const knownMethods: ReadonlyMap<string, KnownMethod> = new Map([
  ...tokenMethods,
  ...allowanceMethods,
  ...authorityMethods,
  ...controlMethods,
  ...bundleMethods,
]);
