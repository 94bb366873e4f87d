import { expect, it, onTestFinished } from 'vitest';
import { dayAndTime, exactMoment, moment, writeMomentsIn } from '../../src/core/moments';

const at = new Date(2026, 2, 1, 14, 0, 12).getTime();
const [second, minute, hour, day] = [1000, 60_000, 3_600_000, 86_400_000];

function english(): void {
  writeMomentsIn('en');
  onTestFinished(() => writeMomentsIn('en'));
}

it.each([
  ['in this moment', 0, 'just now'],
  ['just before', 9 * second, 'just now'],
  ['in seconds', -9 * second, '2:00 PM'],
  ['seconds', 10 * second, '10s ago'],
  ['minutes', 3 * minute, '3m ago'],
  ['nearly a day', day - 1, '23h ago'],
  ['a day', day, 'Mar 1, 2026, 2:00 PM'],
  ['years', 1000 * day, 'Mar 1, 2026, 2:00 PM'],
  ['soon', -hour, '2:00 PM'],
  ['within the next day', 1 - day, '2:00 PM'],
  ['later', -day, 'Mar 1, 2026, 2:00 PM'],
])('a moment is told from now: %s', (_, since, expected) => {
  english();
  expect(moment(at, at + since).replaceAll(/\s/g, ' ')).toBe(expected);
});

it('what is read later than it is made tells date and time', () => {
  english();
  expect(moment(at).replaceAll(/\s/g, ' ')).toBe('Mar 1, 2026, 2:00 PM');
});

it('the exact one has seconds and its time zone', () => {
  english();
  expect(exactMoment(at).replaceAll(/\s/g, ' ')).toMatch(/^Mar 1, 2026, 2:00:12 PM \S+$/);
  expect(dayAndTime(at).map((part) => part.replaceAll(/\s/g, ' '))).toEqual(['Mar 1', '2:00:12 PM']);
  const along = [at - 12 * second, at].map((moment) => dayAndTime(moment, true)[1].replaceAll(/\s/g, ' '));
  expect(along).toEqual(['2:00 PM', '2:00:12 PM']);
});

it("is in the person's own language", () => {
  english();
  writeMomentsIn('de');
  expect(moment(at)).toBe('01.03.2026, 14:00');
});

it('what is no date is moved to the edge of dates', () => {
  english();
  expect([moment(1e300), moment(-Infinity)]).toEqual([moment(8.64e15), moment(-8.64e15)]);
});
