{{/* The value of a Secret that exists in the cluster, or a new random one. Arguments: root, Secret's name, key, length. */}}
{{- define "bellwether.generatedValue" -}}
{{- $root := index . 0 -}}
{{- $secret := lookup "v1" "Secret" $root.Release.Namespace (index . 1) | default dict -}}
{{- $data := $secret.data | default dict -}}
{{- if hasKey $data (index . 2) }}{{ index $data (index . 2) | b64dec }}{{ else }}{{ randAlphaNum (index . 3) }}{{ end }}
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
