interface TextFieldProps {
  label: string
  value: string
  onChange: (value: string) => void
  required?: boolean
  pattern?: string
  title?: string
  maxLength?: number
  placeholder?: string
}

export function TextField({ label, onChange, ...input }: TextFieldProps) {
  return (
    <label className="field">
      {label}
      <input
        {...input}
        type="text"
        autoComplete="off"
        spellCheck={false}
        onChange={(event) => onChange(event.target.value)}
      />
    </label>
  )
}
