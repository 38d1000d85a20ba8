// Asks for a secret as the vendor's own library does, with the credentials that its default chain finds.
import { auth, secretmanager } from '@googleapis/secretmanager';

// The library asks one fixed address for tokens, whatever the key file says.
const fetchImplementation = (url, init) =>
  fetch(String(url).replace('https://oauth2.googleapis.com/', process.env.ROOT_URL), init);
const google = new auth.GoogleAuth({
  scopes: ['https://www.googleapis.com/auth/cloud-platform'],
  clientOptions: { transporterOptions: { fetchImplementation } },
});
const client = secretmanager({ version: 'v1', auth: google, rootUrl: process.env.ROOT_URL, retry: false });
const { data } = await client.projects.secrets.versions.access({ name: 'projects/p-1/secrets/store/versions/latest' });
process.stdout.write(Buffer.from(data.payload.data, 'base64'));
