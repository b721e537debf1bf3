interface SelectProps<T extends string | number> {
  label: string
  options: readonly T[]
  nameOf: (option: T) => string
  chosen: T
  onChoose: (option: T) => void
}

/** A native select with its label above it. */
export function Select<T extends string | number>({ label, options, nameOf, chosen, onChoose }: SelectProps<T>) {
  return (
    <label className="select">
      <span>{label}</span>
      <select
        value={chosen}
        onChange={({ target }) => {
          const option = options[target.selectedIndex]
          if (option !== undefined) onChoose(option)
        }}
      >
        {options.map((option) => (
          <option key={option} value={option}>
            {nameOf(option)}
          </option>
        ))}
      </select>
    </label>
  )
}
