// Ways to recover an anchor, and recovering it.
import { Authenticator } from '../support/device';
import { inspect } from '../support/inspect';
import { expect, test } from '../support/test';
import { texts } from '../support/texts';

test('a phrase that was copied is stored, and opens the anchor in another browser', async ({ visits, signedIn }) => {
  const { page, anchor } = await signedIn('laptop');
  await page.clicks(texts.manage.addPhrase);
  await page.shows(texts.phrase.title);
  await inspect(page.page, 'phrase');
  await page.clicks(texts.phrase.generate);
  const phrase = await page.readsPhrase();
  await inspect(page.page, 'phrase-words');
  await expect(page.button(texts.phrase.save)).toBeDisabled();
  await page.clicks(texts.phrase.copy);
  expect(await page.page.evaluate(() => navigator.clipboard.readText())).toBe(phrase);
  await page.clicks(texts.phrase.save);
  await page.shows(texts.phrase.doneTitle);
  await inspect(page.page, 'phrase-stored');
  expect(await page.page.content(), 'the words are gone').not.toContain(phrase.split(' ')[1]);
  await page.clicks(texts.common.continue);
  await expect(page.row(texts.phrase.alias)).toBeVisible();
  await expect(page.page.getByText(texts.manage.hasRecovery)).toBeVisible();
  await inspect(page.page, 'manage-recovery');

  const other = await visits();
  await other.clicks(texts.picker.lost);
  await other.shows(texts.recover.title);
  await inspect(other.page, 'recover');
  await other.types(texts.phrase.type, phrase.toUpperCase().replaceAll(' ', '  \n'));
  await other.clicks(texts.recover.phraseSubmit);
  await other.showsDevices(anchor);
  await expect(other.page.getByText(texts.manage.recovered)).toBeVisible();
  await inspect(other.page, 'manage-recovered');
  await other.clicks(texts.manage.addHere);
  await other.types(texts.common.deviceName, 'new laptop');
  await other.clicks(texts.addHere.start);
  await other.says(texts.addHere.done('new laptop'));
  await other.signsOut();
  await other.comesBack(anchor);
  await expect(other.row('new laptop')).toContainText(texts.manage.inUse);
});

test('three words of the phrase are typed instead of copying it; nothing is stored before', async ({ visits, signedIn }) => {
  const { page, anchor } = await signedIn('laptop');
  await page.clicks(texts.manage.addPhrase);
  await page.clicks(texts.phrase.generate);
  const words = (await page.readsPhrase()).split(' ');
  const asked: number[] = [];
  for (let position = 1; position <= 24; position += 1) {
    if (await page.field(texts.phrase.word(position)).isVisible()) asked.push(position);
  }
  expect(asked).toHaveLength(3);
  for (const position of asked) await page.types(texts.phrase.word(position), 'wrong');
  await page.clicks(texts.phrase.check);
  await expect(page.page.getByText(texts.phrase.wordWrong(asked[0] ?? 0))).toBeVisible();
  await expect(page.button(texts.phrase.save)).toBeDisabled();

  const elsewhere = await visits(page.device);
  await elsewhere.comesBack(anchor);
  await expect(elsewhere.page.getByText(texts.manage.noRecovery)).toBeVisible();

  for (const position of asked) await page.types(texts.phrase.word(position), words[position] ?? '');
  await page.clicks(texts.phrase.check);
  await page.says(texts.phrase.checked);
  await page.clicks(texts.phrase.save);
  await page.shows(texts.phrase.doneTitle);
  await elsewhere.page.reload();
  await elsewhere.comesBack(anchor);
  await expect(elsewhere.row(texts.phrase.alias)).toBeVisible();
});

test('mistakes in a typed phrase are named', async ({ visits, signedIn }) => {
  const { page } = await signedIn('laptop');
  const [number = '', ...words] = (await page.createsPhrase()).split(' ');
  const other = await visits();
  await other.clicks(texts.picker.lost);
  const attempts: [string, string][] = [
    [words.join(' '), texts.phrase.problem({ code: 'no-anchor' })],
    [`${number} ${words.slice(1).join(' ')}`, texts.phrase.problem({ code: 'word-count', found: 23 })],
    [`${number} anker ${words.slice(1).join(' ')}`, texts.phrase.problem({ code: 'unknown-word', position: 1, word: 'anker' })],
    [`${number}${' abandon'.repeat(24)}`, texts.phrase.problem({ code: 'checksum' })],
  ];
  for (const [typed, problem] of attempts) {
    await other.types(texts.phrase.type, typed);
    await other.clicks(texts.recover.phraseSubmit);
    await other.complains({ what: problem });
  }
  await inspect(other.page, 'recover-mistake');
  // A real phrase under a number that is not its own.
  await other.types(texts.phrase.type, `${Number(number) + 1} ${words.join(' ')}`);
  await other.clicks(texts.recover.phraseSubmit);
  await other.complains({ what: texts.phrase.problem({ code: 'not-its-phrase' }) });
  await other.shows(texts.recover.title);
});

