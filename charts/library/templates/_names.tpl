{{/*
Names of objects: the release, then the chart. Charts of the same release find one another by this rule. The longest name
that Kubernetes allows is that of a CronJob, 52 characters; the longest of ours ends in "-prediction-scheduler".
*/}}
{{- define "bellwether.fullname" -}}
{{ include "bellwether.objectName" (list . .Chart.Name) }}
{{- end }}

{{- define "bellwether.objectName" -}}
{{- $root := index . 0 -}}
{{- if gt (len $root.Release.Name) 31 -}}
{{- fail (printf "The name of the release has %d characters. Give it one of at most 31, so that the names of its objects fit." (len $root.Release.Name)) -}}
{{- end -}}
{{ printf "%s-%s" $root.Release.Name (index . 1) }}
{{- end }}

{{/* The host names that the component answers to, comma separated: those of its Service, its routes and `allowedHosts`. */}}
{{- define "bellwether.allowedHosts" -}}
{{- $name := include "bellwether.fullname" . -}}
{{- $hosts := list $name -}}
{{- range list "" ".svc" (printf ".svc.%s" .Values.global.clusterDomain) -}}
{{- $hosts = append $hosts (printf "%s.%s%s" $name $.Release.Namespace .) -}}
{{- end -}}
{{- with .Values.ingress }}{{ if .enabled }}{{ $hosts = concat $hosts .hosts }}{{ end }}{{ end -}}
{{- with .Values.httpRoute }}{{ if .enabled }}{{ $hosts = concat $hosts .hostnames }}{{ end }}{{ end -}}
{{- concat $hosts .Values.allowedHosts | uniq | join "," -}}
{{- end }}

{{- define "bellwether.selectorLabels" -}}
app.kubernetes.io/name: {{ index . 1 }}
app.kubernetes.io/instance: {{ (index . 0).Release.Name }}
{{- end }}

{{/* Without versions: a mere change of version must not replace pods, least of all those of a store. */}}
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

{{/* The reference of an image, with its digest if there is one. Arguments: root and image; the tag defaults to the appVersion. */}}
{{- define "bellwether.image" -}}
{{- $root := index . 0 -}}
{{- $image := index . 1 -}}
{{- $tag := default $root.Chart.AppVersion $image.tag -}}
{{- if eq $tag "latest" -}}
{{- fail (printf "%s: set the tag to a version; `latest` can name another image tomorrow." $image.repository) -}}
{{- end -}}
{{- $registry := $root.Values.global.imageRegistry | default $image.registry -}}
{{- $name := ternary (printf "%s/%s" $registry $image.repository) $image.repository (ne $registry "") -}}
{{- ternary (printf "%s:%s@%s" $name $tag $image.digest) (printf "%s:%s" $name $tag) (ne $image.digest "") -}}
{{- end }}
