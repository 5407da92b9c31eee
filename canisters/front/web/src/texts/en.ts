// Every text that users see. A translation is another object of the type `Texts`, so it cannot lack one.
import type { PasskeyProblem } from '../passkey/errors';
import type { PhraseProblem } from '../phrase';
import type { ProtocolError } from '../protocols/channel';
import type { ErrorCode } from '../service/errors';

/** What went wrong, and what to do. */
export interface ErrorText {
  what: string;
  todo: string;
}

const errors: Record<ErrorCode, ErrorText> = {
  'not-authenticated': {
    what: 'This key is not one of the anchor’s.',
    todo: 'Sign in again. If the key was removed from the anchor, use another one.',
  },
  'rate-limited': {
    what: 'Too many people are registering right now.',
    todo: 'Wait a minute, then try again.',
  },
  busy: {
    what: 'A part of the service is being looked after. Nothing was changed.',
    todo: 'Try again in a few minutes.',
  },
  'low-on-cycles': {
    what: 'The service has run short of fuel and is closed for this until its operator acts. Nothing was changed.',
    todo: 'Try again later.',
  },
  'outcome-unknown': {
    what: 'The service did not say whether it was done.',
    todo: 'Try again: doing it twice does no harm.',
  },
  full: {
    what: 'No new anchors can be created at present.',
    todo: 'Come back later. Existing anchors work as always.',
  },
  'bad-challenge': {
    what: 'The characters were not those of the picture, or the picture was too old.',
    todo: 'Try the new picture.',
  },
  'key-exists': {
    what: 'This key is one of the anchor’s already.',
    todo: 'Nothing needs to be done.',
  },
  'too-many-devices': {
    what: 'The anchor has as many devices as it may have.',
    todo: 'Remove one that you do not use any more, then try again.',
  },
  'device-not-found': {
    what: 'The anchor does not have this device any more.',
    todo: 'Look at the list again: it was changed somewhere else.',
  },
  'device-locked': {
    what: 'The recovery phrase is protected: only who types it may change it.',
    todo: 'Type the phrase to go on.',
  },
  'second-phrase': {
    what: 'The anchor has a recovery phrase already, and can have one only.',
    todo: 'Replace the phrase instead.',
  },
  'alias-too-long': {
    what: 'The name is too long.',
    todo: 'Use at most 64 letters; other characters count more than one.',
  },
  'device-refused': {
    what: 'The service does not take such a key.',
    todo: 'Use another passkey or security key.',
  },
  'too-many-operations': {
    what: 'The anchor was changed very often today.',
    todo: 'Try again tomorrow. Devices can still be removed.',
  },
  'too-many-modes': {
    what: 'Too many people are adding devices right now.',
    todo: 'Try again in some minutes.',
  },
  'origin-too-long': {
    what: 'The address of the app is too long.',
    todo: 'Tell the people who make the app.',
  },
  'session-key-too-long': {
    what: 'The app sent a key that is too long.',
    todo: 'Tell the people who make the app.',
  },
  'unknown-anchor': {
    what: 'There is no anchor with this number.',
    todo: 'Check the number.',
  },
  'no-passkey': {
    what: 'This anchor has no passkey to sign in with.',
    todo: 'Use its recovery phrase or its recovery key under “Lost access”.',
  },
  'no-recovery-key': {
    what: 'This anchor has no recovery key.',
    todo: 'Use its recovery phrase, or sign in with a device that still works.',
  },
  'unknown-passkey': {
    what: 'No anchor has this passkey.',
    todo: 'Choose another passkey, or type the number of your anchor.',
  },
  'index-incomplete': {
    what: 'Passkeys cannot be looked up for some minutes, after an update of the service.',
    todo: 'Type the number of your anchor instead.',
  },
  'no-delegation': {
    what: 'The service did not hand out the log-in that it had prepared.',
    todo: 'Try again.',
  },
  'changed-elsewhere': {
    what: 'The devices were changed somewhere else meanwhile. Nothing was done.',
    todo: 'Look at the new list, then try again.',
  },
  'phrase-gone': {
    what: 'The new phrase was stored, and then changed somewhere else: it opens nothing, and the one before it neither.',
    todo: 'Go back to your devices, look at what they have, then create another phrase.',
  },
  network: {
    what: 'There was no connection to the service.',
    todo: 'Check your connection, then try again.',
  },
  'session-refused': {
    what: 'The network does not accept this session.',
    todo: 'Sign in again. If that does not help, check the date and the time of this device.',
  },
  untrusted: {
    what: 'An answer came that the network did not sign. Somebody may be between you and the service.',
    todo: 'Use another connection. Do not go on here.',
  },
  internal: {
    what: 'The parts of the service do not understand each other.',
    todo: 'Try again later. Only its operator can mend this.',
  },
  unexpected: {
    what: 'Something went wrong that should not have.',
    todo: 'Try again. If that does not help, load the page anew.',
  },
};

