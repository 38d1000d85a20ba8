import { utils } from 'tronweb';
import { describe, expect, it } from 'vitest';
import { flowChain } from '../../src/chains/flow/index.js';
import { createRegistry } from '../../src/chains/registry.js';
import type { UnsignedTransaction } from '../../src/core/chain/codec.js';
import { summaryToJson } from '../../src/core/chain/summary.js';
import { CustosError } from '../../src/core/errors.js';
import { jsonVariants, type SignedPlace } from '../support/every-field.js';
import { effectsText, expectSoundEffects } from '../support/sound-effects.js';
import { chainIds, loadVectors } from '../support/vectors.js';
import { completeVector, contextOfVector, keysOfVector } from './replay.js';

// The recordings of Flow have the texts of before Cadence 1.0.
const registry = createRegistry([flowChain({ templates: 'legacy' })]);
/** Changes of each kind that are tried of one vector. */
const CHANGES = 100;
/** Letters at the end of Cardano's JSON: the rest of it says most things twice, so no change of one letter is consistent. */
const END_OF_ADA = 200;

/** Every vector of a chain, completed. */
async function placesOf(id: string): Promise<readonly SignedPlace[]> {
  const chain = registry.get(id);
  return Promise.all(
    loadVectors(id).transactions.map(async (vector) => {
      const keys = await keysOfVector(chain, vector);
      const completed = await completeVector(chain, vector);
      return { chain, completed, context: contextOfVector(chain, vector, keys), keys };
    }),
  );
}

/** Changes of the members of JSON, and of one character of any text. */
function variantsOf(id: string, completed: string): readonly string[] {
  const members = completed.startsWith('{') ? some([...jsonVariants(completed)]) : [];
  if (id === 'TRON') return members.map(withBytes);
  if (id === 'ADA') return [...members, ...letterVariants(completed, completed.length - END_OF_ADA)];
  return [...members, ...some([...letterVariants(completed, 0)])];
}

/** A part of a list that follows none of its patterns, and is the same at every run. */
function some(all: readonly string[]): readonly string[] {
  const share = CHANGES / all.length;
  return all.filter((_, at) => (at * 0.618_033_988_75) % 1 < share);
}

function* letterVariants(text: string, from: number): Generator<string> {
  for (let at = from; at < text.length; at++) {
    for (const letter of ['0', '1', 'e', '8']) {
      if (letter !== text[at]) yield text.slice(0, at) + letter + text.slice(at + 1);
    }
  }
}

/** TRON's JSON repeats its bytes and their hash, so a change has to be in all three. @returns the same text where it has no bytes */
function withBytes(text: string): string {
  try {
    const { raw_data, visible } = JSON.parse(text) as { readonly raw_data: unknown; readonly visible: unknown };
    const pb = utils.transaction.txJsonToPb({ visible, txID: '', raw_data, raw_data_hex: '' } as never);
    const raw_data_hex = utils.transaction.txPbToRawDataHex(pb).toLowerCase();
    return JSON.stringify({ visible, txID: utils.transaction.txPbToTxID(pb).slice(2), raw_data_hex, raw_data });
  } catch {
    return text;
  }
}

/** @returns undefined where the text is refused with a code */
function parsed({ chain, context }: SignedPlace, completed: string): UnsignedTransaction | undefined {
  try {
    return chain.codec.parse(completed, context);
  } catch (error) {
    if (error instanceof CustosError && error.code !== 'INTERNAL') return undefined;
    throw new Error(`no coded error for ${completed}`, { cause: error });
  }
}

/** What is made from the effects. */
function madeOf({ summary }: UnsignedTransaction): string {
  const json = summaryToJson(summary);
  expect(JSON.stringify(json)).toBe(
    JSON.stringify(summary, (_name, member) => (typeof member === 'bigint' ? String(member) : member)),
  );
  const { text, kind, value, tokens, memo, notes, hazards, fee } = json;
  return JSON.stringify({ text, kind, value, tokens, memo, notes, hazards, fee });
}

describe.each(chainIds)('%s', (id) => {
  it('every recorded transaction and every change of one has complete effects that decide what is said of it', async () => {
    const said = new Map<string, string>();
    for (const place of await placesOf(id)) {
      const first = parsed(place, place.completed) ?? expect.fail('the recording is refused');
      const effects = effectsText(expectSoundEffects(first));
      const txId = async (unsigned: UnsignedTransaction) => (await unsigned.sign(place.keys)).txId;
      const firstId = await txId(first);
      let others = 0;
      for (const variant of [place.completed, ...variantsOf(id, place.completed)]) {
        const unsigned = parsed(place, variant);
        if (unsigned === undefined) continue;
        const key = effectsText(expectSoundEffects(unsigned));
        const made = madeOf(unsigned);
        expect(said.get(key) ?? made, `${variant} has the effects of another, and is said to do something else`).toBe(
          made,
        );
        said.set(key, made);
        if (key !== effects) others += 1;
        else expect(await txId(unsigned), `${variant} has the effects of ${place.completed}`).toBe(firstId);
      }
      expect(others, place.completed).toBeGreaterThan(0);
    }
  });

  it('front and signer see the same effects, although the front may not know the public keys', async () => {
    for (const place of await placesOf(id)) {
      const { chain, context, completed } = place;
      const signers = context.signers.map(({ address }) => ({ address }));
      const front = createRegistry([flowChain({ templates: 'legacy' })]).get(id);
      const [seen, signed] = [
        front.codec.parse(completed, { ...context, signers }),
        chain.codec.parse(completed, context),
      ];
      expect(effectsText(expectSoundEffects(seen))).toBe(effectsText(expectSoundEffects(signed)));
    }
  });
});
