import { z } from 'zod';
import { CustosError } from '../../core/errors.js';
import { parseJson } from '../../core/json.js';
import { acts, type Constitution, roles } from '../../core/policy/constitution.js';
import { repeatedMember } from '../../core/text/repeated-member.js';
import { constitutionOf } from '../../policy/constitution.js';
import { mistakesOf } from '../policy/mistakes.js';

const name = z.string().regex(/^[a-z][a-z0-9-]{0,31}$/, 'is a lower-case letter, then letters, digits or dashes');
const demand = z.string().regex(/^[1-9][0-9]{0,2} of [a-z][a-z0-9-]{0,31}$/, 'is like "2 of board"');
const hash = z.string().regex(/^sha256:[0-9a-f]{64}$/, 'is a hash');

const schema = z.strictObject({
  custosConstitution: z.literal(1),
  store: z.string().regex(/^[0-9a-f]{32}$/, 'is the id of a store'),
  version: z.int().min(1),
  previous: hash.nullable(),
  persons: z.record(
    name,
    z.strictObject({
      roles: z.array(z.enum(roles)).min(1),
      keys: z.array(
        z
          .string()
          .regex(
            /^(?:ed25519:[A-Za-z0-9_-]{43}|passkey:[a-z0-9.-]{1,253}:[A-Za-z0-9_-]{43,86})$/,
            'is like ed25519:…, as `approver key` prints it, or passkey:…, as the console shows it',
          ),
      ),
      initiates: z.array(z.string()),
    }),
  ),
  groups: z.record(name, z.array(z.string()).min(1)),
  thresholds: z.strictObject(Object.fromEntries(acts.map((act) => [act, demand]))),
});

/**
 * Reads a constitution as a person wrote it, in any layout, and says where a mistake is. What zod lets through is read again by
 * the reader of the canonical form, which decides.
 * @throws CustosError CONSTITUTION_INVALID
 */
export function readWrittenConstitution(text: string): Constitution {
  const value = parseJson(text, () => invalid('it is not JSON'));
  const repeated = repeatedMember(text);
  if (repeated !== undefined) throw invalid(`it has ${repeated} twice`);
  const parsed = schema.safeParse(value);
  if (parsed.success) return constitutionOf(parsed.data);
  throw invalid(mistakesOf(parsed.error.issues, value, { what: 'it' }).join('; '));
}

function invalid(why: string): CustosError {
  return new CustosError('CONSTITUTION_INVALID', `the constitution is refused: ${why}`);
}
