// Checks the HTML of mails against what mail programs are known to support (caniemail.com). What is known and does no
// harm stands in mails.json, with the reason; a line there that nothing needs any more is a mistake, too.
import { readFileSync, readdirSync } from 'node:fs';
import { caniemail } from 'caniemail';

const CLIENTS = ['gmail.*', 'outlook.*', 'apple-mail.*'];
const allowed = JSON.parse(readFileSync(new URL('mails.json', import.meta.url), 'utf8'));
const needed = new Set();

function isAllowed(severity, feature, client) {
  const line = allowed.find(
    (line) => line.severity === severity && line.feature === feature && line.clients.includes(client),
  );
  if (line) needed.add(`${line.severity} ${line.feature} ${client}`);
  return Boolean(line);
}

const folder = process.argv[2];
const files = readdirSync(folder).filter((name) => name.endsWith('.html'));
const mistakes = new Set();
for (const name of files) {
  const { issues } = caniemail({ clients: CLIENTS, html: readFileSync(`${folder}/${name}`, 'utf8') });
  for (const [severity, found] of [['error', issues.errors], ['warning', issues.warnings]]) {
    for (const [client, list] of found) {
      for (const { title, notes } of list) {
        if (!isAllowed(severity, title, client)) {
          mistakes.add(`${name}: ${severity} in ${client}: ${title} ${notes.join(' ')}`);
        }
      }
    }
  }
}
for (const line of allowed) {
  for (const client of line.clients) {
    if (!needed.has(`${line.severity} ${line.feature} ${client}`)) {
      mistakes.add(`mails.json: nothing needs ${line.severity} ${line.feature} in ${client}`);
    }
  }
}
for (const mistake of mistakes) console.error(mistake);
console.log(`caniemail: ${files.length} messages, ${mistakes.size} mistakes`);
process.exit(mistakes.size > 0 || files.length === 0 ? 1 : 0);
