// The signer of the loop in bench/promises-loop.js: signs, and proves each signature before it answers.
import { pointFromScalar, verify } from 'tiny-secp256k1';
import { key, sign } from './bare-work.js';

const publicKey = pointFromScalar(key, false);

process.on('message', (requests) => {
  process.send(
    requests.map(({ id, nonce }) => {
      const { digest, signature, text } = sign(nonce);
      if (!verify(digest, publicKey, signature.signature)) throw new Error('a signature is wrong');
      return { id, text };
    }),
  );
});
process.on('disconnect', () => process.exit(0));
