// Reads calendars with ical.js, the strictest about quoting, and compares what it finds with what was meant.
import { readFileSync, readdirSync } from 'node:fs';
import ICAL from 'ical.js';

ICAL.design.strict = true;

function* mistakes(text, expected) {
  const calendar = new ICAL.Component(ICAL.parse(text));
  const events = calendar.getAllSubcomponents();
  if (events.length !== 1 || events[0].name !== 'vevent') {
    yield 'not one event';
    return;
  }
  const [event] = events;
  const of = (component) => component.getAllProperties().map((property) => property.name.toUpperCase());
  const properties = [...of(calendar), ...of(event)].sort();
  if (JSON.stringify(properties) !== JSON.stringify(expected.properties)) {
    yield `properties ${properties} instead of ${expected.properties}`;
  }
  const value = (name) => String(event.getFirstPropertyValue(name) ?? '');
  const person = (name) => event.getFirstProperty(name)?.getParameter('cn') ?? '';
  const instant = (name) => value(name).replace('Z', '+00:00');
  const found = {
    method: String(calendar.getFirstPropertyValue('method')),
    uid: value('uid'),
    summary: value('summary'),
    description: value('description'),
    location: value('location'),
    attendee: person('attendee'),
    organizer: person('organizer'),
    starts_at: instant('dtstart'),
    ends_at: instant('dtend'),
  };
  for (const [name, is] of Object.entries(found)) {
    if (is !== expected[name]) {
      yield `${name} is ${JSON.stringify(is)} instead of ${JSON.stringify(expected[name])}`;
    }
  }
}

const folder = process.argv[2];
const files = readdirSync(folder).filter((name) => name.endsWith('.ics'));
let count = 0;
for (const name of files) {
  const read = (ending) => readFileSync(`${folder}/${name.replace(/ics$/, ending)}`, 'utf8');
  try {
    for (const mistake of mistakes(read('ics'), JSON.parse(read('json')))) {
      count += 1;
      console.error(`${name}: ${mistake}`);
    }
  } catch (error) {
    count += 1;
    console.error(`${name}: ${error.message}`);
  }
}
console.log(`ical.js: ${files.length} calendars, ${count} mistakes`);
process.exit(count > 0 || files.length === 0 ? 1 : 0);
