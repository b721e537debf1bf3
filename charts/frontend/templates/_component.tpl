{{/* Describes the page to the library. nginx resolves names without a search list, so the gateway's name is fully qualified. */}}
{{- define "frontend.component" -}}
port: 8080
livenessPath: /healthz
readinessPath: /healthz
config:
  GATEWAY_ADDRESS: {{ .Values.gatewayAddress | default (printf "%s.%s.svc.%s:8000" (include "bellwether.objectName" (list . "gateway")) .Release.Namespace .Values.global.clusterDomain) }}
  MAX_UPLOAD_BYTES: {{ include "bellwether.maxUploadBytes" . | quote }}
  {{- with .Values.trustedProxies }}
  TRUSTED_PROXIES: {{ join "," . }}
  {{- end }}
public: {{ or (ne .Values.service.type "ClusterIP") .Values.ingress.enabled .Values.httpRoute.enabled }}
calls:
  - {name: gateway, port: 8000}
{{- end }}
