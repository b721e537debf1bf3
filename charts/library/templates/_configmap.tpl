{{/* The component's variables that are no secret: what its chart computes, then `settings` under the service's prefix. */}}
{{- define "bellwether.configmap" -}}
{{- $component := include (printf "%s.component" .Chart.Name) . | fromYaml -}}
apiVersion: v1
kind: ConfigMap
metadata:
  {{- include "bellwether.metadata" . | nindent 2 }}
data:
  {{- range $name, $value := $component.config }}
  {{ $name }}: {{ $value | quote }}
  {{- end }}
  {{- range $field, $value := .Values.settings }}
  {{ $component.prefix }}{{ $field | snakecase | upper }}: {{ include "bellwether.number" $value | quote }}
  {{- end }}
{{- end }}

{{/* Helm's numbers are floats, and 33554432 would be written as 3.3554432e+07, which is no integer for a setting. */}}
{{- define "bellwether.number" -}}
{{- if and (kindIs "float64" .) (eq (float64 (int64 .)) .) }}{{ int64 . }}{{ else }}{{ . }}{{ end }}
{{- end }}

{{- define "bellwether.tracing" -}}
{{- with .Values.global.tracing.endpoint }}
OTEL_EXPORTER_OTLP_ENDPOINT: {{ . }}
{{- end }}
{{- end }}
