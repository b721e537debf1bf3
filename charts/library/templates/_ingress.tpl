{{- define "bellwether.ingress" -}}
{{- with .Values.ingress -}}
{{- if .enabled -}}
{{- if not .hosts }}{{ fail (printf "%s.ingress is enabled without a host: set %s.ingress.hosts." $.Chart.Name $.Chart.Name) }}{{ end -}}
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  {{- include "bellwether.metadata" $ | nindent 2 }}
  annotations:
    {{- $limit := dict "nginx.ingress.kubernetes.io/proxy-body-size" (include "bellwether.maxUploadBytes" $) }}
    {{- toYaml (merge (dict) .annotations $limit) | nindent 4 }}
spec:
  {{- with .className }}
  ingressClassName: {{ . }}
  {{- end }}
  {{- with .tlsSecret }}
  tls:
    - secretName: {{ . }}
      hosts:
        {{- toYaml $.Values.ingress.hosts | nindent 8 }}
  {{- end }}
  rules:
    {{- range .hosts }}
    - host: {{ . }}
      http:
        paths:
          - path: {{ $.Values.ingress.path }}
            pathType: Prefix
            backend:
              service:
                name: {{ include "bellwether.fullname" $ }}
                port:
                  name: http
    {{- end }}
{{- end }}
{{- end }}
{{- end }}

{{- define "bellwether.httproute" -}}
{{- with .Values.httpRoute -}}
{{- if .enabled -}}
{{- if not .parentRefs }}{{ fail (printf "%s.httpRoute is enabled without a Gateway: set %s.httpRoute.parentRefs." $.Chart.Name $.Chart.Name) }}{{ end -}}
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata:
  {{- include "bellwether.metadata" $ | nindent 2 }}
spec:
  parentRefs:
    {{- toYaml .parentRefs | nindent 4 }}
  {{- with .hostnames }}
  hostnames:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  rules:
    - matches:
        - path:
            type: PathPrefix
            value: {{ .path }}
      backendRefs:
        - name: {{ include "bellwether.fullname" $ }}
          port: {{ $.Values.service.port }}
{{- end }}
{{- end }}
{{- end }}
