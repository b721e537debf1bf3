{{/* The only container of a component, as described by its chart's template "<chart>.component". */}}
{{- define "bellwether.container" -}}
{{- $component := include (printf "%s.component" .Chart.Name) . | fromYaml -}}
name: {{ .Chart.Name }}
image: {{ include "bellwether.image" (list . .Values.image) }}
imagePullPolicy: {{ .Values.image.pullPolicy }}
{{- with $component.command }}
command: {{ toJson . }}
{{- end }}
ports:
  - name: http
    containerPort: {{ $component.port }}
envFrom:
  - configMapRef:
      name: {{ include "bellwether.fullname" . }}
{{- with concat (default list $component.env) (include "bellwether.serviceToken" (list . $component.prefix) | fromYamlArray) .Values.extraEnv }}
env:
  {{- toYaml . | nindent 2 }}
{{- end }}
startupProbe:  # ready once, or a rollout with a wrong setting would replace what works
  {{- include "bellwether.probe" $component.readinessPath | nindent 2 }}
  periodSeconds: 2
  timeoutSeconds: 20
  failureThreshold: 900  # half an hour: a slow machine is no reason to start again
livenessProbe:
  {{- include "bellwether.probe" $component.livenessPath | nindent 2 }}
  periodSeconds: 10
  timeoutSeconds: 10
  failureThreshold: 6
readinessProbe:  # not what it depends on: without MongoDB every pod would go, and with it the stale bars and the error's reason
  {{- include "bellwether.probe" $component.livenessPath | nindent 2 }}
  periodSeconds: 5
  timeoutSeconds: 3
  failureThreshold: 2
lifecycle:
  preStop:
    sleep:
      seconds: {{ .Values.preStopSeconds }}
resources:
  {{- toYaml .Values.resources | nindent 2 }}
{{ include "bellwether.containerSecurity" . }}
volumeMounts:
  - name: tmp
    mountPath: /tmp
  {{- with $component.volumeMounts }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- end }}
