{{/* Describes the gateway to the library. */}}
{{- define "gateway.component" -}}
port: 8000
prefix: GATEWAY_
command: [uvicorn, --factory, "gateway.app:create_app", --host, 0.0.0.0, --port, "8000", --no-access-log, --no-server-header, --timeout-graceful-shutdown, "6"]
livenessPath: /healthz
readinessPath: /readyz
metricsPath: /api/metrics
config:
  GATEWAY_ALLOWED_HOSTS: {{ include "bellwether.allowedHosts" . | quote }}
  GATEWAY_DATA_URL: {{ .Values.dataUrl | default (printf "http://%s:8001" (include "bellwether.objectName" (list . "data"))) }}
  GATEWAY_PREDICTION_URL: {{ .Values.predictionUrl | default (printf "http://%s:8002" (include "bellwether.objectName" (list . "prediction"))) }}
  GATEWAY_MAX_UPLOAD_BYTES: {{ include "bellwether.maxUploadBytes" . | quote }}
  {{- if .Values.apiKeys.enabled }}
  GATEWAY_API_KEYS_FILE: /etc/bellwether/api-keys/digests
  {{- end }}
  {{- include "bellwether.tracing" . | nindent 2 }}
callers: [frontend, test]
public: {{ or (ne .Values.service.type "ClusterIP") .Values.ingress.enabled .Values.httpRoute.enabled }}
calls:
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
      secretName: {{ .Values.apiKeys.existingSecret | default (printf "%s-api-keys" (include "bellwether.fullname" .)) }}
      defaultMode: 0440
      items:
        - key: digests
          path: digests
{{- end }}
{{- end }}
