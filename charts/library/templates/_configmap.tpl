{{/* The component's non-secret variables: those that its chart computes, then `settings` with the service's prefix. */}}
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

{{/* Helm's numbers are floats: 33554432 would be rendered as 3.3554432e+07, which is not a valid integer setting. */}}
{{- define "bellwether.number" -}}
{{- if and (kindIs "float64" .) (eq (float64 (int64 .)) .) }}{{ int64 . }}{{ else }}{{ . }}{{ end }}
{{- end }}

{{/* The limit of page, gateway, data service and Ingress: one value, so that they agree. */}}
{{- define "bellwether.maxUploadBytes" -}}
{{- if hasKey (.Values.settings | default dict) "maxUploadBytes" -}}
{{- fail (printf "%s.settings.maxUploadBytes: set global.maxUploadBytes instead, which the page and the Ingress follow, too." .Chart.Name) -}}
{{- end -}}
{{ int64 .Values.global.maxUploadBytes }}
{{- end }}

{{- define "bellwether.tracing" -}}
{{- with .Values.global.tracing.endpoint }}
OTEL_EXPORTER_OTLP_ENDPOINT: {{ . }}
{{- end }}
{{- end }}
