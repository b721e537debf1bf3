{{/* Describes the data service to the library. */}}
{{- define "data.component" -}}
port: 8001
prefix: DATA_
command: [uvicorn, --factory, "services.data.app:create_app", --host, 0.0.0.0, --port, "8001", --no-access-log, --no-server-header, --no-proxy-headers, --timeout-graceful-shutdown, "6"]
livenessPath: /healthz
readinessPath: /readyz
metricsPath: /metrics
config:
  DATA_MAX_UPLOAD_BYTES: {{ include "bellwether.maxUploadBytes" . | quote }}
  DATA_ALLOWED_HOSTS: {{ include "bellwether.allowedHosts" . | quote }}
  {{- include "bellwether.tracing" . | nindent 2 }}
env:
  {{- include "data.addresses" . | nindent 2 }}
temporarySpace: {{ max 256 (mul 4 (div .Values.global.maxUploadBytes 1048576)) }}Mi
secrets: {{ printf "%s%s" .Values.mongodb.url .Values.valkey.url | sha256sum }}
callers: [gateway, prediction]
calls:
  {{- include "data.storeCalls" . | nindent 2 }}
{{- end }}

{{- define "data.storeCalls" -}}
- {name: {{ ternary "mongodb" "" .Values.mongodb.enabled | quote }}, port: {{ ternary 27017 .Values.mongodb.port .Values.mongodb.enabled }}}
- {name: {{ ternary "valkey" "" .Values.valkey.enabled | quote }}, port: {{ ternary 6379 .Values.valkey.port .Values.valkey.enabled }}}
{{- end }}

{{/* The stores' addresses contain passwords, so they come from Secrets. */}}
{{- define "data.addresses" -}}
- name: DATA_MONGO_URL
  valueFrom:
    secretKeyRef:
      name: {{ include "data.storeSecret" (list . "mongodb" "MongoDB") }}
      key: {{ .Values.mongodb.existingSecretKey }}
- name: DATA_REDIS_URL
  valueFrom:
    secretKeyRef:
      name: {{ include "data.storeSecret" (list . "valkey" "Redis or Valkey") }}
      key: {{ .Values.valkey.existingSecretKey }}
{{- end }}

{{/* The Secret with a store's address. Arguments: root, the store's key in the values, its display name. */}}
{{- define "data.storeSecret" -}}
{{- $root := index . 0 -}}
{{- $key := index . 1 -}}
{{- $store := index $root.Values $key -}}
{{- if and $store.url (or $store.enabled $store.existingSecret) -}}
{{- fail (printf "data.%s: set either url, or enabled or existingSecret, for %s." $key (index . 2)) -}}
{{- else if not (or $store.url $store.enabled $store.existingSecret) -}}
{{- fail (printf "data.%s: no %s configured. Set data.%s.url or data.%s.existingSecret, or data.%s.enabled=true for a bundled one." $key (index . 2) $key $key $key) -}}
{{- else if $store.existingSecret -}}
{{ $store.existingSecret }}
{{- else if $store.enabled -}}
{{ include "bellwether.objectName" (list $root $key) }}
{{- else -}}
{{ include "bellwether.objectName" (list $root "data-addresses") }}
{{- end -}}
{{- end }}
