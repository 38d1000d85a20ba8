import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Flags } from '../../../src/app/config/reader.js';
import { freezeAt, keptFreezes } from '../../../src/app/freezes/at-keeper.js';
import { freezeMacs } from '../../../src/app/freezes/macs.js';
import { parseChainId } from '../../../src/core/ids.js';
import type { FreezeScope } from '../../../src/core/policy/freeze.js';
import type { FreezeEnd } from '../../../src/core/signing/freezes.js';
import type { Signer } from '../../../src/core/signing/signer.js';
import { freezeText } from '../../../src/policy/freeze-text.js';
import { endMac } from '../../../src/policy/freezes.js';
import { createKeeperClient } from '../../../src/signing/keeper/keeper-client.js';
import { freshDirectory } from '../../storage/support.js';
import { type SignerService, signerService } from '../../support/signer-service.js';
import { password, type SigningParts, signingParts, signRequest } from '../../support/signing-parts.js';

const everything: FreezeScope = { kind: 'all' };
const coded = (code: string) => expect.objectContaining({ code });
const directory = freshDirectory();

let parts: SigningParts;
let service: SignerService;
let front: Signer;
let control: string;
beforeAll(async () => {
  parts = await signingParts();
});
afterEach(async () => {
  await front.close();
  await service.close();
});

/** Another process of the service, and a daemon that was started after it. */
async function restart(flags: Flags): Promise<void> {
  await front.close();
  await service.close();
  await open(flags);
}

async function open(flags: Flags = {}): Promise<void> {
  const { storeId, slots } = parts;
  control = join(directory.path('.'), 'control.sock');
  service = await signerService(storeId, password, { controlSocket: control, ...flags });
  front = createKeeperClient({ name: 'keeper', connect: service.connect, storeId, slots, rules: new Map() });
}

function textOf(scope: FreezeScope, id = 'aa'.repeat(16), store = parts.storeId): string {
  return freezeText({ store, freeze: { id, scope, reason: 'test', at: 1 } });
}

function endOf(text: string, rootKey = parts.rootKey): FreezeEnd {
  const end = { text, at: 2, signatures: '[]' };
  return { ...end, rootMac: endMac(freezeMacs(rootKey, parts.storeId).rootMac, end) };
}

const tell = (freezes: readonly string[], ends: readonly FreezeEnd[] = []) => front.freezes?.({ freezes, ends });
const wanted = (scope: FreezeScope) => ({ scope, reason: 'test', now: 1 });

