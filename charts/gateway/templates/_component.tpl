{{/* Describes the gateway to the library. */}}
{{- define "gateway.component" -}}
{{- $public := or (ne .Values.service.type "ClusterIP") .Values.ingress.enabled .Values.httpRoute.enabled -}}
{{- $isOnlyOurs := and (not $public) .Values.networkPolicy.enabled (not .Values.networkPolicy.extraIngress) -}}
{{- $private := list "10.0.0.0/8" "172.16.0.0/12" "192.168.0.0/16" "fc00::/7" -}}
port: 8000
prefix: GATEWAY_
command: [uvicorn, --factory, "gateway.app:create_app", --host, 0.0.0.0, --port, "8000", --no-access-log, --no-server-header, --no-proxy-headers, --timeout-graceful-shutdown, "6"]
livenessPath: /healthz
readinessPath: /readyz
metricsPath: /api/metrics
config:
  GATEWAY_ALLOWED_HOSTS: {{ include "bellwether.allowedHosts" . | quote }}
  GATEWAY_DATA_URL: {{ .Values.dataUrl | default (printf "http://%s:8001" (include "bellwether.objectName" (list . "data"))) }}
  GATEWAY_PREDICTION_URL: {{ .Values.predictionUrl | default (printf "http://%s:8002" (include "bellwether.objectName" (list . "prediction"))) }}
  GATEWAY_MAX_UPLOAD_BYTES: {{ include "bellwether.maxUploadBytes" . | quote }}
  {{- with .Values.rateLimits }}
  GATEWAY_READS_PER_MINUTE: {{ int64 .readsPerMinute }}
  GATEWAY_COMPUTATIONS_PER_MINUTE: {{ int64 .computationsPerMinute }}
  GATEWAY_WRITES_PER_MINUTE: {{ int64 .writesPerMinute }}
  GATEWAY_TRUSTED_PROXIES: {{ default (ternary $private list $isOnlyOurs) .trustedProxies | join "," | quote }}
  {{- end }}
  {{- if .Values.apiKeys.enabled }}
  GATEWAY_API_KEYS_FILE: /etc/bellwether/api-keys/digests
  {{- end }}
  {{- include "bellwether.tracing" . | nindent 2 }}
env:
  - name: GATEWAY_LIMITS_REDIS_URL
    valueFrom:
      secretKeyRef:
        name: {{ .Values.rateLimits.existingSecret | default (include "bellwether.objectName" (list . "valkey")) }}
        key: {{ .Values.rateLimits.existingSecretKey }}
        optional: true
callers: [frontend, test]
public: {{ $public }}
calls:
  - {name: {{ ternary "" "valkey" (ne .Values.rateLimits.existingSecret "") | quote }}, port: {{ .Values.rateLimits.port }}}
  - {name: data, port: 8001}
  - {name: prediction, port: 8002}
{{- if .Values.apiKeys.enabled }}
volumeMounts:
  - name: api-keys
    mountPath: /etc/bellwether/api-keys
    readOnly: true
volumes:
  - name: api-keys
    secret:
      secretName: {{ .Values.apiKeys.existingSecret | default (include "bellwether.objectName" (list . "gateway-api-keys")) }}
      defaultMode: 0440
      items:
        - key: digests
          path: digests
{{- end }}
{{- end }}
