// What screens are made of.
import type { ComponentChildren, JSX } from 'preact';
import { useContext, useEffect, useId, useRef } from 'preact/hooks';
import { AppContext } from '../app-context';
import logo from '../assets/anchor.svg';
import { texts } from '../texts';
import type { ErrorText } from '../texts/en';

interface ScreenProps {
  title: string;
  children: ComponentChildren;
}

/** A screen: its heading gets the focus, so that screen readers begin there. */
export function Screen({ title, children }: ScreenProps): JSX.Element {
  const heading = useRef<HTMLHeadingElement>(null);
  // The first and the last screens stand outside of the application. A hidden screen's heading cannot be focused.
  const isExpired = useContext(AppContext)?.isExpired ?? false;
  useEffect(() => {
    heading.current?.focus();
    if (document.activeElement === heading.current) document.title = texts.title(title);
  }, [title, isExpired]);
  return (
    <>
      <header class="brand">
        <img src={logo} alt="" width="28" height="28" />
        <span>{texts.product}</span>
      </header>
      <main>
        <h1 ref={heading} tabIndex={-1}>
          {title}
        </h1>
        {children}
      </main>
    </>
  );
}

interface ButtonProps {
  children: ComponentChildren;
  onClick?: () => void;
  kind?: 'primary' | 'plain' | 'danger' | 'link';
  /** Its own work is under way. */
  isPending?: boolean;
  /** Other work is under way. */
  disabled?: boolean;
  submit?: boolean;
  /** Where what is written on it does not say enough. */
  label?: string;
}

/** While pending it keeps the focus, and says so to screen readers; clicks do nothing. */
export function Button(props: ButtonProps): JSX.Element {
  const { children, onClick, kind = 'plain', isPending = false, disabled = false, submit = false, label } = props;
  return (
    <button
      type={submit ? 'submit' : 'button'}
      class={`button ${kind}`}
      aria-busy={isPending}
      {...(isPending && { 'aria-disabled': true })}
      disabled={disabled && !isPending}
      {...(label !== undefined && { 'aria-label': label })}
      onClick={(event) => {
        // The second click of a double click may hit what has taken the first one's place.
        if (isPending || event.detail > 1) event.preventDefault();
        else onClick?.();
      }}
    >
      {isPending && <span class="spinner" aria-hidden="true" />}
      <span>{children}</span>
    </button>
  );
}

/** Errors, read out at once. */
export function Alert({ problem }: { problem: ErrorText | null }): JSX.Element | null {
  if (!problem) return null;
  return (
    <div role="alert" class="alert">
      <strong>{problem.what}</strong> {problem.todo}
    </div>
  );
}

/** What is going on, read out when there is time. Always there, because screen readers watch for changes. */
export function Status({ children }: { children?: ComponentChildren }): JSX.Element {
  return (
    <p role="status" class="status">
      {children}
    </p>
  );
}

export function Note({ children }: { children: ComponentChildren }): JSX.Element {
  return <p class="note">{children}</p>;
}

interface FieldProps {
  label: string;
  value: string;
  onInput: (value: string) => void;
  hint?: string;
  /** What is wrong with the value. */
  error?: string | null;
  maxLength?: number;
  /** For numbers and codes: another keyboard, wider letters. */
  isNumber?: boolean;
  /** Several lines. */
  isLong?: boolean;
}

export function Field(props: FieldProps): JSX.Element {
  const { label, value, onInput, hint, error, maxLength, isNumber = false, isLong = false } = props;
  const id = useId();
  const notes = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(' ');
  const shared = {
    id,
    value,
    'aria-invalid': Boolean(error),
    autoComplete: 'off',
    autoCapitalize: 'none' as const,
    spellcheck: false,
    ...(notes && { 'aria-describedby': notes }),
    ...(maxLength !== undefined && { maxLength }),
  };
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {isLong ? (
        <textarea {...shared} rows={5} onInput={(event) => onInput(event.currentTarget.value)} />
      ) : (
        <input
          {...shared}
          type="text"
          {...(isNumber && { inputMode: 'numeric' as const, class: 'number' })}
          onInput={(event) => onInput(event.currentTarget.value)}
        />
      )}
      {hint && (
        <p id={`${id}-hint`} class="hint">
          {hint}
        </p>
      )}
      {error && (
        <p id={`${id}-error`} role="alert" class="field-error">
          {error}
        </p>
      )}
    </div>
  );
}

interface CheckProps {
  label: string;
  isChecked: boolean;
  onChange: (isChecked: boolean) => void;
}

export function Check({ label, isChecked, onChange }: CheckProps): JSX.Element {
  return (
    <label class="check">
      <input type="checkbox" checked={isChecked} onChange={(event) => onChange(event.currentTarget.checked)} />
      <span>{label}</span>
    </label>
  );
}

/** A form whose submission is this page's business alone. */
export function Form({ onSubmit, children }: { onSubmit: () => void; children: ComponentChildren }): JSX.Element {
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        onSubmit();
      }}
    >
      {children}
    </form>
  );
}
