{{/* The value of a Secret that exists in the cluster, or nothing. Arguments: root, Secret's name, key. */}}
{{- define "bellwether.storedValue" -}}
{{- $secret := lookup "v1" "Secret" (index . 0).Release.Namespace (index . 1) | default dict -}}
{{- index ($secret.data | default dict) (index . 2) | default "" | b64dec -}}
{{- end }}

{{/* The same, or a new random value. Arguments: root, Secret's name, key, length. */}}
{{- define "bellwether.generatedValue" -}}
{{ include "bellwether.storedValue" . | default (randAlphaNum (index . 3)) }}
{{- end }}

{{/* The head of a Secret that is generated once. It outlives an uninstall and a change of values, as does the data that needs it. */}}
{{- define "bellwether.generatedSecret" -}}
apiVersion: v1
kind: Secret
metadata:
  {{- include "bellwether.objectMetadata" . | nindent 2 }}
  annotations:
    helm.sh/resource-policy: keep
type: Opaque
{{- end }}

{{/* The variable with the token that the services share. Arguments: root, prefix of the service's variables, none if it has no settings. */}}
{{- define "bellwether.serviceToken" -}}
{{- $root := index . 0 -}}
{{- $secret := $root.Values.global.serviceToken.existingSecret -}}
{{- if and (index . 1) (or $secret (not $root.Chart.IsRoot)) -}}
- name: {{ index . 1 }}SERVICE_TOKEN
  valueFrom:
    secretKeyRef:
      name: {{ $secret | default (include "bellwether.objectName" (list $root "service-token")) }}
      key: token
{{- end }}
{{- end }}
