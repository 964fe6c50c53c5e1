import { expect, test } from 'vitest';
import { blocks, rowsOf } from '../src/sections/Page';

test('a page falls into its blocks', () => {
  expect(blocks('# A\n\nText\nof two lines\n\n- one\n- two\n')).toEqual(['# A', 'Text\nof two lines', '- one\n- two']);
});

test('a table has its heads first and not the line below them', () => {
  expect(rowsOf('| key | meaning |\n| --- | --- |\n| `a` | b, c |')).toEqual([['key', 'meaning'], ['`a`', 'b, c']]);
});
