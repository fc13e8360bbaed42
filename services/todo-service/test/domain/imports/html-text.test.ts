import assert from 'node:assert/strict';
import { test } from 'node:test';
import { textOfHtml } from '../../../src/domain/imports/html-text.ts';

test('links and checkboxes stay, whichever quotes the HTML has', () => {
  const links = `<p><a href="https://example.com/it's">one</a>, <a class='x' href='https://example.com/two'>two</a></p>`;
  assert.equal(textOfHtml(links), "one (https://example.com/it's), two (https://example.com/two)");
  const boxes = `<ul><li data-checked="true"><p>north</p></li><li data-checked='false'><p>south</p></li></ul>`;
  assert.equal(textOfHtml(boxes), '- [x] north\n- [ ] south');
});

test('a link without a name, or with its address as its name, is its address', () => {
  assert.equal(
    textOfHtml("<p><a href='https://example.com'>https://example.com</a></p>"),
    'https://example.com',
  );
  assert.equal(textOfHtml('<p><a href="https://example.com"> </a></p>'), 'https://example.com');
});
