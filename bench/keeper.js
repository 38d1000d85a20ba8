// Signatures through a keeper: without a policy, with one that permits, and with a limit whose charges are durable before they leave.
import { keeperWith, policyOf, rateOf } from './keepers.js';
import { report } from './support.js';

const ROUND = 2_000;
const ROUNDS = 3;

const limits = [{ id: 'day', asset: 'ETH', rolling: '24h', max: '1000000' }];
const kinds = [
  { ...(await keeperWith('none', undefined)), rates: [] },
  { ...(await keeperWith('permit', policyOf({}))), rates: [] },
  { ...(await keeperWith('limit', policyOf({ limits }))), rates: [] },
];
// In turns, because the speed of a machine changes meanwhile.
for (let round = 0; round < ROUNDS; round++) {
  for (const kind of kinds) kind.rates.push(await rateOf(kind.client, { count: ROUND }));
}
const [none, permit, limit] = kinds.map(({ rates }) => rates.sort((a, b) => a - b)[1]);
for (const { close } of kinds) await close();
report('keeper', [
  { what: 'signatures through a keeper, without a policy', figure: `${Math.round(none)}/s` },
  { what: 'the same with a permit', figure: `${Math.round(permit)}/s`, ratio: permit / none },
  { what: 'the same with a limit, each charge on the disk', figure: `${Math.round(limit)}/s`, ratio: limit / none },
]);
process.exit(0);
