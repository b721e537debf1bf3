{{/* The pod of a job that runs the data service's command line. Arguments: root, name, command line arguments, further variables. */}}
{{- define "data.jobPod" -}}
{{- $root := index . 0 -}}
metadata:
  labels:
    {{- include "bellwether.podLabels" (list $root (index . 1)) | nindent 4 }}
spec:
  {{- include "bellwether.podSecurity" $root | nindent 2 }}
  serviceAccountName: {{ include "bellwether.fullname" $root }}
  restartPolicy: OnFailure
  containers:
    - name: {{ index . 1 }}
      image: {{ include "bellwether.image" (list $root $root.Values.image) }}
      imagePullPolicy: {{ $root.Values.image.pullPolicy }}
      command: {{ concat (list "python" "-m" "services.data") (index . 2) | toJson }}
      envFrom:
        - configMapRef:
            name: {{ include "bellwether.fullname" $root }}
      env:
        {{- include "data.addresses" $root | nindent 8 }}
        {{- with concat (index . 3) $root.Values.extraEnv }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
      resources:
        {{- toYaml $root.Values.resources | nindent 8 }}
      {{- include "bellwether.containerSecurity" $root | nindent 6 }}
      volumeMounts:
        - name: tmp
          mountPath: /tmp
  volumes:
    - name: tmp
      emptyDir:
        sizeLimit: 256Mi
{{- end }}

{{/* The policy of a job: no callers; egress to the stores and, on request, to any HTTPS. Arguments: root, name, whether to allow HTTPS. */}}
{{- define "data.jobPolicy" -}}
{{- $root := index . 0 -}}
{{- if $root.Values.networkPolicy.enabled }}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  {{- include "bellwether.objectMetadata" (list $root (index . 1)) | nindent 2 }}
spec:
  podSelector:
    matchLabels:
      {{- include "bellwether.selectorLabels" (list $root (index . 1)) | nindent 6 }}
  policyTypes: [Ingress, Egress]
  egress:
    {{- include "bellwether.dns" . | nindent 4 }}
    {{- include "bellwether.egressTo" (list $root (include "data.storeCalls" $root | fromYamlArray)) | nindent 4 }}
    {{- if index . 2 }}
    - ports:
        - port: 443
    {{- end }}
    {{- with $root.Values.networkPolicy.extraEgress }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
{{- end }}
{{- end }}
