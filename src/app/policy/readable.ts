import { isObject, type JsonObject } from '../../core/json.js';

/** Members in the order in which docs/policy.md explains them: the canonical form has them by their letters. */
const order = [
  ['custosPolicy', 'version', 'previous', 'timeZone', 'assets', 'books', 'groups', 'permits', 'forbids', 'limits'],
  ['id', 'network', 'chain', 'wallets', 'tags', 'owner', 'initiator', 'op', 'code', 'asset', 'from', 'to', 'contract'],
  ['program', 'method', 'args', 'dataPrefix', 'accounts', 'per', 'rolling', 'calendar', 'lifetime', 'max', 'count'],
  ['value', 'feeMax', 'feeRateMax', 'outputs', 'instructions', 'needs', 'stepUp', 'class', 'sweep', 'days', 'hours'],
].flat();

/** The same policy for people to write on. Its hash does not depend on the order. */
export function readable(policy: JsonObject): JsonObject {
  const sorted = inOrder(policy);
  const lists = ['permits', 'forbids', 'limits'].map((name) => {
    const rules = policy[name];
    return [name, Array.isArray(rules) ? rules.map((rule) => (isObject(rule) ? inOrder(rule) : rule)) : rules];
  });
  return { ...sorted, ...Object.fromEntries(lists) };
}

function inOrder(value: JsonObject): JsonObject {
  const placeOf = (name: string) => (order.includes(name) ? order.indexOf(name) : order.length);
  return Object.fromEntries(Object.entries(value).sort(([one], [other]) => placeOf(one) - placeOf(other)));
}
