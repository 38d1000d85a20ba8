import { allowanceMethods } from './allowance-methods.js';
import { authorityMethods } from './authority-methods.js';
import { bundleMethods } from './bundle-methods.js';
import { collectionMethods } from './collection-methods.js';
import { controlMethods } from './control-methods.js';
import { custodyMethods } from './custody-methods.js';
import { marketMethods } from './market-methods.js';
import type { KnownMethod } from './method.js';
import { tokenMethods } from './token-methods.js';

/** Known methods by selector. Which standard a contract obeys cannot be seen from a call, so shared selectors say both readings. */
export const knownMethods: ReadonlyMap<string, KnownMethod> = new Map([
  ...tokenMethods,
  ...allowanceMethods,
  ...authorityMethods,
  ...controlMethods,
  ...bundleMethods,
  ...collectionMethods,
  ...custodyMethods,
  ...marketMethods,
]);
