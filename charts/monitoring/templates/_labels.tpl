{{- define "monitoring.labels" -}}
app.kubernetes.io/name: monitoring
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/part-of: bellwether
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}
