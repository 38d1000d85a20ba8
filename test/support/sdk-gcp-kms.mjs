// Wraps and unwraps a key as the vendor's own library does. Arguments: the key, context, key in base64, what another program wrapped.
import { KeyManagementServiceClient } from '@google-cloud/kms';
import { crc32c } from '../../dist/passphrase/gcp/crc32c.js';

const [name, context, key, foreign] = process.argv.slice(2);
const { hostname, port } = new URL(process.env.ROOT_URL);
// Its usual way is gRPC; it also speaks the interface that ours uses.
const client = new KeyManagementServiceClient({ fallback: true, apiEndpoint: hostname, port, protocol: 'http' });
const bytes = (text, form) => Buffer.from(text, form);
const summed = (member, value) => ({ [member]: value, [`${member}Crc32c`]: { value: crc32c(value) } });
const bound = summed('additionalAuthenticatedData', bytes(context, 'utf8'));
const [sealed] = await client.encrypt({ name, ...summed('plaintext', bytes(key, 'base64')), ...bound });
const [opened] = await client.decrypt({ name, ...summed('ciphertext', bytes(foreign, 'base64')), ...bound });
for (const [member, answer] of [
  ['ciphertext', sealed],
  ['plaintext', opened],
]) {
  if (Number(answer[`${member}Crc32c`].value) !== crc32c(answer[member])) throw new Error(`${member} is damaged`);
}
if (!sealed.verifiedPlaintextCrc32c || !sealed.verifiedAdditionalAuthenticatedDataCrc32c)
  throw new Error('not verified');
const base64 = (value) => Buffer.from(value).toString('base64');
process.stdout.write(JSON.stringify({ wrapped: base64(sealed.ciphertext), unwrapped: base64(opened.plaintext) }));
await client.close();
