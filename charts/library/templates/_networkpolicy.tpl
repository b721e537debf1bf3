{{/* Admits callers to the port, and connections to DNS, to the services that the component calls, and to the trace collector. */}}
{{- define "bellwether.networkpolicy" -}}
{{- if .Values.networkPolicy.enabled -}}
{{- $component := include (printf "%s.component" .Chart.Name) . | fromYaml -}}
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  {{- include "bellwether.metadata" . | nindent 2 }}
spec:
  podSelector:
    matchLabels:
      {{- include "bellwether.selectorLabels" (list . .Chart.Name) | nindent 6 }}
  policyTypes: [Ingress, Egress]
  ingress:
    {{- include "bellwether.ingressFrom" (list . $component.callers $component.port) | nindent 4 }}
    {{- if $component.public }}
    - ports:
        - port: {{ $component.port }}
      {{- with .Values.networkPolicy.publicFrom }}
      from:
        {{- toYaml . | nindent 8 }}
      {{- end }}
    {{- end }}
    {{- if $component.metricsPath }}
    {{- include "bellwether.ingressFromMonitoring" (list . $component.port) | nindent 4 }}
    {{- end }}
    {{- with .Values.networkPolicy.extraIngress }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  egress:
    {{- include "bellwether.dns" . | nindent 4 }}
    {{- include "bellwether.egressTo" (list . $component.calls) | nindent 4 }}
    {{- if and $component.metricsPath .Values.global.tracing.endpoint }}
    - ports:
        {{- $url := urlParse .Values.global.tracing.endpoint }}
        - port: {{ regexFind ":[0-9]+$" $url.host | trimPrefix ":" | default (ternary "443" "80" (eq $url.scheme "https")) }}
    {{- end }}
    {{- with .Values.networkPolicy.extraEgress }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
{{- end }}
{{- end }}

{{/* Ingress from our pods of these names to this port. */}}
{{- define "bellwether.ingressFrom" -}}
{{- $root := index . 0 -}}
{{- if index . 1 }}
- ports:
    - port: {{ index . 2 }}
  from:
    {{- range index . 1 }}
    - podSelector:
        matchLabels:
          {{- include "bellwether.selectorLabels" (list $root .) | nindent 10 }}
    {{- end }}
{{- end }}
{{- end }}

{{/* Ingress from Prometheus to this port, where there is one. */}}
{{- define "bellwether.ingressFromMonitoring" -}}
{{- with (index . 0).Values.global.monitoring -}}
{{- if .enabled }}
- ports:
    - port: {{ index $ 1 }}
  from:
    - namespaceSelector:
        matchLabels:
          kubernetes.io/metadata.name: {{ .namespace }}
{{- end }}
{{- end }}
{{- end }}

{{- define "bellwether.dns" -}}
- ports:
    - port: 53
      protocol: UDP
    - port: 53
      protocol: TCP
{{- end }}

{{/* Egress to each target: a port of our pods of this name, or of any address if there is no name. */}}
{{- define "bellwether.egressTo" -}}
{{- $root := index . 0 -}}
{{- range index . 1 }}
- ports:
    - port: {{ .port }}
  {{- if .name }}
  to:
    - podSelector:
        matchLabels:
          {{- include "bellwether.selectorLabels" (list $root .name) | nindent 10 }}
  {{- end }}
{{- end }}
{{- end }}
