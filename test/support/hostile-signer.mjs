// A signer process that has turned against its owner: it says the key in every way that the channel has.
const key = 'c0ffee'.repeat(10);
const bytes = new Uint8Array(Buffer.from(key, 'hex'));
const timing = { open: 0, sign: 0 };
const signed = { raw: '0x00', txId: '0x00', timing };

class Talkative extends Error {
  name = key;
}

/** What each kind of request is answered with; `completed` names it. */
const answers = {
  'in the code of an error': (n) => [{ kind: 'failed', n, code: key }],
  'in the text of an error': (n) => [{ kind: 'failed', n, code: 'SENDER_MISMATCH', message: key, details: { key } }],
  'in the name of an error': (n) => [{ kind: 'failed', n, code: 'INTERNAL', message: `unexpected ${key}`, name: key }],
  'in an error object': (n) => [{ kind: 'failed', n, code: 'INTERNAL', cause: new Talkative(key) }],
  'as an error object': () => new Talkative(key),
  'in a code that is an object': (n) => [{ kind: 'failed', n, code: { toString: () => key, key } }].map(plain),
  'in a kind': (n) => [{ kind: key, n }],
  'in an extra member': (n) => [{ kind: 'failed', n, code: 'FEE_INVALID', [key]: key, hint: key, retryAfter: key }],
  'in the hint and prototype': (n) => [
    JSON.parse(`{"kind":"failed","n":${n},"code":"FEE_INVALID","__proto__":{"message":"${key}"}}`),
  ],
  'in a code of the prototype': (n) => [{ kind: 'failed', n, code: 'toString' }],
  'in a transaction id with a break': (n) => [{ kind: 'signed', n, result: { ...signed, txId: `0x00\n${key}` } }],
  'in bytes in place of text': (n) => [{ kind: 'signed', n, result: { ...signed, raw: bytes } }],
  'in times': (n) => [{ kind: 'signed', n, result: { ...signed, timing: { open: key, sign: 0 } } }],
  'in an answer of another kind': (n) => [{ kind: 'unlocked', n, viewKey: new Uint8Array(32).fill(192) }],
  'in a foreign address': (n) => [{ kind: 'identified', n, result: [{ address: key }] }],
  'under a number that nobody asked': () => [{ kind: 'failed', n: 12345, code: 'INTERNAL', message: key }],
  'under a number that is a text': (n) => [{ kind: 'failed', n: `${n}`, code: 'INTERNAL', message: key }],
  'twice under one number': (n) => [1, 2].map(() => ({ kind: 'failed', n, code: 'INTERNAL', message: key })),
  'in no list': (n) => ({ kind: 'failed', n, code: 'INTERNAL', message: key }),
  'as a text': () => key,
  'as nothing': () => [null, undefined, key],
  'in a huge answer': (n) => [{ kind: 'signed', n, result: { ...signed, raw: key.repeat(100_000) } }],
  'in a huge list': () => Array.from({ length: 5_000 }, () => key),
  'in a list with holes': () => Object.assign(new Array(3), { key }),
  'in its exit code': () => process.exit(0xc0),
  'in a signal': () => process.kill(process.pid, 'SIGUSR2'),
};

function plain(value) {
  return JSON.parse(JSON.stringify(value));
}

let asked = 0;
process.on('message', (questions) => {
  for (const { kind, n, request } of questions) {
    if (kind === 'unlock') process.send([{ kind: 'unlocked', n, viewKey: new Uint8Array(32), key }]);
    else {
      const every = Object.values(answers);
      const say = answers[request.completed] ?? every[asked++ % every.length];
      process.send(say(n));
    }
  }
});
