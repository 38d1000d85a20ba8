import type { FlowAct, FlowBuilder } from '../../core/chain/builders/flow.js';
import { CustosError } from '../../core/errors.js';
import { quote } from '../../core/ids.js';
import { chainName } from './access.js';
import { flowAddress } from './arguments.js';
import { checkReceiver } from './payments.js';
import { readAction } from './request.js';
import type { FlowTemplates } from './templates.js';

const types: Readonly<Record<FlowAct, number>> = {
  'create-account': 0,
  'add-key': 1,
  transfer: 2,
  mint: 4,
  'mint-multiple': 5,
  burn: 6,
  'transfer-token': 7,
  custom: 8,
};

/** Builds requests in the form of Tatum's programs: the number of what is done, and its members. */
export function flowBuilder(templates: FlowTemplates): FlowBuilder {
  return {
    kind: 'flow',
    async build({ key, act, body }, { network, node }) {
      const access = { network, node };
      const name = await chainName(access);
      if (name !== `flow-${network}`)
        throw new CustosError('NETWORK_MISMATCH', `the FLOW node serves ${quote(name)}, not flow-${network}`);
      const request = { type: types[act], body };
      const { does } = readAction(request, network, templates);
      await checkReceiver(`0x${flowAddress(body['account'], 'account')}`, access);
      for (const { op, to } of does) {
        const isPaid = op === 'transfer' || op === 'token-transfer' || op === 'mint';
        if (isPaid && to !== undefined) await checkReceiver(to, access);
      }
      return { serialized: JSON.stringify(request), keys: [key] };
    },
  };
}
