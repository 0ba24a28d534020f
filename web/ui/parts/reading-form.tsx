/** What dropped files leave unsaid, asked for; then they are read again. */
import type { ReadingOption } from "../../engine/protocol.ts";
import { type ReadingTexts, readingFields, readReading } from "../state/reading.ts";

interface ReadingFormProps {
  /** Begins the fields' ids, since the same field may be on the page twice. */
  readonly id: string;
  readonly names: readonly ReadingOption[];
  readonly texts: ReadingTexts;
  /** Whether there are files that can be read again. */
  readonly ready: boolean;
  readonly onChange: (texts: ReadingTexts) => void;
  readonly onRead: () => void;
}

export function ReadingForm({ id, names, texts, ready, onChange, onRead }: ReadingFormProps) {
  const { faulty } = readReading(texts);
  const submit = (event: Event) => {
    event.preventDefault();
    if (ready && faulty.length === 0) onRead();
  };
  return (
    <form class="reading" onSubmit={submit}>
      <div class="fields">
        {names.map((name) => (
          <ReadingFieldOf
            key={name}
            id={`${id}-${name}`}
            name={name}
            text={texts[name] ?? ""}
            isFaulty={faulty.includes(name)}
            onInput={(text) => onChange({ ...texts, [name]: text })}
          />
        ))}
      </div>
      <button type="submit" disabled={!ready || faulty.length > 0}>
        Read again
      </button>
    </form>
  );
}

interface ReadingFieldProps {
  readonly id: string;
  readonly name: ReadingOption;
  readonly text: string;
  readonly isFaulty: boolean;
  readonly onInput: (text: string) => void;
}

function ReadingFieldOf({ id, name, text, isFaulty, onInput }: ReadingFieldProps) {
  const { label, allowed, help, choices } = readingFields[name];
  const change = (event: { readonly currentTarget: { readonly value: string } }) => onInput(event.currentTarget.value);
  return (
    <div class="field half" title={help}>
      <label for={id}>{label}</label>
      {choices === undefined ? (
        <input
          id={id}
          value={text}
          autocomplete="off"
          aria-invalid={isFaulty}
          aria-describedby={`${id}-allowed`}
          onInput={change}
        />
      ) : (
        <select id={id} value={text} onChange={change}>
          {choices.map((choice) => (
            <option key={choice} value={choice}>
              {choice === "" ? "as the file says" : choice}
            </option>
          ))}
        </select>
      )}
      <span id={`${id}-allowed`} class={isFaulty ? "allowed" : "hidden-text"}>
        {allowed}
      </span>
    </div>
  );
}
