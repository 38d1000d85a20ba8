// The front of a daemon as other people would have it: started as the supervisor starts its own, it gets what every front gets,
// tries everything with it to get at a secret, and writes what came of it as JSON to the file that REPORT names.
import { readdirSync, readlinkSync, writeFileSync } from 'node:fs';
import { Socket } from 'node:net';
import { examineFrontConfig } from '../../dist/app/config/config.js';
import { createHouse } from '../../dist/app/house.js';
import { Secret } from '../../dist/core/secret.js';
import { FrameReader, framesOf } from '../../dist/signing/keeper/frames.js';
import { questionText } from '../../dist/signing/keeper/questions.js';
import { openSlot } from '../../dist/vault/key-slots.js';
import { makeSealing, openSecret } from '../../dist/vault/records.js';
import { openVault } from '../../dist/vault/vault.js';

const heard = [];
const waiting = new Map();
process.on('message', (message) => {
  heard.push(message);
  waiting.get(message.kind)?.(message);
});
const told = (kind) => new Promise((resolve) => waiting.set(kind, resolve));
process.once('disconnect', () => process.exit(1));

const { settings } = await told('begin');
const terminal = {
  interactive: false,
  note() {},
  askHidden: () => Promise.reject(new Error('asked for a password')),
};
const house = createHouse(examineFrontConfig(settings), terminal);
const store = await house.store();
const { storeId } = store;
const slots = await store.slots.all();
const [sealed] = await store.wallets.page({}, undefined, 1);

// What is no word of a front, before and beside the right one.
for (const message of [
  { kind: 'password' },
  { kind: 'open' },
  { kind: 'keeper-needed', storeId: '../x' },
  'password',
  7,
]) {
  process.send(message);
}
process.send({ kind: 'keeper-needed', storeId });
process.send({ kind: 'keeper-needed', storeId: '0'.repeat(32) });
await told('keeper-ready');
const stream = new Socket({ fd: 4, readable: true, writable: true });
const reader = new FrameReader();
const answers = [];
let answered = () => undefined;
stream.on('data', (bytes) => {
  answers.push(...reader.push(bytes).flat());
  answered();
});
async function ask(text) {
  const before = answers.length;
  for (const frame of framesOf([text])) stream.write(frame);
  while (answers.length === before) {
    await new Promise((resolve) => {
      answered = resolve;
    });
  }
  return answers.at(-1);
}

const hello = (request) =>
  ask(questionText({ kind: 'hello', n: 1, request: { storeId, slots, rules: '[]', ...request } }));
const other = await hello({ storeId: '0'.repeat(32) });
const wider = await hello({ rules: '[["ETH","",[["ETH","1"]],[]]]' });
const welcome = await hello({});
const held = [welcome.viewKey, welcome.journal.key].map((text) => new Uint8Array(Buffer.from(text, 'base64')));

const codeOf = async (work) => {
  try {
    await work();
    return 'opened';
  } catch (error) {
    return error.code ?? error.message;
  }
};
const opened = [];
for (const key of held) {
  opened.push(await codeOf(() => openSecret(makeSealing(key, storeId), sealed)));
  opened.push(await codeOf(() => openVault({ rootKey: key, storeId, chains: house.chains }).export(sealed)));
  opened.push(await codeOf(() => openSlot(slots, Secret.text(Buffer.from(key).toString('hex')), storeId)));
}
const asked = [await codeOf(() => house.password()), await codeOf(() => house.vault())];
const files = readdirSync('/proc/self/fd').map((fd) => codeOfLink(fd));
// Last, because it ends the connection.
const refused = await ask(JSON.stringify({ kind: 'unlock', n: 9, request: {} }));

function codeOfLink(fd) {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`);
  } catch {
    return '';
  }
}

writeFileSync(
  process.env['REPORT'],
  JSON.stringify({
    heard,
    other,
    wider,
    welcome: welcome.kind,
    answers,
    opened,
    asked,
    files,
    refused,
    environment: process.env,
    arguments: process.argv,
    settings,
  }),
);
process.exit(0);
