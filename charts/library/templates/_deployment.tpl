{{- define "bellwether.deployment" -}}
{{- $component := include (printf "%s.component" .Chart.Name) . | fromYaml -}}
{{- if lt (int .Values.terminationGracePeriodSeconds) (int (add .Values.preStopSeconds 10)) -}}
{{- fail (printf "%s: set terminationGracePeriodSeconds to at least preStopSeconds + 10, or requests are cut off." .Chart.Name) -}}
{{- end -}}
apiVersion: apps/v1
kind: Deployment
metadata:
  {{- include "bellwether.metadata" . | nindent 2 }}
spec:
  {{- if not .Values.autoscaling.enabled }}
  replicas: {{ .Values.replicas }}
  {{- end }}
  revisionHistoryLimit: 3
  strategy:
    type: RollingUpdate
    rollingUpdate:
      maxUnavailable: 0
      maxSurge: 1
  selector:
    matchLabels:
      {{- include "bellwether.selectorLabels" (list . .Chart.Name) | nindent 6 }}
  template:
    metadata:
      labels:
        {{- include "bellwether.podLabels" (list . .Chart.Name) | nindent 8 }}
        {{- with .Values.podLabels }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
      annotations:
        checksum/config: {{ printf "%s%s" (include "bellwether.configmap" .) $component.secrets | sha256sum }}
        {{- with .Values.podAnnotations }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
    spec:
      {{- include "bellwether.podSecurity" . | nindent 6 }}
      serviceAccountName: {{ include "bellwether.fullname" . }}
      terminationGracePeriodSeconds: {{ .Values.terminationGracePeriodSeconds }}
      topologySpreadConstraints:
        {{- range list "kubernetes.io/hostname" "topology.kubernetes.io/zone" }}
        - maxSkew: 1
          topologyKey: {{ . }}
          whenUnsatisfiable: ScheduleAnyway
          labelSelector:
            matchLabels:
              {{- include "bellwether.selectorLabels" (list $ $.Chart.Name) | nindent 14 }}
        {{- end }}
      containers:
        - {{ include "bellwether.container" . | nindent 10 | trim }}
      volumes:
        - name: tmp
          emptyDir:
            sizeLimit: {{ $component.temporarySpace | default "256Mi" }}
        {{- with $component.volumes }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
{{- end }}
