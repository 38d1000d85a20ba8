// A signer process that is given its answers: `completed` says what becomes of it over a request.
const endings = {
  kill: () => process.exit(1),
  hang: () => {
    for (;;) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  },
  slow: () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20),
};

const timing = { open: 0, sign: 0 };

function answer({ kind, n, request }) {
  if (kind === 'unlock') {
    const isRight = new TextDecoder().decode(request.password) === 'right';
    if (isRight) return { kind: 'unlocked', n, viewKey: new Uint8Array(32) };
    return { kind: 'failed', n, code: 'PASSWORD_WRONG', message: 'wrong', details: {} };
  }
  endings[request.completed.split(' ')[0]]?.();
  const { completed } = request;
  return { kind: 'signed', n, result: { raw: completed, txId: completed.replaceAll(' ', '-'), timing } };
}

process.on('message', (questions) => process.send(questions.map(answer)));
