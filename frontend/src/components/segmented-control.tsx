import { useId } from 'react'

interface SegmentedControlProps<T extends string> {
  legend: string
  options: readonly T[]
  names: Record<T, string>
  chosen: T
  onChoose: (option: T) => void
}

/** A row of buttons to select one of a few options; for the keyboard and screen readers they are radio buttons. */
export function SegmentedControl<T extends string>({ legend, options, names, chosen, onChoose }: SegmentedControlProps<T>) {
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
            onChange={() => onChoose(option)}
          />
          <span>{names[option]}</span>
        </label>
      ))}
    </fieldset>
  )
}
