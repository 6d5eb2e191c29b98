// Going about a page without a mouse.
import assert from 'node:assert/strict';

// What has the focus: as it is read out, and how wide the ring around it is.
function describeFocus(page) {
  return page.evaluate(() => {
    const { activeElement: element } = document;
    const style = getComputedStyle(element);
    const label = element.labels?.[0]?.innerText ?? '';
    return {
      name: `${element.getAttribute('aria-label') ?? ''} ${label} ${element.innerText}`,
      outline: element === document.body ? 2 : style.outlineStyle === 'none' ? 0 : parseFloat(style.outlineWidth),
    };
  });
}

// Tab until the wanted thing has the focus; on the way everything that has it must show that.
export async function tabTo(page, wanted, key = 'Tab') {
  for (let presses = 0; presses < 70; presses += 1) {
    await page.keyboard.press(key);
    const { name, outline } = await describeFocus(page);
    assert.ok(outline >= 2, `the focus shows on "${name.trim()}"`);
    if (wanted.test(name)) return;
  }
  assert.fail(`${key} does not reach ${wanted}`);
}

export async function tabAndType(page, wanted, text) {
  await tabTo(page, wanted);
  await page.keyboard.type(text);
}

export async function tabAndPress(page, wanted, key = 'Enter') {
  await tabTo(page, wanted);
  await page.keyboard.press(key);
}

// A change of page moves the focus to its heading, so that it is read out.
export async function headingHasFocus(page, text) {
  await page.waitForFunction((wanted) => document.activeElement.tagName === 'H1' && document.activeElement.innerText === wanted, text);
}
