/** A few exclusive options side by side: radio buttons, so that arrows and screen readers work. */
import { useId } from "preact/hooks";

interface ChoiceProps<T extends string> {
  readonly label: string;
  /** Whether the label is seen, not only spoken. */
  readonly labelled?: boolean;
  readonly name: string;
  readonly options: readonly {
    readonly value: T;
    readonly text: string;
    readonly colour?: string;
    /** A tooltip. */
    readonly help?: string;
  }[];
  readonly value: T;
  readonly onChange: (value: T) => void;
}

export function Choice<T extends string>({ label, labelled = false, name, options, value, onChange }: ChoiceProps<T>) {
  const choice = (
    <fieldset class="choice">
      <legend class="hidden-text">{label}</legend>
      {options.map((option) => (
        <label key={option.value} class="choice-option" title={option.help}>
          <input
            type="radio"
            name={name}
            value={option.value}
            checked={option.value === value}
            onChange={() => onChange(option.value)}
          />
          <span>
            {option.colour === undefined ? null : <i class="swatch" style={{ background: option.colour }} />}
            {option.text}
          </span>
        </label>
      ))}
    </fieldset>
  );
  if (!labelled) return choice;
  return (
    <span class="pick">
      <span aria-hidden="true">{label}</span>
      {choice}
    </span>
  );
}

interface PickProps {
  readonly label: string;
  readonly options: readonly { readonly value: string; readonly text: string }[];
  readonly value: string;
  readonly onChange: (value: string) => void;
}

/** The same for more options than fit side by side. */
export function Pick({ label, options, value, onChange }: PickProps) {
  const id = useId();
  return (
    <span class="pick">
      <label for={id}>{label}</label>
      <select id={id} value={value} onChange={(event) => onChange(event.currentTarget.value)}>
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.text}
          </option>
        ))}
      </select>
    </span>
  );
}
