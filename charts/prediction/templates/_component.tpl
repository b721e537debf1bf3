{{/* Describes the prediction service to the library. */}}
{{- define "prediction.component" -}}
port: 8002
prefix: PREDICTION_
command: [uvicorn, --factory, "services.prediction.app:create_app", --host, 0.0.0.0, --port, "8002", --no-access-log, --no-server-header, --no-proxy-headers, --timeout-graceful-shutdown, "6"]
livenessPath: /healthz
readinessPath: /readyz
metricsPath: /metrics
config:
  PREDICTION_ALLOWED_HOSTS: {{ include "bellwether.allowedHosts" . | quote }}
  PREDICTION_DATA_URL: {{ .Values.dataUrl | default (printf "http://%s:8001" (include "bellwether.objectName" (list . "data"))) }}
  PREDICTION_MODELS_DIR: /var/lib/bellwether/models
  {{- if .Values.cluster.enabled }}
  PREDICTION_CLUSTER_URL: {{ include "prediction.cluster.url" . }}
  {{- end }}
  {{- include "bellwether.tracing" . | nindent 2 }}
{{- if .Values.cluster.enabled }}
env:
  {{- include "prediction.cluster.certificates" . | nindent 2 }}
{{- end }}
callers: [gateway]
calls:
  - {name: data, port: 8001}
  {{- if .Values.cluster.enabled }}
  - {name: prediction-scheduler, port: 8786}
  {{- end }}
volumeMounts:
  - name: models
    mountPath: /var/lib/bellwether/models
volumes:
  - name: models
    {{- if .Values.models.existingClaim }}
    persistentVolumeClaim:
      claimName: {{ .Values.models.existingClaim }}
    {{- else }}
    emptyDir:
      sizeLimit: {{ .Values.models.sizeLimit }}
    {{- end }}
{{- end }}
