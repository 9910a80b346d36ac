import type { ComponentChildren, JSX } from "preact";
import { choice, choose } from "../address.js";

interface FieldProps {
  readonly label: string;
  readonly children: ComponentChildren;
}

export const Controls = ({ children }: { readonly children: ComponentChildren }): JSX.Element => (
  <div class="controls">{children}</div>
);

export const Field = ({ label, children }: FieldProps): JSX.Element => (
  // biome-ignore lint/a11y/noLabelWithoutControl: the control is the child
  <label>
    <span>{label}</span>
    {children}
  </label>
);

interface SelectProps {
  readonly label: string;
  /** The choice of the address that it changes. */
  readonly name: string;
  readonly options: readonly (readonly [value: string, shown: string])[];
  readonly otherwise: string;
}

/** One of some values, kept in the address. */
export const Select = ({ label, name, options, otherwise }: SelectProps): JSX.Element => (
  <Field label={label}>
    <select
      value={options.some(([value]) => value === choice(name)) ? choice(name) : otherwise}
      onChange={({ currentTarget }) => choose({ [name]: currentTarget.value === otherwise ? "" : currentTarget.value })}
    >
      {options.map(([value, shown]) => (
        <option key={value} value={value}>
          {shown}
        </option>
      ))}
    </select>
  </Field>
);

interface ManyProps {
  readonly label: string;
  readonly name: string;
  readonly all: readonly string[];
}

/** Some of several names, kept in the address with commas between; all of them where it names none. */
export function Many({ label, name, all }: ManyProps): JSX.Element | null {
  if (all.length < 2) return null;
  const written = choice(name).split(",");
  const chosen = all.filter((each) => written.includes(each));
  const isChosen = (each: string) => chosen.length === 0 || chosen.includes(each);
  const toggle = (each: string) => {
    const others = all.filter((other) => (other === each) !== isChosen(other));
    choose({ [name]: others.length === all.length ? "" : others.join(",") });
  };
  return (
    <fieldset>
      <legend>{label}</legend>
      {all.map((each) => (
        <label key={each} class="check">
          <input type="checkbox" checked={isChosen(each)} onChange={() => toggle(each)} />
          {each}
        </label>
      ))}
    </fieldset>
  );
}
