interface CheckboxProps {
  label: string
  isChecked: boolean
  onCheck: (isChecked: boolean) => void
  isDisabled?: boolean
  describedBy?: string | undefined
}

export function Checkbox({ label, isChecked, onCheck, isDisabled = false, describedBy }: CheckboxProps) {
  return (
    <label className="check">
      <input
        type="checkbox"
        checked={isChecked}
        disabled={isDisabled}
        aria-describedby={describedBy}
        onChange={({ target }) => onCheck(target.checked)}
      />
      {label}
    </label>
  )
}
