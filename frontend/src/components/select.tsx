interface SelectProps<T extends string | number> {
  label: string
  options: readonly T[]
  formatOption: (option: T) => string
  option: T
  onChoose: (option: T) => void
}

/** A native select with its label above it. */
export function Select<T extends string | number>({ label, options, formatOption, option, onChoose }: SelectProps<T>) {
  return (
    <label className="select">
      <span>{label}</span>
      <select
        value={option}
        onChange={({ target }) => {
          const option = options[target.selectedIndex]
          if (option !== undefined) onChoose(option)
        }}
      >
        {options.map((option) => (
          <option key={option} value={option}>
            {formatOption(option)}
          </option>
        ))}
      </select>
    </label>
  )
}
