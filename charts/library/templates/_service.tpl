{{- define "bellwether.service" -}}
apiVersion: v1
kind: Service
metadata:
  {{- include "bellwether.metadata" . | nindent 2 }}
  {{- with .Values.service.annotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
spec:
  type: {{ .Values.service.type }}
  {{- if eq .Values.service.type "LoadBalancer" }}
  {{- with .Values.service.loadBalancerSourceRanges }}
  loadBalancerSourceRanges:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- end }}
  {{- if ne .Values.service.type "ClusterIP" }}
  {{- with .Values.service.externalTrafficPolicy }}
  externalTrafficPolicy: {{ . }}
  {{- end }}
  {{- end }}
  selector:
    {{- include "bellwether.selectorLabels" (list . .Chart.Name) | nindent 4 }}
  ports:
    - name: http
      port: {{ .Values.service.port }}
      targetPort: http
      protocol: TCP
{{- end }}

{{- define "bellwether.serviceaccount" -}}
apiVersion: v1
kind: ServiceAccount
metadata:
  {{- include "bellwether.metadata" . | nindent 2 }}
  {{- with .Values.serviceAccount.annotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
automountServiceAccountToken: false
{{- end }}

{{- define "bellwether.servicemonitor" -}}
{{- $component := include (printf "%s.component" .Chart.Name) . | fromYaml -}}
{{- if .Values.global.monitoring.enabled -}}
apiVersion: monitoring.coreos.com/v1
kind: ServiceMonitor
metadata:
  {{- include "bellwether.metadata" . | nindent 2 }}
    {{- with .Values.global.monitoring.additionalLabels }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
spec:
  jobLabel: app.kubernetes.io/name
  selector:
    matchLabels:
      {{- include "bellwether.selectorLabels" (list . .Chart.Name) | nindent 6 }}
  endpoints:
    - port: http
      path: {{ $component.metricsPath }}
      interval: {{ .Values.global.monitoring.interval }}
{{- end }}
{{- end }}