const passkey: Record<PasskeyProblem, ErrorText> = {
  cancelled: {
    what: 'No passkey was used.',
    todo: 'The prompt was closed or timed out, or this device has none of the passkeys asked for. Try again.',
  },
  'already-registered': {
    what: 'This device or security key holds a passkey of the anchor already.',
    todo: 'Use another device or security key.',
  },
  unsupported: {
    what: 'This browser or security key cannot make such a passkey.',
    todo: 'Try another browser or another security key.',
  },
  security: {
    what: 'The browser does not allow passkeys at this address.',
    todo: 'Check the address of this page. It must begin with https.',
  },
  malformed: {
    what: 'The passkey answered in a way that this page does not understand.',
    todo: 'Try again, or use another passkey.',
  },
};

const protocol: Record<ProtocolError['code'], ErrorText> = {
  'no-opener': {
    what: 'No app is waiting for this page.',
    todo: 'Close this window and start in the app again.',
  },
  'opaque-origin': {
    what: 'The app does not show who it is.',
    todo: 'You cannot log in to it: it has no address that the browser vouches for.',
  },
  'no-request': {
    what: 'The app did not say what it wants.',
    todo: 'Close this window and start in the app again.',
  },
  'bad-request': {
    what: 'The app’s request is not a proper one.',
    todo: 'You cannot log in to it. Tell the people who make the app.',
  },
  'bad-callback': {
    what: 'The app wants the answer at an address that it has not published.',
    todo: 'You cannot log in to it. Tell the people who make the app.',
  },
  'callback-unreachable': {
    what: 'The app’s address did not answer, so it is not known where the answer may go.',
    todo: 'Check your connection, then try again. If that does not help, tell the people who make the app.',
  },
};

