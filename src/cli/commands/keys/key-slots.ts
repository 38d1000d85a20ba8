import { outsideKeyOf } from '../../../app/store/outside-key.js';
import { addOutsideSlot, removeSlot, rotateOutsideSlot, type SlotParts } from '../../../app/store/outside-slots.js';
import { CustosError } from '../../../core/errors.js';
import type { KeySlot } from '../../../core/store/store.js';
import type { Call, Run } from '../../spec.js';

export const listKeySlots: Run = async ({ house, options, out }) => {
  const slots = await (await house.store()).slots.all();
  if (options.json) {
    for (const slot of slots) out.jsonLine(shown(slot));
    return 0;
  }
  const rows = slots.map((slot) => {
    const { id, kind, key = '', createdAt } = shown(slot);
    return [id, kind, key, createdAt];
  });
  out.table([['ID', 'KIND', 'KEY', 'SINCE'], ...rows]);
  return 0;
};

export const addKeySlot: Run = async (call) => {
  const key = outsideKeyOf(call.args[0] ?? '', call.options.keys);
  const slot = await addOutsideSlot(await partsOf(call), key);
  call.out.json(shown(slot));
  call.out.note(`The store also opens with --key-slot ${key.reference.text}. Passwords and other key slots stay.`);
  return 0;
};

export const rotateKeySlot: Run = async (call) => {
  const key = outsideKeyOf(call.args[0] ?? '', call.options.keys);
  const slot = await rotateOutsideSlot(await partsOf(call), key);
  call.out.json(shown(slot));
  call.out.note(
    'The former slot has ended. Copies and backups made before still open with it: `custos rekey` prevents',
  );
  call.out.note('that it opens anything new.');
  return 0;
};

export const removeKeySlot: Run = async (call) => {
  const { args, house, options, out } = call;
  const [id = ''] = args;
  const parts = await partsOf(call);
  if (!options.yes && house.terminal.interactive && !(await house.terminal.confirm(`Remove key slot ${id}?`))) {
    throw new CustosError('CANCELLED_BY_USER', 'the key slot was not removed');
  }
  await removeSlot(parts, id);
  out.note(
    'The slot has ended. Copies and backups made before still open with it: `custos rekey` prevents that it opens',
  );
  out.note('anything new.');
  return 0;
};

interface ShownSlot {
  readonly id: string;
  readonly kind: KeySlot['kind'];
  readonly key?: string;
  readonly createdAt: string;
}

function shown(slot: KeySlot): ShownSlot {
  const { id, kind, createdAt } = slot;
  const key = slot.kind === 'external' ? { key: slot.reference } : {};
  return { id, kind, ...key, createdAt: new Date(createdAt).toISOString() };
}

async function partsOf({ house }: Call): Promise<SlotParts> {
  const { passwords, log } = house;
  return { store: await house.store(), opened: await house.opened(), passwords, log };
}
