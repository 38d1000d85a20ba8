import type { Effect } from '../../../core/chain/effect.js';
import type { Hazard } from '../../../core/chain/hazards.js';
import { roleName } from './control-methods.js';
import { nameOf } from './method.js';

/** The hazards of effects, in their order. That a call is inside of another one shows in the text, so it is not one of them. */
export function hazardsOf(effects: readonly Effect[]): Hazard[] {
  return effects.flatMap((effect) => {
    const { code: kind, to: party, asset, amount } = effect;
    if (kind === undefined || kind === 'nested-call') return [];
    const text = textOf(effect);
    return [
      {
        kind,
        ...(party !== undefined && { party }),
        ...(asset !== undefined && { asset }),
        ...(amount !== undefined && { amount }),
        ...(text !== undefined && { text }),
      },
    ];
  });
}

function textOf({ op, code, method, args, data }: Effect): string | undefined {
  if (code === 'opaque-data') {
    if (op === 'deploy' && data !== undefined) return `${data.length / 2} bytes of code`;
    // Without either, the call itself is understood, and only what it leads to is not.
    if (data !== undefined || args !== undefined) return method;
  }
  if (method === undefined) return undefined;
  const role = roleName(method, args?.[0]?.value);
  return role === undefined ? nameOf(method) : `${nameOf(method)} ${role}`;
}