test('a protected phrase is changed only by who types it', async ({ signedIn }) => {
  const { page } = await signedIn('laptop');
  const phrase = await page.createsPhrase();
  await page.clicks(texts.manage.protect);
  await inspect(page.page, 'protect');
  await page.page.getByRole('dialog').getByRole('button', { name: texts.manage.protect, exact: true }).click();
  await page.says(texts.manage.wasProtected);
  await expect(page.row(texts.phrase.alias)).toContainText(texts.manage.isProtected);

  await page.clicks(texts.manage.unprotect);
  const dialog = page.page.getByRole('dialog');
  const end = dialog.getByRole('button', { name: texts.manage.unprotect, exact: true });
  await expect(dialog.getByText(texts.manage.lockedHint)).toBeVisible();
  await inspect(page.page, 'unprotect');
  await expect(end).toBeDisabled();
  await dialog.getByLabel(texts.phrase.type).fill(`1${phrase}`);
  await end.click();
  await page.complains({ what: texts.phrase.problem({ code: 'other-anchor' }) });
  await dialog.getByLabel(texts.phrase.type).fill(phrase);
  await end.click();
  await page.says(texts.manage.wasUnprotected);
  await expect(page.row(texts.phrase.alias)).not.toContainText(texts.manage.isProtected);
});

test('a new phrase takes the place of the old one, which opens nothing any more', async ({ visits, signedIn }) => {
  const { page, anchor } = await signedIn('laptop');
  const old = await page.createsPhrase();
  await page.clicks(texts.manage.replacePhraseOf);
  const phrase = await page.storesPhrase();
  expect(phrase).not.toBe(old);

  const other = await visits();
  await other.recoversByPhrase(old);
  await other.complains({ what: texts.phrase.problem({ code: 'not-its-phrase' }) });
  await other.types(texts.phrase.type, phrase);
  await other.clicks(texts.recover.phraseSubmit);
  await other.showsDevices(anchor);
});

test('a recovery key is another authenticator than those in use, and opens the anchor in another browser', async ({ visits }) => {
  const page = await visits();
  const key = new Authenticator('usb');
  await page.device.plugsIn(page.page, key);
  const anchor = await page.createsAnchor('everyday key');
  await page.clicks(texts.manage.addKey);
  await page.shows(texts.recoveryKey.title);
  await inspect(page.page, 'recovery-key');
  await page.clicks(texts.recoveryKey.start);
  await page.complains(texts.passkey['already-registered']);

  const spare = new Authenticator('usb');
  await page.device.plugsIn(page.page, spare);
  await page.clicks(texts.recoveryKey.start);
  await page.shows(texts.recoveryKey.doneTitle);
  await inspect(page.page, 'recovery-key-done');
  await page.clicks(texts.common.continue);
  await expect(page.row(texts.recoveryKey.defaultName)).toBeVisible();

  const other = await visits();
  await other.device.plugsIn(other.page, spare);
  await other.clicks(texts.picker.lost);
  await other.types(texts.common.anchorNumber, String(anchor));
  await other.clicks(texts.recover.keySubmit);
  await other.showsDevices(anchor);
  await expect(other.page.getByText(texts.manage.recovered)).toBeVisible();
});

test('an anchor without a recovery key says so, and who has nothing is told what is left', async ({ visits, signedIn }) => {
  const { anchor } = await signedIn('laptop');
  const other = await visits();
  await other.clicks(texts.picker.lost);
  await other.types(texts.common.anchorNumber, String(anchor));
  await other.clicks(texts.recover.keySubmit);
  await other.complains(texts.errors['no-recovery-key']);
  await other.page.getByText(texts.recover.neither).click();
  await expect(other.page.getByText(texts.recover.neitherText)).toBeVisible();
  await inspect(other.page, 'recover-nothing');
});
