/** The hidden prompt, for the command line, which knows no room below this one. */
export { askHidden } from '../passphrase/prompt.js';
