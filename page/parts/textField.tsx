import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { choice, choose } from "../address.js";
import { Field } from "./controls.js";

interface TextFieldProps {
  readonly label: string;
  /** The choice of the address that it changes. */
  readonly name: string;
  readonly otherwise?: string;
  readonly type?: "text" | "number";
  readonly wide?: boolean;
}

/** A text that is kept in the address once it is entered: by Enter, or by going on. */
export function TextField({ label, name, otherwise = "", type = "text", wide = false }: TextFieldProps): JSX.Element {
  const kept = choice(name, otherwise);
  const [typed, setTyped] = useState(kept);
  useEffect(() => setTyped(kept), [kept]);
  return (
    <Field label={label}>
      <input
        {...(type === "number" ? { type: "number" as const, min: 0 } : {})}
        class={wide ? "wide" : undefined}
        value={typed}
        autocomplete="off"
        spellcheck={false}
        onInput={({ currentTarget }) => setTyped(currentTarget.value)}
        onChange={() => choose({ [name]: typed.trim() })}
      />
    </Field>
  );
}
