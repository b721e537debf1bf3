import { useId } from 'react'

interface ChoicesProps<T extends string> {
  legend: string
  options: readonly T[]
  names: Record<T, string>
  chosen: T
  onChoose: (option: T) => void
}

/** A few options of which one holds, as a row of buttons; to the keyboard and to a screen reader they are radios. */
export function Choices<T extends string>({ legend, options, names, chosen, onChoose }: ChoicesProps<T>) {
  const group = useId()
  return (
    <fieldset className="choices">
      <legend className="visually-hidden">{legend}</legend>
      {options.map((option) => (
        <label key={option}>
          <input
            type="radio"
            name={group}
            className="visually-hidden"
            checked={option === chosen}
            onChange={() => {
              onChoose(option)
            }}
          />
          <span>{names[option]}</span>
        </label>
      ))}
    </fieldset>
  )
}
