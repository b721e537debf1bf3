{{/* The Secret with the certificate by which the scheduler, the workers and the service know one another. */}}
{{- define "prediction.cluster.secret" -}}
{{ .Values.cluster.existingSecret | default (include "bellwether.objectName" (list . "prediction-cluster")) }}
{{- end }}

{{- define "prediction.cluster.url" -}}
tls://{{ include "bellwether.objectName" (list . "prediction-scheduler") }}:8786
{{- end }}

{{- define "prediction.cluster.certificates" -}}
{{- range $variable, $key := dict "CA" "ca.crt" "CERT" "tls.crt" "KEY" "tls.key" }}
- name: PREDICTION_CLUSTER_{{ $variable }}
  valueFrom:
    secretKeyRef:
      name: {{ include "prediction.cluster.secret" $ }}
      key: {{ $key }}
{{- end }}
{{- end }}

{{/* A Deployment of the cluster. Arguments: root, role, its values, command, ports by name. */}}
{{- define "prediction.cluster.deployment" -}}
{{- $root := index . 0 -}}
{{- $role := index . 1 -}}
{{- $values := index . 2 -}}
{{- $name := printf "prediction-%s" $role -}}
apiVersion: apps/v1
kind: Deployment
metadata:
  {{- include "bellwether.objectMetadata" (list $root $name) | nindent 2 }}
spec:
  {{- if not (dig "autoscaling" "enabled" false $values) }}
  replicas: {{ dig "replicas" 1 $values }}
  {{- end }}
  revisionHistoryLimit: 3
  selector:
    matchLabels:
      {{- include "bellwether.selectorLabels" (list $root $name) | nindent 6 }}
  template:
    metadata:
      labels:
        {{- include "bellwether.podLabels" (list $root $name) | nindent 8 }}
    spec:
      {{- include "bellwether.podSecurity" $root | nindent 6 }}
      serviceAccountName: {{ include "bellwether.fullname" $root }}
      containers:
        - name: {{ $role }}
          image: {{ include "bellwether.image" (list $root $root.Values.image) }}
          imagePullPolicy: {{ $root.Values.image.pullPolicy }}
          command: {{ toJson (index . 3) }}
          env:
            - name: PREDICTION_CLUSTER_URL
              value: {{ include "prediction.cluster.url" $root }}
            {{- include "prediction.cluster.certificates" $root | nindent 12 }}
            {{- with $values.memoryMb }}
            - name: PREDICTION_WORKER_MEMORY_MB
              value: {{ . | quote }}
            {{- end }}
          ports:
            {{- range $port, $number := index . 4 }}
            - name: {{ $port }}
              containerPort: {{ $number }}
            {{- end }}
          startupProbe:
            {{- include "bellwether.probe" "/health" | nindent 12 }}
            periodSeconds: 2
            timeoutSeconds: 20
            failureThreshold: 900  # half an hour: a slow machine is no reason to start again
          livenessProbe:
            {{- include "bellwether.probe" "/health" | nindent 12 }}
            periodSeconds: 20
            timeoutSeconds: 20
            failureThreshold: 6
          readinessProbe:
            {{- include "bellwether.probe" "/health" | nindent 12 }}
            periodSeconds: 5
            timeoutSeconds: 3
          resources:
            {{- toYaml $values.resources | nindent 12 }}
          {{- include "bellwether.containerSecurity" $root | nindent 10 }}
          volumeMounts:
            - name: tmp
              mountPath: /tmp
      volumes:
        - name: tmp
          emptyDir:
            sizeLimit: 256Mi
{{- end }}
