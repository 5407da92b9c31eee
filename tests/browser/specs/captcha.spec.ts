// The picture that is to be read before an anchor is created, where the operator wants that.
import { CaptchaReader } from '../support/captcha-reader';
import { inspect } from '../support/inspect';
import type { LoginPage } from '../support/login-page';
import { expect, test } from '../support/test';
import { texts } from '../support/texts';

const GLYPHS = new URL('../../../canisters/front/src/captcha/glyphs.rs', import.meta.url).pathname;
/** Pictures that the reader may get wrong: it reads two of three. */
const TRIES = 10;

/** The picture that is on the screen, in base64. */
async function picture(page: LoginPage): Promise<string> {
  const source = await page.page.getByAltText(texts.create.captchaAlt).getAttribute('src');
  return (source ?? '').replace('data:image/png;base64,', '');
}

test('a wrong solution gives a new picture, and a right one the anchor', async ({ stage, visits }) => {
  const reader = new CaptchaReader(GLYPHS);
  const page = await visits();
  await stage.captcha(true);
  try {
    await page.clicks(texts.picker.create);
    await page.clicks(texts.create.start);
    await page.shows(texts.create.captchaTitle);
    await inspect(page.page, 'captcha');
    const first = await picture(page);
    await page.clicks(texts.create.register);
    await page.complains({ what: texts.create.captchaMissing });
    await page.types(texts.create.captchaLabel, 'qqqqq');
    await page.clicks(texts.create.register);
    await page.complains(texts.errors['bad-challenge']);
    await expect(page.button(texts.create.register), 'it is pressed again after the next try').toBeFocused();
    await inspect(page.page, 'captcha-wrong');
    const second = await picture(page);
    expect(second).not.toBe(first);
    await page.clicks(texts.create.captchaNew);
    await expect.poll(() => picture(page)).not.toBe(second);
    await expect(page.button(texts.create.captchaNew)).toBeFocused();

    const number = page.page.getByRole('heading', { level: 1, name: texts.create.numberTitle });
    let tries = 0;
    while (!(await number.isVisible())) {
      expect(tries, 'pictures that the reader could not read').toBeLessThan(TRIES);
      tries += 1;
      const shown = await picture(page);
      await page.types(texts.create.captchaLabel, reader.read(shown).toUpperCase());
      await page.clicks(texts.create.register);
      await expect.poll(async () => (await number.isVisible()) || (await picture(page).catch(() => shown)) !== shown).toBe(true);
    }
    console.log(`captcha: read at try ${tries}`);
    expect(page.device.own.passkeys, 'one passkey for all pictures').toHaveLength(1);
    await page.skipsRecovery();
  } finally {
    await stage.captcha(false);
  }
});