export const en = {
  /** BCP 47. */
  language: 'en',
  product: 'Anchorage',
  title: (screen: string) => `${screen} · Anchorage`,
  errors,
  passkey,
  passkeyElsewhere: (home: string): ErrorText => ({
    what: `This browser cannot use the passkeys of ${home} at this address.`,
    todo: `Use another browser, or open ${home}.`,
  }),
  protocol,

  common: {
    back: 'Back',
    cancel: 'Cancel',
    continue: 'Continue',
    tryAgain: 'Try again',
    help: 'Help',
    working: 'One moment …',
    usePasskey: 'Follow your browser’s prompt …',
    anchorNumber: 'Anchor number',
    anchor: (anchor: bigint) => `Anchor ${anchor}`,
    numberWrong: 'An anchor number has digits only, such as 10000.',
    deviceName: 'Name of this device',
    deviceNameHint: 'So that you know it again in your list. Nobody else sees it.',
    nameEmpty: 'Give it a name.',
    copied: 'Copied',
    copyFailed: 'The browser does not allow copying. Select the text and copy it by hand.',
    minutesLeft: (minutes: number, seconds: number) => `${minutes}:${String(seconds).padStart(2, '0')} left`,
  },

  loading: { title: 'Loading', text: 'One moment …' },

  failed: {
    title: 'The page could not start',
    text: 'It did not get what it needs to know about the service. Check your connection, then try again.',
  },

  unsupported: {
    title: 'This browser has no passkeys',
    text: 'This page signs you in with passkeys, which this browser does not offer. What helps:',
    tips: [
      'Use a current version of Chrome, Edge, Firefox or Safari.',
      'Open the page in the browser itself, not inside another app.',
      'Check that the address begins with https.',
    ],
  },

  welcome: {
    title: 'Welcome',
    intro: 'Sign in to apps with a passkey. No password, no e-mail address, and each app knows you under another name.',
    signInAs: (anchor: bigint) => `Sign in as ${anchor}`,
  },

  picker: {
    yours: 'Your anchors in this browser',
    other: 'Use another anchor',
    own: 'I have an anchor',
    withNumber: 'Sign in',
    discover: 'Use a passkey without typing a number',
    create: 'Create a new anchor',
    lost: 'Lost access?',
    newDevice: 'Add this device to your anchor',
    forget: (anchor: bigint) => `Forget ${anchor} in this browser`,
    forgetTitle: (anchor: bigint) => `Forget ${anchor} in this browser?`,
    forgetText: 'The anchor stays, and so do its passkeys. To use it here again you have to know its number.',
    forgetConfirm: 'Forget',
    foundTitle: 'Passkey found',
    found: (anchor: bigint) => `This passkey belongs to anchor ${anchor}.`,
    foundHint: 'Is that yours? Then go on.',
    continueAs: (anchor: bigint) => `Continue as ${anchor}`,
    notMine: 'Not mine',
  },

  authorize: {
    title: 'Log in',
    waiting: 'Waiting for the app …',
    wants: 'wants to know you.',
    learns: 'It learns a pseudonym that only this app sees. It does not learn your anchor number.',
    learnsShared: 'It learns the pseudonym that the apps of that address see, too. It does not learn your anchor number.',
    derivation: 'It asks to know you as',
    derivationHint: 'which allows it to: both belong together.',
    duration: (text: string) => `Your log-in there lasts at most ${text}, or until you log out of the app.`,
    logInAs: (anchor: bigint) => `Log in as ${anchor}`,
    decline: 'Do not log in',
    checking: 'Checking the app’s address …',
    preparing: 'Preparing your log-in …',
    doneTitle: 'You are logged in',
    done: 'You can close this window and go back to the app.',
    declinedTitle: 'You are not logged in',
    declined: 'The app was told that you do not want to. You can close this window.',
    gone: 'The app that asked is not there any more. Close this window and start in the app again.',
    untold: 'The app could not be told that you do not want to. You can close this window.',
    refusedTitle: 'You cannot log in here',
    originUnchecked: {
      what: 'The app asks for the pseudonym of another address, which did not answer.',
      todo: 'Check your connection, then try again. If that does not help, tell the people who make the app.',
    },
    originRefused: {
      what: 'The app asks for the pseudonym of another address, and that address does not allow it.',
      todo: 'You cannot log in to it. Tell the people who make the app.',
    },
    durationUnit: {
      days: (count: number) => (count === 1 ? '1 day' : `${count} days`),
      hours: (count: number) => (count === 1 ? '1 hour' : `${count} hours`),
      minutes: (count: number) => (count === 1 ? '1 minute' : `${count} minutes`),
    },
  },

  create: {
    title: 'Create an anchor',
    intro:
      'An anchor is a number and the passkeys that belong to it. Your device keeps the passkey; the service ' + 'never sees it.',
    start: 'Create passkey',
    userName: (date: string) => `Anchorage, ${date}`,
    captchaTitle: 'Type what you see',
    captchaIntro:
      'So that machines do not create anchors by the million. You are asked when you create an anchor, and ' + 'never again.',
    captchaAlt: 'A picture with five characters',
    captchaLabel: 'The five characters',
    captchaHint: 'Upper and lower case are the same.',
    captchaMissing: 'Type the characters of the picture.',
    captchaNew: 'New picture',
    captchaHelpTitle: 'I cannot read pictures',
    captchaHelp:
      'There is no riddle for the ear: machines would solve it more easily than people. Somebody else may read ' +
      'the picture to you, also on the telephone with a shared screen; you have five minutes. Or come back ' +
      'later: some services ask for a picture only while very many anchors are created. Signing in never asks for one.',
    register: 'Create anchor',
    numberTitle: 'Your anchor number',
    numberIntro: 'Keep this number. You need it to sign in on another device, and nobody can tell it to you if you lose it.',
    copyNumber: 'Copy number',
    saved: 'I have saved the number',
    savedFirst: 'Copy the number, or tick that you have saved it.',
  },

  offer: {
    title: 'Do not get locked out',
    intro: 'If you lose your only device, nobody can let you in again: not we, not anybody. Add a second way in now.',
    phrase: 'Write down a recovery phrase',
    phraseHint: '24 words on paper. Takes two minutes.',
    key: 'Add a recovery key',
    keyHint: 'A security key that you keep somewhere else.',
    later: 'Later, at my own risk',
  },

  manage: {
    title: (anchor: bigint) => `Anchor ${anchor}`,
    loading: 'Asking the service for your devices …',
    devices: 'Devices',
    recovery: 'Recovery',
    single: 'You have a single device. If you lose it, you lose your anchor. Add a second one, or a way to recover.',
    toApp: 'Go on to the app',
    recovered: 'You came in by recovery. Add this device, so that you can sign in with a passkey again.',
    noRecovery: 'You have no way to recover.',
    hasRecovery: 'You can recover your anchor.',
    addHere: 'Add this device',
    addRemote: 'Add another device',
    addPhrase: 'Create a recovery phrase',
    addKey: 'Add a recovery key',
    kind: {
      platform: 'Passkey of a device',
      cross_platform: 'Security key or phone',
      unknown: 'Passkey',
      seed_phrase: 'Recovery phrase',
      browser_storage_key: 'Key stored in a browser',
    },
    inUse: 'In use now',
    isProtected: 'Protected',
    lastUsed: (when: string) => `Last used ${when}`,
    today: 'today',
    neverUsed: 'Not used yet',
    rename: 'Rename',
    renameOf: (name: string) => `Rename ${name}`,
    renameTitle: (name: string) => `Rename “${name}”`,
    newName: 'New name',
    save: 'Save',
    remove: 'Remove',
    removeOf: (name: string) => `Remove ${name}`,
    removeTitle: (name: string) => `Remove “${name}”?`,
    removeText:
      'It cannot be used to sign in any more. Log-ins that apps have already live until they expire, for at ' + 'most 30 days.',
    removeInUse: 'You are signed in with it: removing it signs you out here.',
    removeLastPasskey: 'It is your last passkey. After that you come in by recovery only.',
    removeLast:
      'It is the last one. Without any key the anchor is lost for ever, with everything in all apps that ' +
      'belongs to it. Nobody can undo this.',
    removeLastConfirm: 'I understand that I lose this anchor for ever',
    removed: (name: string) => `“${name}” was removed.`,
    renamed: (name: string) => `The new name is “${name}”.`,
    protect: 'Protect',
    protectTitle: 'Protect the recovery phrase?',
    protectText:
      'A protected phrase can be changed or removed only by who types it. So nobody who gets hold of one of ' +
      'your devices can take it from you. If you lose the phrase, you cannot replace it either.',
    unprotect: 'End protection',
    unprotectTitle: 'End the protection?',
    unprotectText: 'Then each of your devices can replace or remove the phrase.',
    wasProtected: 'The recovery phrase is protected now.',
    wasUnprotected: 'The recovery phrase is not protected any more.',
    replacePhrase: 'Replace',
    replacePhraseOf: 'Replace recovery phrase',
    lockedHint: 'The phrase is protected. Type it to show that you may do this.',
    help: 'Help',
    logOut: 'Sign out',
    loggedOut: 'You are signed out.',
  },

  addHere: {
    title: 'Add this device',
    intro: 'Your browser makes a passkey, on this device or on a security key or phone beside it.',
    start: 'Create passkey',
    done: (name: string) => `“${name}” was added.`,
  },

  addRemote: {
    title: 'Add another device',
    intro: 'On the other device:',
    steps: (address: string, anchor: bigint) => [
      `Open ${address}`,
      'Choose “Add this device to your anchor”',
      `Type the number ${anchor}`,
      'It shows a code of six digits. Type it here:',
    ],
    code: 'Code from the other device',
    codeWrongForm: 'The code has six digits.',
    waiting: 'Waiting for the other device …',
    waits: (name: string) => `“${name}” is waiting. Type the code that it shows.`,
    verify: 'Add device',
    wrongCode: (tries: number) =>
      tries === 1 ? 'That is not the code. You have one try left.' : `That is not the code. You have ${tries} tries left.`,
    noTries: 'That was not the code, for the third time. The other device was turned away. Start again.',
    noDevice: 'No device is waiting yet. Follow the steps on the other device first.',
    otherDevice: 'Meanwhile another device waits. Look whether its name is that of yours, and type the code that it shows.',
    closed: 'The registration was closed, perhaps in another window. Start again.',
    expired: 'The time is over. Start again.',
    startAgain: 'Start again',
    warning: 'Type only a code that you see on a device of your own. Who gets you to type theirs gets your anchor.',
    done: (name: string) => `“${name}” was added.`,
  },

  newDevice: {
    title: 'Add this device to your anchor',
    intro: 'First, on a device that you use already: sign in, choose “Add another device”. Then go on here.',
    start: 'Create passkey',
    userName: (anchor: bigint) => `Anchor ${anchor}`,
    modeOff: 'The other device is not ready.',
    modeOffHint: 'Sign in on it, choose “Add another device”, and try again here. The passkey that you made stays.',
    another: 'Another device is waiting already.',
    anotherHint: 'It may be this one, if an answer got lost. Close the registration on the other device and begin again.',
    used: 'This passkey belongs to an anchor already.',
    usedHint: 'Sign in with it.',
    codeTitle: 'Type this code on the other device',
    codeHint: 'This page goes on by itself when you have.',
    waiting: 'Waiting …',
    expiredTitle: 'The time is over',
    expired: 'The code was not typed in time. Start again.',
    doneTitle: 'This device was added',
    done: (anchor: bigint) => `You can sign in to anchor ${anchor} on this device from now on.`,
    signIn: 'Sign in now',
  },

  phrase: {
    title: 'Recovery phrase',
    intro:
      'A phrase of 24 words opens your anchor when all devices are lost. Who reads it can do so, too: write it ' +
      'on paper, keep it where nobody looks, and do not photograph it.',
    replaces: 'The new phrase takes the place of the present one, which is worth nothing afterwards.',
    generate: 'Show my phrase',
    writeTitle: 'Write this down',
    writeIntro: 'The number comes first, then the words in this order.',
    list: 'Your recovery phrase',
    copy: 'Copy phrase',
    orCheck: 'Copy it, or show that you wrote it down:',
    word: (position: number) => `Word ${position}`,
    wordWrong: (position: number) => `Word ${position} is another one. Look at what you wrote.`,
    check: 'Check my words',
    checked: 'All three are right.',
    notYet: 'Copy the phrase or check three words first.',
    save: 'Save phrase',
    doneTitle: 'Your phrase is stored',
    done: 'It works from now on. Keep the paper safe; this page has forgotten the words.',
    alias: 'Recovery phrase',
    type: 'Your recovery phrase',
    typeHint: 'The number first, then 24 words.',
    problem: (problem: PhraseProblem): string => {
      switch (problem.code) {
        case 'no-anchor':
          return 'The phrase begins with the number of your anchor. Type the number first.';
        case 'no-such-anchor':
          return 'The number is too long for an anchor’s.';
        case 'word-count':
          return `24 words follow the number. You typed ${problem.found}.`;
        case 'unknown-word':
          return `Word ${problem.position}, “${problem.word}”, is not a word of recovery phrases. Check how it is written.`;
        case 'checksum':
          return 'All words exist, but they do not belong together. Check their order, and each word.';
        case 'other-anchor':
          return 'This is the phrase of another anchor.';
        case 'not-its-phrase':
          return 'This phrase does not open the anchor. It may have been replaced, or the number is another one.';
      }
    },
  },

  recoveryKey: {
    title: 'Recovery key',
    intro:
      'A security key that you do not use every day, such as a second YubiKey, opens your anchor when all ' +
      'devices are lost. It must be another one than those in use. Keep it somewhere else.',
    name: 'Name of the key',
    defaultName: 'Recovery key',
    start: 'Add security key',
    doneTitle: 'The recovery key was added',
    done: 'It works from now on. Keep it somewhere safe.',
  },

  recover: {
    title: 'Lost access',
    intro: 'Use what you kept for this day.',
    byPhrase: 'Recovery phrase',
    byKey: 'Recovery key',
    phraseSubmit: 'Recover with phrase',
    keySubmit: 'Recover with key',
    neither: 'I have neither',
    neitherText:
      'Then try each device and browser in which you ever used your anchor: a passkey may also have been ' +
      'copied to your other devices by your Apple, Google, Microsoft or password manager account. If there is ' +
      'none, nobody can open the anchor again. That is the price of nobody else being able to open it, either.',
  },

  expired: {
    title: 'Sign in again',
    text: (anchor: bigint) =>
      `Your session for anchor ${anchor} is over: it lasts half an hour at most, and less right after an anchor is created.`,
    again: 'Sign in again',
    withPhrase: 'Sign in with phrase',
    leave: 'Leave',
  },

  help: {
    title: 'Help',
    entries: [
      {
        question: 'I lost a device. What now?',
        answer:
          'Sign in with another one and remove the lost device from the list. Most devices let nobody use a ' +
          'passkey without your fingerprint, face or PIN, but a security key without a PIN works for whoever ' +
          'holds it. If it was your only device, choose “Lost access” and use your recovery phrase or recovery key.',
      },
      {
        question: 'I have a new device.',
        answer:
          'On a device that you use already, sign in and choose “Add another device”. On the new one choose ' +
          '“Add this device to your anchor” and follow the steps. Passkeys that your Apple, Google, Microsoft ' +
          'or password manager account copies to your new device work at once.',
      },
      {
        question: 'Why two devices?',
        answer:
          'Only your keys open your anchor. There is no support that could let you in, because then somebody ' +
          'else could be let in, too. With one device, losing it means losing everything. With two, or with a ' +
          'recovery phrase, you sign in and replace what was lost.',
      },
      {
        question: 'What does an app learn about me?',
        answer:
          'A pseudonym: a long number that is the same each time you log in to this app and different for ' +
          'every other app. Not your anchor number, not your devices, not where else you log in. Apps that ' +
          'belong together may share one pseudonym; this page then shows both addresses.',
      },
      {
        question: 'How does access end?',
        answer:
          'An app’s log-in ends by itself, after half an hour unless the app asked for longer, and after 30 ' +
          'days at most. Log out in the app to end it at once. This page itself forgets you after half an ' +
          'hour, or when you close it.',
      },
      {
        question: 'What does removing a device not end?',
        answer:
          'Log-ins that apps got before. They live until they expire, for at most 30 days, because apps do not ' +
          'ask this service again. Log out in the apps, too. The device also keeps its passkey, which is of no ' +
          'use any more: delete it in the settings of the device.',
      },
    ],
  },
};

export type Texts = typeof en;
