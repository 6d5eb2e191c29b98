import { useState } from 'preact/hooks';

// Values that take effect when they are saved, not before: what is typed stands beside what is saved.
export interface FormValues<Values> {
  readonly values: Values;
  readonly saved: Values;
  readonly dirty: boolean;
  readonly set: <Name extends keyof Values>(name: Name, value: Values[Name]) => void;
  // Part of it has been saved.
  readonly commit: (part: Partial<Values>) => void;
  // After saving, and for starting again from what is saved.
  readonly reset: (saved: Values) => void;
  readonly discard: () => void;
}

export function useForm<Values extends object>(initial: Values): FormValues<Values> {
  const [saved, setSaved] = useState(initial);
  const [values, setValues] = useState(initial);
  return {
    values,
    saved,
    dirty: JSON.stringify(values) !== JSON.stringify(saved),
    set: (name, value) => setValues((current) => ({ ...current, [name]: value })),
    commit: (part) => setSaved((current) => ({ ...current, ...part })),
    reset: (next) => {
      setSaved(next);
      setValues(next);
    },
    discard: () => setValues(saved),
  };
}

// Only what differs from what is saved.
export function changedValues<Values extends object>({ values, saved }: Pick<FormValues<Values>, 'values' | 'saved'>): Partial<Values> {
  const entries = Object.entries(values).filter(([name, value]) => JSON.stringify(value) !== JSON.stringify(saved[name as keyof Values]));
  return Object.fromEntries(entries) as Partial<Values>;
}
