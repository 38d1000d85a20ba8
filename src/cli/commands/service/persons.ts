import { currentConstitution, openConstitutions } from '../../../app/approvals/constitutions.js';
import {
  addPerson as add,
  listPersons as allPersons,
  personParts,
  removePerson as remove,
} from '../../../app/console/directory.js';
import type { Call, Run } from '../../spec.js';

export const addPerson: Run = async (call) => {
  const { args, options, out } = call;
  const name = args[0] ?? '';
  const code = await add(await parts(call), name);
  if (options.json) out.json({ person: name, code });
  else out.line(code);
  out.note(
    'Open the console, choose "First login", and type this code there within 24 hours. It is shown only this once.',
  );
  const known = (await constitution(call))?.persons.get(name);
  if (known === undefined)
    out.note(`The constitution does not name ${name}, who may do nothing in the console until it does.`);
  return 0;
};

export const listPersons: Run = async (call) => {
  const { options, out } = call;
  const persons = await allPersons(await parts(call), await constitution(call));
  if (options.json) for (const person of persons) out.jsonLine(person);
  else {
    const rows = persons.map(({ name, roles, passkeys, hasPassword }) => {
      return [name, roles.join(', '), String(passkeys), hasPassword ? 'yes' : 'no'];
    });
    out.table([['NAME', 'ROLES', 'PASSKEYS', 'PASSWORD'], ...rows]);
  }
  return 0;
};

export const removePerson: Run = async (call) => {
  const [name = ''] = call.args;
  await remove(await parts(call), name);
  call.out.note(`${name} can no longer log in. Keys in the constitution still count: a new version takes them out.`);
  return 0;
};

async function parts({ house }: Pick<Call, 'house'>) {
  await house.journal();
  const { clock } = house;
  return personParts({ store: await house.store(), rootKey: await house.rootKey(), vault: await house.vault(), clock });
}

async function constitution({ house }: Pick<Call, 'house'>) {
  const { storeId, approvals } = await house.store();
  const read = openConstitutions({ storeId, approvals }, await house.rootKey(), currentConstitution);
  return (await read)?.constitution;
}
