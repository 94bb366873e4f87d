import { expect, test } from 'vitest';
import { GivenAnswers } from '../../src/core/views/tree/givenAnswers';

test('answers have arrived when the window answered and none was given meanwhile', async () => {
  let turns = 0;
  const answers = new GivenAnswers(async () => {
    turns += 1;
    await Promise.resolve();
    if (turns < 3) answers.gave();
  });
  answers.gave();

  await answers.arrived();

  expect(turns).toBe(3);
});

test('the window is asked once where nothing was given', async () => {
  let turns = 0;
  const answers = new GivenAnswers(async () => {
    turns += 1;
    await Promise.resolve();
  });

  await answers.arrived();

  expect(turns).toBe(1);
});
