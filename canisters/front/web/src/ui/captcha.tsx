import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { useApp } from '../app-context';
import type { Challenge } from '../service/types';
import { texts } from '../texts';
import type { Action } from './action';
import { Alert, Button, Field, Form, Screen, Status } from './parts';

interface CaptchaProps {
  challenge: Challenge;
  action: Action;
  onSolution: (solution: string) => void;
  onNewPicture: () => void;
}

/** The picture that is to be read before an anchor is created. */
export function Captcha({ challenge, action, onSolution, onNewPicture }: CaptchaProps): JSX.Element {
  const { router } = useApp();
  const [solution, setSolution] = useState('');
  const [isMissing, setMissing] = useState(false);
  /** Which button is at work, and keeps the focus. */
  const [started, setStarted] = useState<'solution' | 'picture' | null>(null);
  useEffect(() => setSolution(''), [challenge.challenge_key]);
  const text = texts.create;
  return (
    <Screen title={text.captchaTitle}>
      <p>{text.captchaIntro}</p>
      <img class="captcha" src={`data:image/png;base64,${challenge.png_base64}`} alt={text.captchaAlt} />
      <Alert problem={action.problem} />
      <Form
        onSubmit={() => {
          if (action.isPending) return;
          setMissing(solution.trim() === '');
          if (solution.trim() === '') return;
          setStarted('solution');
          onSolution(solution.trim());
        }}
      >
        <Field
          label={text.captchaLabel}
          hint={text.captchaHint}
          value={solution}
          onInput={setSolution}
          maxLength={10}
          error={isMissing && solution.trim() === '' ? text.captchaMissing : null}
        />
        <div class="actions">
          <Button submit kind="primary" isPending={action.isPending && started === 'solution'} disabled={action.isPending}>
            {text.register}
          </Button>
          <Button
            isPending={action.isPending && started === 'picture'}
            disabled={action.isPending}
            onClick={() => {
              setMissing(false);
              setStarted('picture');
              onNewPicture();
            }}
          >
            {text.captchaNew}
          </Button>
          <Button disabled={action.isPending} onClick={router.back}>
            {texts.common.cancel}
          </Button>
        </div>
      </Form>
      <Status>{action.isPending ? texts.common.working : ''}</Status>
      <details>
        <summary>{text.captchaHelpTitle}</summary>
        <p>{text.captchaHelp}</p>
      </details>
    </Screen>
  );
}