describe('a keeper that heard of a freeze', () => {
  it('signs nothing until a true end comes, whoever told it and whatever ends are forged', async () => {
    await open();
    const request = signRequest(await parts.wallet('key'));
    await front.sign(request);
    const text = textOf(everything);
    expect(await tell([text])).toEqual([text]);
    await expect(front.sign(request)).rejects.toEqual(coded('FROZEN'));
    const { mac } = freezeMacs(parts.rootKey, parts.storeId);
    const byFront = { text, at: 2, signatures: '[]' };
    // The key of the journal is all that a front has.
    expect(await tell([], [{ ...byFront, rootMac: endMac(mac, byFront) }])).toEqual([text]);
    expect(await tell([], [{ ...endOf(text), at: 3 }])).toEqual([text]);
    expect(await tell([], [{ ...endOf(textOf(everything, 'bb'.repeat(16))), text }])).toEqual([text]);
    await expect(front.sign(request)).rejects.toEqual(coded('FROZEN'));
    expect(await tell([], [endOf(text)])).toEqual([]);
    await front.sign(request);
  });

  it('stops the chain, wallet or tag that is named, and no other', async () => {
    await open();
    const made = await parts.wallet('key');
    const { signatureId } = made.wallet;
    const sealed = parts.vault.withControl(made.sealed, { tags: ['hot'], state: 'active', since: 1 });
    const request = { ...signRequest(made), sealed: [sealed] };
    const stops = async (scope: FreezeScope): Promise<boolean> => {
      const text = textOf(scope);
      await tell([text]);
      const isStopped = await front.sign(request).then(
        () => false,
        (error) => error.code === 'FROZEN',
      );
      expect(await tell([], [endOf(text)])).toEqual([]);
      return isStopped;
    };
    expect(await stops({ kind: 'chain', chain: parseChainId('ETH') })).toBe(true);
    expect(await stops({ kind: 'chain', chain: parseChainId('SOL') })).toBe(false);
    expect(await stops({ kind: 'wallet', id: signatureId })).toBe(true);
    expect(await stops({ kind: 'tag', tag: 'hot' })).toBe(true);
    expect(await stops({ kind: 'tag', tag: 'cold' })).toBe(false);
    // Without its control box, a wallet that has one does not open.
    await tell([textOf({ kind: 'tag', tag: 'hot' })]);
    const { controlBox: _, ...bare } = sealed;
    await expect(front.sign({ ...request, sealed: [bare] })).rejects.toThrow();
  });

  it('takes no freeze through its own socket that says who made it, because nobody proves that there', async () => {
    await open();
    await expect(freezeAt(control, { ...wanted(everything), person: 'otto' })).rejects.toEqual(coded('FREEZE_INVALID'));
    expect((await keptFreezes(control)).freezes).toEqual([]);
  });

  it('takes a freeze through its own socket before any front has come, and no front can withhold it', async () => {
    await open();
    const id = await freezeAt(control, wanted(everything));
    const { store, freezes } = await keptFreezes(control);
    expect(store).toBe(parts.storeId);
    expect(freezes).toEqual([expect.stringContaining(`freeze: ${id}`)]);
    await expect(front.sign(signRequest(await parts.wallet('key')))).rejects.toEqual(coded('FROZEN'));
    expect(service.log.join('')).toContain('"event":"frozen"');
    expect(await tell([])).toEqual(freezes);
  });

  it('knows it after a restart with its state file from the moment that a daemon connects, and takes its end', async () => {
    const state = { stateFile: join(directory.path('.'), 'signer.state') };
    await open(state);
    // Nothing governs but the freeze: there is no policy.
    await freezeAt(control, wanted(everything));
    await front.unlock();
    const [text = ''] = (await keptFreezes(control)).freezes;
    await restart(state);
    expect((await keptFreezes(control)).freezes).toEqual([]);
    const request = signRequest(await parts.wallet('key'));
    await expect(front.sign(request)).rejects.toEqual(coded('FROZEN'));
    expect((await keptFreezes(control)).freezes).toEqual([text]);
    expect(await tell([], [endOf(text)])).toEqual([]);
    await front.sign(request);
    await restart(state);
    await front.sign(request);
  });

  it('has forgotten it after a restart without a state file, until a daemon tells it again', async () => {
    await open();
    const request = signRequest(await parts.wallet('key'));
    await freezeAt(control, wanted(everything));
    const [text = ''] = (await tell([])) ?? [];
    await restart({});
    await front.sign(request);
    expect(await tell([text])).toEqual([text]);
    await expect(front.sign(request)).rejects.toEqual(coded('FROZEN'));
  });

  it('gives nothing but freezes to whoever opens its socket of control', async () => {
    await open();
    const text = textOf(everything);
    const { storeId, slots } = parts;
    const { connectTo } = await import('../../../src/app/daemon/signer-service.js');
    const stranger = createKeeperClient({
      name: 'keeper',
      connect: () => connectTo(control),
      storeId,
      slots,
      rules: new Map(),
    });
    await expect(stranger.unlock()).rejects.toEqual(coded('SIGNER_PROTOCOL'));
    await stranger.close();
    await tell([text]);
    expect((await keptFreezes(control)).freezes).toEqual([text]);
  });

  it('refuses freezes of other stores and what is none', async () => {
    await open();
    await expect(tell([textOf(everything, 'aa'.repeat(16), 'ff'.repeat(16))])).rejects.toEqual(coded('FREEZE_INVALID'));
    await expect(tell(['stop'])).rejects.toEqual(coded('FREEZE_INVALID'));
    expect(await tell([])).toEqual([]);
  });
});
