import type { BookEntry, Policy, PolicyAsset } from '../../core/policy/policy.js';
import { folded } from '../address.js';
import { canonicalJson } from '../canonical-json.js';
import { hashOf } from '../hash.js';
import { isTimeZone } from '../judging/calendar.js';
import type { PolicyDocument } from './document.js';
import { createMistakes } from './mistakes.js';
import { milliseconds } from './parts.js';
import { forbidOf, limitOf, permitOf } from './rules.js';
import { invalid } from './text.js';

/**
 * Makes a policy of a document whose form was checked: amounts become whole numbers, names become what they mean.
 * @throws CustosError POLICY_INVALID: it names what it does not declare, or contradicts itself
 */
export function resolvePolicy(document: PolicyDocument): Policy {
  const { version, previous, timeZone } = document;
  const mistakes = createMistakes();
  mistakes.if(version > 1 !== (previous !== undefined), 'previous', 'belongs to every version but the first');
  mistakes.if(!isTimeZone(timeZone), 'timeZone', `is ${timeZone}, which this program does not know`);
  const assets = assetsOf(document);
  const books = booksOf(document);
  const known = { assets, books };
  const permits = mistakes.each(document.permits, (rule, place) => permitOf(rule, known, `permits[${place}]`));
  const forbids = mistakes.each(document.forbids, (rule, place) => forbidOf(rule, known, `forbids[${place}]`));
  const limits = mistakes.each(document.limits, (rule, place) => limitOf(rule, known, `limits[${place}]`));
  const seen = new Set<string>();
  for (const { id } of [...document.permits, ...document.forbids, ...document.limits]) {
    mistakes.if(seen.has(id), '', `has two rules with the id ${id}`);
    seen.add(id);
  }
  mistakes.end();
  const groups = new Map(Object.entries(document.groups).map(([name, persons]) => [name, new Set(persons)]));
  const text = canonicalJson(document);
  const named = { version, ...(previous !== undefined && { previous }), timeZone };
  return { ...named, assets, books, groups, permits, forbids, limits, text, hash: hashOf(text) };
}

function assetsOf(document: PolicyDocument): ReadonlyMap<string, PolicyAsset> {
  const found = new Map<string, PolicyAsset>();
  const keys = new Set<string>();
  for (const [name, asset] of Object.entries(document.assets)) {
    if (name === 'any') throw invalid('assets.any', 'has a name that means every asset');
    const key = `${asset.network} ${asset.chain} ${folded(asset.token ?? '')}`;
    if (keys.has(key)) throw invalid(`assets.${name}`, 'is declared under another name as well');
    keys.add(key);
    found.set(name, { name, ...asset });
  }
  return found;
}

function booksOf(document: PolicyDocument): ReadonlyMap<string, readonly BookEntry[]> {
  return new Map(
    Object.entries(document.books).map(([name, { entries, coolDown }]) => [
      name,
      entries.map(({ address, chain, since }, place) => {
        const at = `books.${name}.entries[${place}]`;
        const usableFrom = since === undefined ? 0 : Date.parse(since);
        // A 31st of February is read as a day of March.
        if (since !== undefined && new Date(usableFrom).toISOString() !== since.replace('Z', '.000Z')) {
          throw invalid(`${at}.since`, 'is a day that does not exist');
        }
        if (coolDown !== undefined && since === undefined) throw invalid(at, 'has no since, which a coolDown needs');
        const rest = coolDown === undefined ? 0 : milliseconds(coolDown);
        return { address, ...(chain && { chains: new Set(chain) }), usableFrom: usableFrom + rest };
      }),
    ]),
  );
}
