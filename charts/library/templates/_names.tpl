{{/* What objects are called: the release, then the chart. The other charts of the release are found by the same rule. */}}
{{- define "bellwether.fullname" -}}
{{ include "bellwether.objectName" (list . .Chart.Name) }}
{{- end }}

{{- define "bellwether.objectName" -}}
{{- $root := index . 0 -}}
{{ printf "%s-%s" $root.Release.Name (index . 1) | trunc 52 | trimSuffix "-" }}
{{- end }}

{{- define "bellwether.selectorLabels" -}}
app.kubernetes.io/name: {{ index . 1 }}
app.kubernetes.io/instance: {{ (index . 0).Release.Name }}
{{- end }}

{{/* Without versions: what only a version changes must not replace pods, least of all a store's. */}}
{{- define "bellwether.podLabels" -}}
{{ include "bellwether.selectorLabels" . }}
app.kubernetes.io/part-of: bellwether
{{- end }}

{{- define "bellwether.labels" -}}
{{- $root := index . 0 -}}
{{ include "bellwether.podLabels" . }}
app.kubernetes.io/version: {{ $root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ $root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" $root.Chart.Name $root.Chart.Version }}
{{- end }}

{{- define "bellwether.objectMetadata" -}}
name: {{ include "bellwether.objectName" . }}
namespace: {{ (index . 0).Release.Namespace }}
labels:
  {{- include "bellwether.labels" . | nindent 2 }}
{{- end }}

{{- define "bellwether.metadata" -}}
{{ include "bellwether.objectMetadata" (list . .Chart.Name) }}
{{- end }}

{{/* An image by its digest if there is one, else by its tag; a list of root and image, whose tag may default. */}}
{{- define "bellwether.image" -}}
{{- $root := index . 0 -}}
{{- $image := index . 1 -}}
{{- $tag := default $root.Chart.AppVersion $image.tag -}}
{{- if eq $tag "latest" -}}
{{- fail (printf "%s: the tag `latest` names another image tomorrow; name a version." $image.repository) -}}
{{- end -}}
{{- $registry := $root.Values.global.imageRegistry -}}
{{- $name := ternary (printf "%s/%s" $registry $image.repository) $image.repository (ne $registry "") -}}
{{- ternary (printf "%s:%s@%s" $name $tag $image.digest) (printf "%s:%s" $name $tag) (ne $image.digest "") -}}
{{- end }}
