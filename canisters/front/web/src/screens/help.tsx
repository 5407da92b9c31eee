import type { JSX } from 'preact';
import { useApp } from '../app-context';
import { texts } from '../texts';
import { Button, Screen } from '../ui/parts';

export function Help(): JSX.Element {
  const { router } = useApp();
  return (
    <Screen title={texts.help.title}>
      {texts.help.entries.map(({ question, answer }) => (
        <details key={question}>
          <summary>{question}</summary>
          <p>{answer}</p>
        </details>
      ))}
      <Button onClick={router.back}>{texts.common.back}</Button>
    </Screen>
  );
}
