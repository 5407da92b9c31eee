import type { JSX } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import { useApp } from '../app-context';
import { phraseText, type Phrase } from '../phrase';
import { texts } from '../texts';
import type { Action } from '../ui/action';
import { Copy } from '../ui/copy';
import { Alert, Button, Field, Form, Note, Screen, Status } from '../ui/parts';

interface KeepPhraseProps {
  phrase: Phrase;
  action: Action;
  /** The user has copied the phrase, or knew three of its words, and wants it stored. */
  onKept: () => void;
}

const QUESTIONS = 3;

export function KeepPhrase({ phrase, action, onKept }: KeepPhraseProps): JSX.Element {
  const { router } = useApp();
  const [isKept, setKept] = useState(false);
  const text = texts.phrase;
  return (
    <Screen title={text.writeTitle}>
      <p>{text.writeIntro}</p>
      <ol class="phrase" aria-label={text.list}>
        <li value={0} class="phrase-number">
          {String(phrase.anchor)}
        </li>
        {phrase.words.map((word, index) => (
          <li key={index} value={index + 1}>
            {word}
          </li>
        ))}
      </ol>
      <p>{text.orCheck}</p>
      <Copy text={phraseText(phrase)} label={text.copy} onCopied={() => setKept(true)} />
      <WordCheck phrase={phrase} onRight={() => setKept(true)} />
      <Alert problem={action.problem} />
      {!isKept && <Note>{text.notYet}</Note>}
      <div class="actions">
        <Button kind="primary" isPending={action.isPending} disabled={!isKept} onClick={onKept}>
          {text.save}
        </Button>
        <Button disabled={action.isPending} onClick={router.back}>
          {texts.common.cancel}
        </Button>
      </div>
      <Status>{action.isPending ? texts.common.working : ''}</Status>
    </Screen>
  );
}

/** Three words, at random places, typed from what was written down. */
function WordCheck({ phrase, onRight }: { phrase: Phrase; onRight: () => void }): JSX.Element {
  const places = useMemo(() => randomPlaces(phrase.words.length), [phrase]);
  const [typed, setTyped] = useState<Record<number, string>>({});
  const [wrong, setWrong] = useState<number | null>(null);
  const [isRight, setRight] = useState(false);
  const text = texts.phrase;
  const check = (): void => {
    const first = places.find((place) => typed[place]?.trim().toLowerCase() !== phrase.words[place]);
    setWrong(first ?? null);
    setRight(first === undefined);
    if (first === undefined) onRight();
  };
  return (
    <Form onSubmit={check}>
      <div class="words">
        {places.map((place) => (
          <Field
            key={place}
            label={text.word(place + 1)}
            value={typed[place] ?? ''}
            onInput={(value) => setTyped({ ...typed, [place]: value })}
            error={wrong === place ? text.wordWrong(place + 1) : null}
          />
        ))}
      </div>
      <Button submit>{text.check}</Button>
      <Status>{isRight ? text.checked : ''}</Status>
    </Form>
  );
}

/** Different ones, in order. */
function randomPlaces(count: number): number[] {
  const places = new Set<number>();
  while (places.size < QUESTIONS) {
    const [random = 0] = crypto.getRandomValues(new Uint32Array(1));
    places.add(random % count);
  }
  return [...places].sort((a, b) => a - b);
}
