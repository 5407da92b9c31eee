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
  useEffect(() => setSolution(''), [challenge.challenge_key]);
  const text = texts.create;
  return (
    <Screen title={text.captchaTitle}>
      <p>{text.captchaIntro}</p>
      <img class="captcha" src={`data:image/png;base64,${challenge.png_base64}`} alt={text.captchaAlt} />
      <Alert problem={action.problem} />
      <Form
        onSubmit={() => {
          if (solution.trim() !== '' && !action.isPending) onSolution(solution.trim());
        }}
      >
        <Field label={text.captchaLabel} hint={text.captchaHint} value={solution} onInput={setSolution} maxLength={10} />
        <div class="actions">
          <Button submit kind="primary" isPending={action.isPending} disabled={solution.trim() === ''}>
            {text.register}
          </Button>
          <Button disabled={action.isPending} onClick={onNewPicture}>
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
